"""The outbox: texts on their way out, and what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session, joinedload

from textback.core import phone
from textback.core.messages import (
    Direction,
    Kind,
    MessageState,
    PartState,
    check_move,
    state_by_reports,
)
from textback.store.changes import Topic, bump
from textback.store.choice import begun_through
from textback.store.models import Conversation, Link, Message, OptOut, Part

# A phone that was off for days still gets its text; a TP-MR comes round again after 256 texts.
REPORT_EXPECTED = timedelta(days=4)


def move(
    session: Session, message: Message, to: MessageState, now: datetime, detail: str = ""
) -> None:
    """Move a text to another state: the only place where a state changes after its creation.

    Raises IllegalMove where the table has no such move.
    """
    check_move(message.state, to)
    message.state = to
    message.detail = detail[:255]
    if to is MessageState.SENT:
        message.sent_at = now
    if to in (MessageState.DELIVERED, MessageState.UNDELIVERED):
        message.settled_at = now
    bump(session, Topic.INBOX)


@dataclass(frozen=True, slots=True)
class ToSend:
    """A claimed text, with the parts that the network has not taken yet."""

    message_id: int
    attempts: int
    parts: tuple["PartToSend", ...]


@dataclass(frozen=True, slots=True)
class PartToSend:
    part_id: int
    pdu: str
    length: int


def claim(
    session: Session,
    message_id: int,
    modem: str,
    pdus: Sequence[tuple[str, int]],
    instead_of: str = "",
) -> ToSend | None:
    """Make a queued text this modem's, with its planned parts; None when it is no longer queued.

    `pdus` (hex, TPDU octets) are kept at the first claim; a later one sends what is still missing.
    From here on the conversation is this modem's, `instead_of` the one it was meant for.
    """
    values = {"state": MessageState.SENDING, "modem": modem, "attempts": Message.attempts + 1}
    statement = (
        update(Message)
        .where(Message.id == message_id, Message.state == MessageState.QUEUED)
        .values(**values, detail="", instead_of=instead_of)
        .returning(Message.id)
    )
    if session.execute(statement).first() is None:
        return None
    message = session.get_one(
        Message, message_id, populate_existing=True, options=[joinedload(Message.conversation)]
    )
    message.conversation.modem = modem
    if not message.parts:
        message.parts = [
            Part(position=n, pdu=pdu, length=length, state=PartState.PLANNED)
            for n, (pdu, length) in enumerate(pdus, start=1)
        ]
        session.flush()
    bump(session, Topic.INBOX)
    planned = (p for p in message.parts if p.state is PartState.PLANNED)
    parts = tuple(PartToSend(p.id, p.pdu, p.length) for p in planned)
    return ToSend(message.id, message.attempts, parts)


def part_out(
    session: Session, part_id: int, modem: str, reference: int, now: datetime
) -> MessageState:
    """The network took a part; with the last one the whole text is SENT. The text's state."""
    part = session.get_one(Part, part_id)
    part.state, part.reference, part.modem, part.sent_at = PartState.OUT, reference, modem, now
    message = part.message
    if all(p.state is not PartState.PLANNED for p in message.parts):
        move(session, message, MessageState.SENT, now)
    return message.state


def put_back(
    session: Session, message_id: int, now: datetime, detail: str, *, wait: timedelta
) -> None:
    """The text surely did not leave: it goes again after `wait`, unless a STOP came meanwhile.

    It is nobody's again, and so is a conversation that has not begun, unless a part of it is out.
    """
    message = session.get_one(Message, message_id)
    if message.kind is not Kind.OPT_OUT_CONFIRMATION and _opted_out(session, message):
        move(session, message, MessageState.CANCELLED, now, "the person asked for no more texts")
        return
    move(session, message, MessageState.QUEUED, now, detail)
    message.not_before = now + wait if wait else None
    if all(part.state is PartState.PLANNED for part in message.parts):
        _free(session, message)


def _free(session: Session, message: Message) -> None:
    tried, message.modem, message.instead_of = message.modem, "", ""
    if not begun_through(session, message.conversation_id, tried):
        message.conversation.modem = ""


def _opted_out(session: Session, message: Message) -> bool:
    row = session.get(OptOut, message.conversation.number)
    return row is not None and row.ended_at is None


def not_attempted(session: Session, message_id: int, now: datetime) -> None:
    """The link was lost before anything left: it goes again, and no attempt is counted."""
    put_back(session, message_id, now, "", wait=timedelta(0))
    session.get_one(Message, message_id).attempts -= 1


def settle(
    session: Session, message_id: int, to: MessageState, now: datetime, detail: str = ""
) -> None:
    """Move a text by its id."""
    move(session, session.get_one(Message, message_id), to, now, detail)


