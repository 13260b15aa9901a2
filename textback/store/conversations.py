"""Conversations: who owns them, and what staff do in them. Each use case is one transaction."""

from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, select, update
from sqlalchemy.orm import Session

from textback.core import phone
from textback.core.errors import TextbackError
from textback.core.messages import Direction, Kind, MessageState
from textback.core.segments import clean
from textback.store.changes import Topic, bump
from textback.store.database import add_row
from textback.store.models import Conversation, Message, OptOut

MANUAL, AUTOMATIC = 0, 10  # a person's reply goes before a machine's

_OF_NUMBER = select(Conversation).where(Conversation.number == bindparam("number"))
_OPTED_OUT = select(OptOut.number).where(
    OptOut.number == bindparam("number"), OptOut.ended_at.is_(None)
)


class CannotReply(TextbackError):
    """A reply that must not or cannot be sent; its text says why, in words for staff."""


def conversation_with(session: Session, number: str, now: datetime) -> Conversation:
    """The conversation with this number, a new one if there is none yet."""
    found = existing_conversation(session, number)
    if found is None:
        found = Conversation(number=number, created_at=now, last_at=now)
        session.add(found)
        session.flush()
    return found


def existing_conversation(session: Session, number: str) -> Conversation | None:
    return session.scalar(_OF_NUMBER, {"number": number})


def begin(session: Session, number: str, name: str, line_id: int | None, now: datetime) -> int:
    """A conversation with a number that has none, open; its id."""
    return add_row(
        session,
        Conversation,
        number=number,
        name=name,
        line_id=line_id,
        created_at=now,
        last_at=now,
    )


def touch(conversation: Conversation, now: datetime) -> None:
    """Something new happened in it: it is open, and at the top of the inbox."""
    conversation.open = True
    conversation.last_at = max(conversation.last_at, now)


def queue_text(
    session: Session,
    conversation_id: int,
    kind: Kind,
    body: str,
    now: datetime,
    *,
    author_id: int | None = None,
    call_id: int | None = None,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
) -> int:
    """Put a text into the outbox, whose transaction's end hands it to a modem; the text's id."""
    bump(session, Topic.INBOX, Topic.OUTBOX)
    return add_row(
        session,
        Message,
        conversation_id=conversation_id,
        direction=Direction.OUT,
        kind=kind,
        body=body,
        state=MessageState.QUEUED,
        at=now,
        author_id=author_id,
        call_id=call_id,
        priority=MANUAL if author_id is not None else AUTOMATIC,
        not_before=not_before,
        expires_at=expires_at,
    )


def reply(
    session: Session, conversation_id: int, staff_id: int, body: str, country: str, now: datetime
) -> int:
    """A person answers: the text is queued, the conversation is theirs if it was nobody's.

    Raises CannotReply where the number opted out, is no phone number, or the text is empty.
    """
    body = clean(body.strip())
    conversation = session.get_one(Conversation, conversation_id)
    if not body:
        raise CannotReply("There is nothing to send yet: write a text first.")
    if opted_out(session, conversation.number):
        raise CannotReply("This person asked for no more texts. Please call them instead.")
    if phone.e164(conversation.number, country) is None:
        raise CannotReply("This sender is not a phone number, so it cannot get a text.")
    conversation.waiting_since = None
    if conversation.owner_id is None:
        conversation.owner_id = staff_id
    touch(conversation, now)
    return queue_text(session, conversation_id, Kind.REPLY, body, now, author_id=staff_id)


def claim(session: Session, conversation_id: int, staff_id: int) -> bool:
    """Make it this person's, unless somebody else was first: then False and nothing changes."""
    mine = (Conversation.owner_id.is_(None)) | (Conversation.owner_id == staff_id)
    return _changed(session, conversation_id, mine, owner_id=staff_id)


def release(session: Session, conversation_id: int, staff_id: int) -> bool:
    """Give it back to everybody; False when it was not this person's."""
    return _changed(session, conversation_id, Conversation.owner_id == staff_id, owner_id=None)


def close(session: Session, conversation_id: int) -> bool:
    """Done: it leaves the inbox until something new happens in it."""
    is_open = Conversation.open.is_(True)
    return _changed(session, conversation_id, is_open, open=False, waiting_since=None)


def reopen(session: Session, conversation_id: int) -> bool:
    return _changed(session, conversation_id, Conversation.open.is_(False), open=True)


def _changed(
    session: Session, conversation_id: int, condition: ColumnElement[bool], **values: object
) -> bool:
    """One conditional UPDATE, so that of two people who press at once exactly one succeeds."""
    statement = (
        update(Conversation)
        .where(Conversation.id == conversation_id, condition)
        .values(**values)
        .returning(Conversation.id)
    )
    changed = session.execute(statement).first() is not None
    if changed:
        bump(session, Topic.INBOX)
    return changed


def opted_out(session: Session, number: str) -> bool:
    return session.execute(_OPTED_OUT, {"number": number}).first() is not None


def opt_out(session: Session, number: str, now: datetime) -> bool:
    """Record a STOP; False when it was already in force."""
    if opted_out(session, number):
        return False
    session.merge(OptOut(number=number, since=now, ended_at=None))
    return True


def opt_in(session: Session, number: str, now: datetime) -> None:
    row = session.get(OptOut, number)
    if row is not None and row.ended_at is None:
        row.ended_at = now
