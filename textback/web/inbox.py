"""The inbox: the list of conversations, one conversation, and what staff do in it."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from textback.core import segments
from textback.core.segments import Encoding
from textback.store import audit, conversations, inbox
from textback.store.conversations import CannotReply
from textback.store.inbox import Row, Show
from textback.web.context import context, office_or_default, person
from textback.web.guard import by_itself
from textback.web.ids import row_id

ENTRIES = 100  # of a conversation, shown at once
LONGEST_REPLY = 1600  # characters; about ten SMS

_DONE = {"claim": "claimed", "release": "released", "close": "closed", "reopen": "reopened"}


@dataclass(frozen=True, slots=True)
class Draft:
    """A reply that could not be sent, and why: nothing typed is lost."""

    body: str = ""
    problem: str = ""


bp = Blueprint("inbox", __name__)


@bp.get("/")
def index() -> str:
    return _page(None, Draft())


@bp.get("/conversations/<id:conversation_id>")
def conversation(conversation_id: int) -> str:
    if not by_itself():
        _log_view(conversation_id)
    return _page(conversation_id, Draft())


@bp.post("/conversations/<id:conversation_id>/reply")
def reply(conversation_id: int) -> Response | tuple[str, int]:
    body = request.form.get("body", "").replace("\r\n", "\n")
    try:
        _reply(conversation_id, body, request.form.get("after", 0, type=row_id))
    except CannotReply as problem:
        return _page(conversation_id, Draft(body, str(problem))), 409
    return _back_to(conversation_id)


@bp.post("/conversations/<id:conversation_id>/<any(claim,release,close,reopen):action>")
def act(conversation_id: int, action: str) -> Response:
    web = context()
    with web.database.write() as db:
        row = _existing(db, conversation_id)
        if _act(db, action, conversation_id):
            subject = f"conversation {conversation_id}"
            audit.add(db, web.now(), person().id, _DONE[action], subject)
        else:
            flash(_why_not(action, row))
    if action == "close":
        return redirect(url_for("inbox.index", show=_show()))
    return _back_to(conversation_id)


@bp.post("/segments")
def count() -> dict[str, Any]:
    return {"words": _counted(request.form.get("body", "").replace("\r\n", "\n").strip())}


def _page(conversation_id: int | None, draft: Draft) -> str:
    with context().database.read() as db:
        before = request.args.get("before", type=row_id)
        rows, more = inbox.conversations(db, _show(), person().id, before)
        chosen = _existing(db, conversation_id) if conversation_id is not None else None
        timeline = inbox.timeline(db, chosen.id, _entries()) if chosen else None
    return render_template(
        "inbox.html",
        rows=rows,
        more=more,
        show=_show(),
        chosen=chosen,
        timeline=timeline,
        more_entries=_entries() * 4,
        draft=draft,
        longest_reply=LONGEST_REPLY,
    )


def _show() -> Show:
    try:
        return Show(request.args.get("show", Show.OPEN))
    except ValueError:
        abort(404)


def _entries() -> int:
    return min(max(request.args.get("entries", ENTRIES, type=int), ENTRIES), 100 * ENTRIES)


def _existing(db: Session, conversation_id: int) -> Row:
    return inbox.conversation(db, conversation_id) or abort(404)


def _log_view(conversation_id: int) -> None:
    web = context()
    with web.database.write() as db:
        _existing(db, conversation_id)
        audit.add(db, web.now(), person().id, "viewed", f"conversation {conversation_id}")


def _reply(conversation_id: int, body: str, after: int) -> None:
    if len(body) > LONGEST_REPLY:
        raise CannotReply(f"The text is too long: at most {LONGEST_REPLY} characters.")
    web, me = context(), person()
    with web.database.write() as db:
        _existing(db, conversation_id)
        if inbox.already_sent(db, conversation_id, me.id, body, after):
            return
        country = office_or_default().country
        conversations.reply(db, conversation_id, me.id, body, country, web.now())
        audit.add(db, web.now(), me.id, "replied", f"conversation {conversation_id}")


def _act(db: Session, action: str, conversation_id: int) -> bool:
    match action:
        case "claim":
            return conversations.claim(db, conversation_id, person().id)
        case "release":
            return conversations.release(db, conversation_id, person().id)
        case "close":
            return conversations.close(db, conversation_id)
        case _:
            return conversations.reopen(db, conversation_id)


def _why_not(action: str, row: Row) -> str:
    match action:
        case "claim":
            return f"{row.owner} was faster: this conversation is theirs."
        case "release":
            return f"This conversation is not yours. {row.owner or 'Nobody'} has it."
        case "close":
            return "Somebody has closed this conversation already."
        case _:
            return "Somebody has opened this conversation again already."


def _back_to(conversation_id: int) -> Response:
    show = request.args.get("show")
    return redirect(url_for("inbox.conversation", conversation_id=conversation_id, show=show))


def _counted(body: str) -> str:
    """How many SMS a reply takes, in words."""
    if not body:
        return ""
    if len(body) > LONGEST_REPLY:
        return f"{len(body) - LONGEST_REPLY} characters too many"
    counted = segments.split(body)
    more = f"{counted.room} more character{'' if counted.room == 1 else 's'}"
    sms = f"{counted.count} SMS, room for {more}"
    special = counted.encoding is Encoding.UCS2
    return f"{sms}. Emoji and special letters make texts shorter." if special else sms
