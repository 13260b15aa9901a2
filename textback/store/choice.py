"""Which text a modem takes next: one of its own conversations, of its lines, or of nobody's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    bindparam,
    case,
    func,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.orm import Session

from textback.core.messages import BEYOND_LIMITS, MessageState
from textback.core.sim_rules import LIMIT
from textback.store.changes import Topic, bump
from textback.store.database import UtcDateTime
from textback.store.lines import DEFAULT_RULES
from textback.store.models import Conversation, Line, Link, Message, Setting

Q = TypeVar("Q", bound=Select[*tuple[Any, ...]])


@dataclass(frozen=True, slots=True)
class Taker:
    """A modem that could send now. `automatic` is False while its SIM's limits hold those back."""

    modem: str
    automatic: bool = True


@dataclass(frozen=True, slots=True)
class Due:
    """A text that could be sent now, before it is claimed.

    `instead_of` is the modem it was meant for, where that one no longer binds it.
    """

    message_id: int
    number: str
    body: str
    instead_of: str


def due(session: Session, taker: Taker, now: datetime) -> Due | None:
    """The text that this modem should send next: a person's before a machine's, then the oldest.

    In a writing transaction nobody else is given it until that ends. Where rows can be locked
    (PostgreSQL) it is passed over by whoever looks meanwhile.
    """
    row = session.execute(_due(taker.automatic), _given(taker.modem, now)).first()
    if row is None:
        return None
    message_id, number, body, meant_for = row
    return Due(message_id, number, body, "" if meant_for == taker.modem else meant_for)


def next_due_at(session: Session, taker: Taker, now: datetime) -> datetime | None:
    """When there may be a text for this modem, in the past where there is one; None when never.

    That a modem no longer binds its texts is such a moment, too.
    """
    first = session.scalar(_first_due_at(taker.automatic), _given(taker.modem, now))
    others = Link.kind == "modem", Link.name != taker.modem, Link.binds_until > now
    freed = session.scalar(select(func.min(Link.binds_until)).where(*others))
    return min((at for at in (first, freed) if at is not None), default=None)


def held_untold(session: Session, modem: str, now: datetime) -> Sequence[int]:
    """The automatic texts that this modem would send, were it not for its SIM's limits.

    Those that say so already are left out.
    """
    return session.scalars(_held_untold(), _given(modem, now)).all()


def tell_held(session: Session, message_ids: Sequence[int], why: str) -> None:
    """Say why these texts wait; a modem with room takes one all the same."""
    waiting = Message.id.in_(message_ids), Message.state == MessageState.QUEUED
    session.execute(update(Message).where(*waiting).values(detail=why))
    bump(session, Topic.INBOX)


def begun_through(session: Session, conversation_id: int, modem: str) -> bool:
    """Whether this person may have a text of ours from this modem's SIM, or wrote to it."""
    never_left = (MessageState.QUEUED, MessageState.CANCELLED, MessageState.FAILED)
    seen = select(Message.id).where(
        Message.conversation_id == conversation_id,
        Message.modem == modem,
        Message.state.not_in(never_left),
    )
    return session.scalar(seen.limit(1)) is not None


# A greeting goes through here on its way to the modem. Putting a query together takes longer than
# running it, so each is put together once; who asks, and when, is given each time.


def _given(modem: str, now: datetime) -> Mapping[str, object]:
    return {"taker": modem, "now": now}


@cache
def _due(automatic: bool) -> Select[*tuple[Any, ...]]:
    columns = Message.id, Conversation.number, Message.body, _wanted_modem()
    return (
        _takeable(select(*columns), automatic)
        .where(_is_ready())
        .order_by(Message.priority, Message.id)
        .limit(1)
        .with_for_update(of=Message, skip_locked=True)
    )


@cache
def _first_due_at(automatic: bool) -> Select[datetime | None]:
    # One that is held until it expires waits for a call to end, not for its time.
    not_held = or_(Message.expires_at.is_(None), Message.not_before < Message.expires_at)
    first = func.min(func.coalesce(Message.not_before, Message.at))
    return _takeable(select(first), automatic).where(not_held)


@cache
def _held_untold() -> Select[int]:
    told = Message.detail.startswith(LIMIT, autoescape=True)
    held = _takeable(select(Message.id), automatic=True)
    return held.where(_is_ready(), Message.kind.not_in(BEYOND_LIMITS), ~told)


def _takeable(query: Q, automatic: bool) -> Q:
    """Only the texts that the taker may send, by whom they are meant for."""
    wanted, now = _wanted_modem(), _now()
    binding = select(Link.name).where(Link.kind == "modem", Link.binds_until > now)
    # A part that is out can only be completed from the same SIM: the rest is bound for good.
    let_go = (Message.modem == "") & wanted.not_in(binding)
    return (
        query.select_from(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .outerjoin(Line, Line.id == Conversation.line_id)
        .where(
            Message.state == MessageState.QUEUED,
            or_(Message.expires_at.is_(None), Message.expires_at > now),
            true() if automatic else Message.kind.in_(BEYOND_LIMITS),
            or_(wanted == "", wanted == bindparam("taker", type_=String), let_go),
        )
    )


def _is_ready() -> ColumnElement[bool]:
    return or_(Message.not_before.is_(None), Message.not_before <= _now())


def _now() -> ColumnElement[datetime]:
    return bindparam("now", type_=UtcDateTime)


def _wanted_modem() -> ColumnElement[str]:
    """The modem that a text is meant for, "" where it is any: what has begun stays on its SIM."""
    default = select(Setting.value).where(Setting.name == f"{DEFAULT_RULES}modem")
    of_line = case(
        (Conversation.line_id.is_(None), default.scalar_subquery()),
        else_=Line.rules["modem"].as_string(),
    )
    return case(
        (Message.modem != "", Message.modem),
        (Conversation.modem != "", Conversation.modem),
        else_=func.coalesce(of_line, ""),
    )
