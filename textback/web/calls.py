"""The judged calls, and why each was texted or not."""

from flask import Blueprint, abort, render_template, request

from textback.core import call_steps, call_story
from textback.core.calls import LostIn
from textback.store import audit, inbox
from textback.store.entries import CallEntry
from textback.web import times
from textback.web.context import context, person
from textback.web.guard import by_itself
from textback.web.ids import row_id

Headers = dict[str, str]

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
    entry, events = found
    return render_template(
        "call.html",
        call=entry,
        lasted=times.duration(entry.ended_at - entry.at),
        story=[] if entry.lost_in == LostIn.SIM else _story(events),
        events=_without_withheld_number(entry, events),
        since_start=_since_start,
    )


def _story(events: list[Headers]) -> list[call_story.Told]:
    return call_story.story(call_steps.steps_of(events))


def _without_withheld_number(call: CallEntry, events: list[Headers]) -> list[Headers]:
    if not call.withheld or not call.caller:
        return events
    return [{k: v.replace(call.caller, "withheld") for k, v in e.items()} for e in events]


def _since_start(seconds: float) -> str:
    """'1:05' for 65 seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