def interrupted(session: Session, modem: str, now: datetime) -> int:
    """Texts that this modem was sending when the program died may have gone out: UNCONFIRMED."""
    return _unconfirmed(session, Message.modem == modem, now)


def orphaned(session: Session, now: datetime) -> int:
    """The same for texts whose modem is no box's any more: no link is known by its name.

    The rest of a text that it sent a part of cannot go out from another SIM, and is withdrawn.
    Another box's modem has one from before its first text, so what it is sending is left alone.
    """
    known = select(Link.name).where(Link.kind == "modem")
    halves = Message.state == MessageState.QUEUED, Message.modem != "", Message.modem.not_in(known)
    for half in session.scalars(select(Message).where(*halves)):
        move(session, half, MessageState.CANCELLED, now, f"only a part went out, by {half.modem}")
    return _unconfirmed(session, Message.modem.not_in(known), now)


def _unconfirmed(session: Session, whose: ColumnElement[bool], now: datetime) -> int:
    rows = session.scalars(
        select(Message).where(Message.state == MessageState.SENDING, whose)
    ).all()
    for message in rows:
        move(session, message, MessageState.UNCONFIRMED, now, "the program was interrupted")
    return len(rows)


def expire(session: Session, now: datetime) -> int:
    """Cancel the texts whose time has passed; how many."""
    late = session.scalars(
        select(Message).where(Message.state == MessageState.QUEUED, Message.expires_at < now)
    ).all()
    for message in late:
        why = f": {message.detail}" if message.detail else ""
        move(session, message, MessageState.CANCELLED, now, f"it could not be sent in time{why}")
    return len(late)


def cancel_queued(session: Session, conversation_id: int, now: datetime, detail: str) -> None:
    """Withdraw every text to this number that has not left."""
    queued = session.scalars(
        select(Message).where(
            Message.conversation_id == conversation_id, Message.state == MessageState.QUEUED
        )
    ).all()
    for message in queued:
        move(session, message, MessageState.CANCELLED, now, detail)


def report(
    session: Session, modem: str, recipient: str, reference: int, delivered: bool, now: datetime
) -> bool:
    """A status report with a final answer for one part; False when it fits none of ours."""
    part = _reported_part(session, modem, recipient, reference, now)
    if part is None:
        return False
    part.state = PartState.DELIVERED if delivered else PartState.UNDELIVERED
    message = part.message
    to = state_by_reports([p.state for p in message.parts])
    if to is not None and to is not message.state:
        move(session, message, to, now)
    return True


def _reported_part(
    session: Session, modem: str, recipient: str, reference: int, now: datetime
) -> Part | None:
    candidates = session.execute(
        select(Part, Conversation.number)
        .join(Part.message)
        .join(Message.conversation)
        .where(
            Part.modem == modem,
            Part.reference == reference,
            Part.state.in_((PartState.OUT, PartState.UNDELIVERED)),
            Part.sent_at > now - REPORT_EXPECTED,
        )
        .order_by(Part.sent_at.desc())
    )
    return next((p for p, number in candidates if phone.same_subscriber(number, recipient)), None)


def received(
    session: Session, conversation: Conversation, modem: str, body: str, now: datetime
) -> Message:
    """A text that came in, whole."""
    message = Message(
        conversation_id=conversation.id,
        direction=Direction.IN,
        kind=Kind.INCOMING,
        body=body,
        state=MessageState.RECEIVED,
        at=now,
        modem=modem,
    )
    session.add(message)
    session.flush()
    bump(session, Topic.INBOX)
    return message


def rewrite(session: Session, message_id: int, body: str, detail: str) -> None:
    """A received text as far as it has come: its late parts change what it says."""
    message = session.get_one(Message, message_id)
    message.body, message.detail = body, detail
    bump(session, Topic.INBOX)


def outbox_length(session: Session) -> int:
    """How many texts wait to be sent or are being sent."""
    unsent = (MessageState.QUEUED, MessageState.SENDING)
    return session.scalar(select(func.count()).where(Message.state.in_(unsent))) or 0


def sent_since(session: Session, modem: str, since: datetime) -> list[datetime]:
    """When each SMS of this modem left, the oldest first."""
    left = select(Part.sent_at).where(Part.modem == modem, Part.sent_at > since)
    return [at for at in session.scalars(left.order_by(Part.sent_at)) if at is not None]


def messages_since(session: Session, since: datetime | None) -> list[Message]:
    """Texts in the order they were written or received."""
    query = select(Message).order_by(Message.at, Message.id)
    if since is not None:
        query = query.where(Message.at >= since)
    return list(session.scalars(query))
