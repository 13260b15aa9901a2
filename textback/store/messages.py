"""The outbox: texts on their way out, and what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, Update, bindparam, func, select, update
from sqlalchemy.orm import Session, contains_eager
from sqlalchemy.sql.dml import ReturningUpdate

from textback.core.messages import (
    Direction,
    Kind,
    MessageState,
    PartState,
    check_move,
)
from textback.store.changes import Topic, bump
from textback.store.choice import begun_through
from textback.store.database import UtcDateTime, add_row
from textback.store.models import Conversation, Message, OptOut, Part


def move(
    session: Session, message: Message, to: MessageState, now: datetime, detail: str = ""
) -> None:
    """Move a text to another state: the only place where a state changes after its creation.

    Raises IllegalMove where the table has no such move.
    """
    check_move(message.state, to)
    message.state = to
    message.detail = detail[:255]
    if to is MessageState.QUEUED and not message.has_begun:
        message.modem = message.instead_of = ""  # whoever may take it next
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
    now: datetime,
    *,
    by_storage: bool = False,
    instead_of: str = "",
) -> ToSend | None:
    """Make a queued text this modem's, with its planned parts; None when it is no longer queued.

    `pdus` (hex, TPDU octets) are kept at the first claim; a later one sends what is still missing.
    With `by_storage` each part is first written into the modem's storage: see `stored`. From here
    on the conversation is this modem's too; `instead_of` is the one that the text was meant for.
    """
    connection = session.connection()
    taken = {"text": message_id, "taker": modem, "meant_for": instead_of}
    claimed = connection.execute(_to_sending(), taken).first()
    if claimed is None:
        return None
    connection.execute(_to_taker(), {"conversation": claimed.conversation_id, "taker": modem})
    found = connection.execute(_parts_of(), {"text": message_id}).all()
    planned = [PartToSend(p.id, p.pdu, p.length) for p in found if p.state is PartState.PLANNED]
    if not found:
        planned = [_plan(session, message_id, n, *pdu) for n, pdu in enumerate(pdus, start=1)]
    for n, part in enumerate(planned):
        how = {"part": part.part_id, "taker": modem, "stored": by_storage}
        connection.execute(_to_hand_over(), {**how, "at": None if n else now})
    bump(session, Topic.INBOX)
    return ToSend(message_id, claimed.attempts, tuple(planned))


def _plan(session: Session, message_id: int, position: int, pdu: str, length: int) -> PartToSend:
    part = {"position": position, "pdu": pdu, "length": length, "state": PartState.PLANNED}
    return PartToSend(add_row(session, Part, message_id=message_id, **part), pdu, length)


# A greeting passes here on its way to the modem. These go around the unit of work, which takes five
# times as long, and each is put together once.


@cache
def _to_sending() -> ReturningUpdate[int, int]:
    queued = Message.id == bindparam("text"), Message.state == MessageState.QUEUED
    taken = {"modem": bindparam("taker"), "instead_of": bindparam("meant_for"), "detail": ""}
    moved = {"state": MessageState.SENDING, "attempts": Message.attempts + 1}
    changed = update(Message).where(*queued).values(**moved, **taken)
    return changed.returning(Message.conversation_id, Message.attempts)


@cache
def _to_taker() -> Update:
    others = Conversation.id == bindparam("conversation"), Conversation.modem != bindparam("taker")
    return update(Conversation).where(*others).values(modem=bindparam("taker"))


@cache
def _parts_of() -> Select[*tuple[Any, ...]]:
    columns = select(Part.id, Part.pdu, Part.length, Part.state)
    return columns.where(Part.message_id == bindparam("text")).order_by(Part.position)


@cache
def _to_hand_over() -> Update:
    """By which way a part will leave; with `at` it may from now on: committed before that."""
    way: dict[str, Any] = {"modem": bindparam("taker"), "by_storage": bindparam("stored")}
    place: dict[str, Any] = {"storage": "", "storage_index": None}
    at = func.coalesce(bindparam("at", type_=UtcDateTime), Part.handed_at)
    return update(Part).where(Part.id == bindparam("part")).values(**way, **place, handed_at=at)


def _hand_over_next(message: Message, now: datetime) -> None:
    """From now on the next part may leave: committed before its first byte."""
    for part in message.planned_parts[:1]:
        part.handed_at = now


def stored(session: Session, part_id: int, storage: str, index: int) -> None:
    """The modem has the part in its storage; only when this is committed is it told to send it."""
    place = {"part": part_id, "storage": storage, "index": index}
    session.connection().execute(_to_stored(), place)


@cache
def _to_stored() -> Update:
    place: dict[str, Any] = {"storage": bindparam("storage"), "storage_index": bindparam("index")}
    return update(Part).where(Part.id == bindparam("part")).values(**place)


def not_stored(session: Session, part_id: int) -> None:
    """The modem's storage did not take it: it is sent directly."""
    session.get_one(Part, part_id).by_storage = False


def part_out(
    session: Session, part_id: int, modem: str, reference: int | None, now: datetime
) -> MessageState:
    """The network took a part; with the last one the whole text is SENT. The text's state.

    `reference` is None where nobody was there to hear it.
    """
    message = with_parts(session, part_id)
    part = next(part for part in message.parts if part.id == part_id)
    part.state, part.reference, part.modem, part.sent_at = PartState.OUT, reference, modem, now
    if message.planned_parts:
        _hand_over_next(message, now)
    else:
        move(session, message, MessageState.SENT, now)
    return message.state


def with_parts(session: Session, part_id: int) -> Message:
    """The text that a part belongs to, and all its parts, by one query."""
    return session.scalars(_whole(), {"part": part_id}).unique().one()


@cache
def _whole() -> Select[Message]:
    of = select(Part.message_id).where(Part.id == bindparam("part")).scalar_subquery()
    parts = contains_eager(Message.parts)
    whole = select(Message).join(Message.parts).where(Message.id == of)
    return whole.options(parts).order_by(Part.position)


def put_back(
    session: Session, message_id: int, now: datetime, detail: str, *, wait: timedelta
) -> None:
    """The text surely did not leave: it goes again after `wait`, unless a STOP came meanwhile.

    A conversation that has not begun so far is free to begin from another SIM.
    """
    message = session.get_one(Message, message_id)
    tried = message.modem
    if message.kind is not Kind.OPT_OUT_CONFIRMATION and _opted_out(session, message):
        move(session, message, MessageState.CANCELLED, now, "the person asked for no more texts")
        return
    move(session, message, MessageState.QUEUED, now, detail)
    message.not_before = now + wait if wait else None
    if not message.modem and not begun_through(session, message.conversation_id, tried):
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
