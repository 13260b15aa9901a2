"""Texts that may or may not have gone out: those that were being sent when somebody died."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from textback.core.messages import MessageState, PartState
from textback.store.changes import Topic, bump
from textback.store.conversations import CannotReply, opted_out
from textback.store.messages import move
from textback.store.models import Link, Message, Part, Setting

_LATEST = 500  # no SIM holds more texts
INTERRUPTED = "the program was interrupted"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A text in the middle of being sent, and the part of it that may have left.

    `by_storage`: it leaves from the modem's storage only, and not before its place is known.
    """

    message_id: int
    part_id: int
    handed_at: datetime | None
    by_storage: bool
    storage: str
    index: int | None
    pdu: str = field(repr=False)


def interrupted(session: Session, modem: str) -> list[Doubt]:
    """What this modem was sending when the program, or the link, died."""
    sending = select(Message).where(Message.state == MessageState.SENDING, Message.modem == modem)
    return [_doubt(message) for message in session.scalars(sending) if message.planned_parts]


def doubt_of(session: Session, message_id: int) -> Doubt:
    return _doubt(session.get_one(Message, message_id))


def _doubt(message: Message) -> Doubt:
    part = message.planned_parts[0]
    place = (part.storage, part.storage_index)
    return Doubt(message.id, part.id, part.handed_at, part.by_storage, *place, part.pdu)


def orphaned(session: Session, now: datetime) -> int:
    """Texts whose modem is no box's any more (no link is known by its name): UNCONFIRMED.

    Of a text that it sent only a part of, the rest cannot go out from another SIM: withdrawn.
    Another box's modem has a link from before its first text, so what it is sending is left alone.
    """
    known = select(Link.name).where(Link.kind == "modem")
    lost = select(Message).where(Message.state == MessageState.SENDING, Message.modem.not_in(known))
    halves = Message.state == MessageState.QUEUED, Message.modem != "", Message.modem.not_in(known)
    for half in session.scalars(select(Message).where(*halves)):
        move(session, half, MessageState.CANCELLED, now, f"only a part went out, by {half.modem}")
    rows = session.scalars(lost).all()
    for message in rows:
        move(session, message, MessageState.UNCONFIRMED, now, INTERRUPTED)
    return len(rows)


def went_out(session: Session, part_id: int, now: datetime, reference: int | None = None) -> None:
    """The part in doubt did leave. The text goes on with its other parts, or is SENT."""
    part = session.get_one(Part, part_id)
    part.state, part.reference, part.sent_at = PartState.OUT, reference, part.handed_at or now
    go_on(session, part.message, now)


def go_on(session: Session, message: Message, now: datetime) -> None:
    """Nothing of it is in doubt any more: what is left of it is sent."""
    if message.planned_parts:
        message.not_before = None
        move(session, message, MessageState.QUEUED, now)
        bump(session, Topic.OUTBOX)
    else:
        move(session, message, MessageState.SENT, now)


def of_this_modem(session: Session, modem: str) -> list[str]:
    """The PDUs of its latest texts, which it may have kept."""
    latest = select(Part.pdu).where(Part.modem == modem).order_by(Part.id.desc()).limit(_LATEST)
    return list(session.scalars(latest))


# By a person


def arrived(session: Session, message_id: int, now: datetime) -> bool:
    """A person knows that it went out; False when it is not in doubt any more."""
    message = _in_doubt(session, message_id)
    if message is None:
        return False
    if message.planned_parts:
        went_out(session, message.planned_parts[0].id, now)
    else:
        go_on(session, message, now)
    return True


def send_again(session: Session, message_id: int, now: datetime) -> bool:
    """A person knows that it did not go out, or wants it sent whatever; False as above.

    Raises CannotReply where the number opted out meanwhile.
    """
    message = _in_doubt(session, message_id)
    if message is None:
        return False
    if opted_out(session, message.conversation.number):
        raise CannotReply("This person asked for no more texts. Please call them instead.")
    message.not_before = message.expires_at = None
    move(session, message, MessageState.QUEUED, now)
    bump(session, Topic.OUTBOX)
    return True


def _in_doubt(session: Session, message_id: int) -> Message | None:
    unconfirmed: ColumnElement[bool] = Message.state == MessageState.UNCONFIRMED
    return session.scalar(select(Message).where(Message.id == message_id, unconfirmed))


# Which modems remember what they sent


def remembers_sent(session: Session, modem: str) -> bool | None:
    """Whether this modem (its IMEI) marks stored texts as sent; None when that was not seen."""
    row = session.get(Setting, _remembers(modem))
    return None if row is None else row.value == "yes"


def learn_remembers_sent(session: Session, modem: str, yes: bool) -> None:
    session.merge(Setting(name=_remembers(modem), value="yes" if yes else "no"))


def _remembers(modem: str) -> str:
    return f"modem.{modem[:40]}.remembers_sent"
