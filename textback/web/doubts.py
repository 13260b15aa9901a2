"""What staff decide about a text that may or may not have gone out."""

from flask import Blueprint, abort, flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from textback.store import audit, doubts
from textback.store.conversations import CannotReply
from textback.store.models import Message
from textback.web.context import context, person

_DONE = {"arrived": "noted as arrived", "again": "sent again"}

bp = Blueprint("doubts", __name__)


@bp.post("/conversations/<id:conversation_id>/texts/<id:text_id>/<any(arrived,again):action>")
def settle(conversation_id: int, text_id: int, action: str) -> Response:
    web = context()
    with web.database.write() as db:
        text = db.get(Message, text_id)
        if text is None or text.conversation_id != conversation_id:
            abort(404)
        if _settle(db, text_id, action):
            audit.add(db, web.now(), person().id, _DONE[action], f"text {text_id}")
    show = request.args.get("show")
    return redirect(url_for("inbox.conversation", conversation_id=conversation_id, show=show))


def _settle(db: Session, text_id: int, action: str) -> bool:
    now = context().now()
    try:
        if action == "arrived":
            done = doubts.arrived(db, text_id, now)
        else:
            done = doubts.send_again(db, text_id, now)
    except CannotReply as problem:
        flash(str(problem))
        return False
    if not done:
        flash("This text is settled already.")
    return done
