"""The office's settings and its lines, for admins."""

from collections.abc import Iterator, Mapping
from zoneinfo import available_timezones

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from textback.core.errors import ConfigError, Problem
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
        return _page(fields, problems=by_field(error)), 422
    _save(office)
    flash("Saved.", "good")
    return redirect(url_for("settings.index"))


@bp.post("/settings/lines")
@admins_only
def name_line() -> Response | tuple[str, int]:
    line = {name: request.form.get(name, "").strip() for name in ("did", "line_name")}
    problems = list(_line_problems(line))
    if problems:
        fields = to_fields(office_or_default())
        return _page(fields, line, by_field(ConfigError(problems))), 422
    _name_line(line["did"], line["line_name"])
    flash("Saved.", "good")
    return redirect(url_for("settings.index", _anchor="lines"))


def by_field(error: ConfigError) -> dict[str, str]:
    """The problems of a form, each under its field's name."""
    return {problem.where: problem.what for problem in reversed(error.problems)}


def _page(
    fields: Mapping[str, str],
    line: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
) -> str:
    with context().database.read() as db:
        lines = [(line.did, line.name) for line in store.lines(db)]
    return render_template(
        "settings.html",
        fields=fields,
        line=line or {},
        problems=problems or {},
        lines=lines,
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


def _line_problems(line: Mapping[str, str]) -> Iterator[Problem]:
    if not 1 <= len(line["did"]) <= 64 or not line["did"].isprintable():
        yield Problem("did", "the number that callers dial is missing or too long")
    if not 1 <= len(line["line_name"]) <= 128:
        yield Problem("line_name", "a name such as 'Main line' is missing or too long")


def _name_line(did: str, name: str) -> None:
    web = context()
    with web.database.write() as db:
        store.name_line(db, did, name)
        audit.add(db, web.now(), person().id, "changed", "lines", f"{did}: {name!r}")
