"""The office's settings, for admins."""

from collections.abc import Mapping
from zoneinfo import available_timezones

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from textback.core.errors import ConfigError
from textback.core.office import Office, from_fields, to_fields
from textback.store import audit
from textback.store import office as store
from textback.web.context import admins_only, context, office_or_default, person

DAY_NAMES = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}


bp = Blueprint("settings", __name__)


@bp.get("/settings")
@admins_only
def index() -> str:
    return _page(to_fields(office_or_default()))


@bp.post("/settings")
@admins_only
def save() -> Response | tuple[str, int]:
    fields = {name: request.form.get(name, "") for name in to_fields(Office())}
    try:
        office = from_fields(fields | {"country": fields["country"].strip().upper()})
    except ConfigError as error:
        return _page(fields, by_field(error)), 422
    _save(office)
    flash("Saved.", "good")
    return redirect(url_for("settings.index"))


def by_field(error: ConfigError) -> dict[str, str]:
    """The problems of a form, each under its field's name."""
    return {problem.where: problem.what for problem in reversed(error.problems)}


def _page(fields: Mapping[str, str], problems: Mapping[str, str] | None = None) -> str:
    return render_template(
        "settings.html",
        fields=fields,
        problems=problems or {},
        day_names=DAY_NAMES,
        zones=sorted(available_timezones()),
    )


def _save(office: Office) -> None:
    web, before, after = context(), to_fields(office_or_default()), to_fields(office)
    changed = [name for name in after if after[name] != before[name]]
    detail = "\n".join(f"{name}: {before[name]!r} -> {after[name]!r}" for name in changed)
    with web.database.write() as db:
        store.save_office(db, office)
        audit.add(db, web.now(), person().id, "changed", "settings", detail)
