"""Who may sign in, for admins."""

from collections.abc import Mapping

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from textback.core.errors import ConfigError
from textback.store import audit, staff
from textback.web.context import admins_only, context, person
from textback.web.settings import by_field

bp = Blueprint("people", __name__)


@bp.get("/staff")
@admins_only
def index() -> str:
    return _page()


@bp.post("/staff")
@admins_only
def add() -> Response | tuple[str, int]:
    try:
        added = _add(request.form)
    except ConfigError as error:
        return _page(request.form, by_field(error)), 422
    flash(f"{added.name} can sign in now, as {added.username}.", "good")
    return redirect(url_for("people.index"))


@bp.get("/staff/<id:staff_id>")
@admins_only
def one(staff_id: int) -> str:
    with context().database.read() as db:
        return render_template("person.html", one=_existing(db, staff_id), problem="")


@bp.post("/staff/<id:staff_id>/password")
@admins_only
def password(staff_id: int) -> Response | tuple[str, int]:
    web = context()
    try:
        with web.database.write() as db:
            found = _existing(db, staff_id)
            staff.set_password(db, staff_id, request.form.get("password", ""))
            audit.add(db, web.now(), person().id, "reset the password of", _subject(found))
    except ConfigError as error:
        problem = error.problems[0].what
        return render_template("person.html", one=found, problem=problem), 422
    flash(f"{found.name} signs in with the new password from now on.", "good")
    return redirect(url_for("people.index"))


@bp.post("/staff/<id:staff_id>/<any(deactivate,activate):action>")
@admins_only
def switch(staff_id: int, action: str) -> Response:
    web = context()
    if staff_id == person().id:
        abort(409)  # somebody must be able to sign in and switch them on again
    with web.database.write() as db:
        found = _existing(db, staff_id)
        (staff.deactivate if action == "deactivate" else staff.activate)(db, staff_id)
        audit.add(db, web.now(), person().id, f"{action}d", _subject(found))
    may = "can no longer sign in" if action == "deactivate" else "can sign in again"
    flash(f"{found.name} {may}.", "good")
    return redirect(url_for("people.index"))


def _page(typed: Mapping[str, str] | None = None, problems: Mapping[str, str] | None = None) -> str:
    with context().database.read() as db:
        everybody = staff.everybody(db)
    return render_template(
        "staff.html", everybody=everybody, typed=typed or {}, problems=problems or {}
    )


def _add(form: Mapping[str, str]) -> staff.Person:
    web = context()
    with web.database.write() as db:
        added = staff.add_staff(
            db,
            form.get("username", ""),
            form.get("name", ""),
            form.get("password", ""),
            web.now(),
            admin="admin" in form,
        )
        audit.add(db, web.now(), person().id, "added", _subject(added), added.username)
        return added


def _existing(db: Session, staff_id: int) -> staff.Person:
    return staff.by_id(db, staff_id) or abort(404)


def _subject(of: staff.Person) -> str:
    return f"staff {of.id}"
