"""The judged calls, and why each was texted or not."""

from flask import Blueprint, abort, render_template, request

from textback.store import audit, inbox
from textback.web.context import context, person
from textback.web.guard import by_itself
from textback.web.ids import row_id

bp = Blueprint("calls", __name__)


@bp.get("/calls")
def index() -> str:
    with context().database.read() as db:
        calls, more = inbox.calls(db, request.args.get("before", type=row_id))
    return render_template("calls.html", calls=calls, more=more)


@bp.get("/calls/<id:call_id>")
def call(call_id: int) -> str:
    web = context()
    with web.database.read() as db:
        found = inbox.call(db, call_id) or abort(404)
    if not by_itself():
        with web.database.write() as db:
            audit.add(db, web.now(), person().id, "viewed", f"call {call_id}")
    return render_template("call.html", call=found[0], events=found[1])
