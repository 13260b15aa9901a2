"""What the inbox shows: each page is a few queries, however many rows it has."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.orm import Session

from textback.core.calls import LostIn, Outcome, Voicemail
from textback.core.messages import Direction, Kind, MessageState
from textback.store.models import Call, Conversation, Line, Message, OptOut, Staff

PAGE = 50  # conversations or calls


class Show(StrEnum):
    """Which conversations the list has."""

    OPEN = "open"
    MINE = "mine"  # open, and this person owns it
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class TextEntry:
    """A text in a timeline. `author` is "" where no person wrote it."""

    id: int
    at: datetime
    direction: Direction
    kind: Kind
    body: str
    state: MessageState
    detail: str
    author: str
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class CallEntry:
    """A call in a timeline or in the list of calls. `line` is the DID where it has no name.

    Of an outbound call `caller` is who was called, and `answered_by` the phone that called.
    """

    id: int
    at: datetime
    ended_at: datetime
    caller: str
    caller_name: str
    withheld: bool
    line: str
    outcome: Outcome
    voicemail: Voicemail
    lost_in: str
    texted: bool
    decision: str
    conversation_id: int | None
    direction: Direction
    ended: bool
    queue: str
    rang: list[str]
    answered_by: str
    answered_at: datetime | None
    forwarded: bool

    @property
    def outbound(self) -> bool:
        return self.direction is Direction.OUT

    @property
    def missed(self) -> bool:
        """Whether an inbound caller was lost, even if somebody spoke with them first."""
        if self.outbound:
            return False
        passed_on = self.lost_in in (LostIn.TRANSFER, LostIn.PARKING)
        return self.outcome is not Outcome.ANSWERED or passed_on

    @property
    def waited(self) -> timedelta:
        """How long the caller waited for a person, in vain or not."""
        return max((self.answered_at or self.ended_at) - self.at, timedelta(0))

    @property
    def talked(self) -> timedelta:
        """From the answer to the end; nothing where nobody answered."""
        return max(self.ended_at - (self.answered_at or self.ended_at), timedelta(0))


Entry = TextEntry | CallEntry


@dataclass(frozen=True, slots=True)
class Row:
    """A conversation, as the list and its own page's head show it."""

    id: int
    number: str
    name: str
    line: str
    owner_id: int | None
    owner: str
    open: bool
    waiting_since: datetime | None
    last_at: datetime
    opted_out_since: datetime | None
    last: Entry | None


@dataclass(frozen=True, slots=True)
class Counts:
    """Open conversations: all, this person's, and those where somebody waits for an answer."""

    open: int
    mine: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """The newest entries of a conversation, oldest first; `more` says there are earlier ones."""

    entries: tuple[Entry, ...]
    more: bool

    @property
    def newest_text_id(self) -> int:
        return max((e.id for e in self.entries if isinstance(e, TextEntry)), default=0)


def counts(session: Session, staff_id: int) -> Counts:
    mine, waiting = Conversation.owner_id == staff_id, Conversation.waiting_since.is_not(None)
    numbers = select(func.count(), func.count().filter(mine), func.count().filter(waiting))
    return Counts(*session.execute(numbers.where(Conversation.open)).one())


def conversations(
    session: Session, show: Show, staff_id: int, before: int | None = None
) -> tuple[list[Row], bool]:
    """A page of the list, newest first, and whether there are older ones.

    `before` is the id of the last conversation of the page before.
    """
    query = _rows().where(_shown(show, staff_id))
    if before is not None:
        end = select(Conversation.last_at, Conversation.id).where(Conversation.id == before)
        query = query.where(tuple_(Conversation.last_at, Conversation.id) < end.scalar_subquery())
    order = (Conversation.last_at.desc(), Conversation.id.desc())
    found = session.execute(query.order_by(*order).limit(PAGE + 1)).all()
    return _with_last_entries(session, found[:PAGE]), len(found) > PAGE


def conversation(session: Session, conversation_id: int) -> Row | None:
    """One conversation, None where there is none with this id."""
    found = session.execute(_rows().where(Conversation.id == conversation_id)).all()
    rows = _with_last_entries(session, found)
    return rows[0] if rows else None


def _shown(show: Show, staff_id: int) -> ColumnElement[bool]:
    match show:
        case Show.OPEN:
            return Conversation.open.is_(True)
        case Show.MINE:
            return Conversation.open.is_(True) & (Conversation.owner_id == staff_id)
        case Show.CLOSED:
            return Conversation.open.is_(False)


def _rows() -> Select[*tuple[Any, ...]]:
    texts = select(Message.id).where(Message.conversation_id == Conversation.id)
    calls = select(Call.id).where(Call.conversation_id == Conversation.id)
    return (
        select(
            Conversation,
            Line.name,
            Staff.name,
            OptOut.since,
            texts.order_by(Message.at.desc(), Message.id.desc()).limit(1).scalar_subquery(),
            calls.order_by(Call.started_at.desc(), Call.id.desc()).limit(1).scalar_subquery(),
        )
        .outerjoin(Line, Line.id == Conversation.line_id)
        .outerjoin(Staff, Staff.id == Conversation.owner_id)
        .outerjoin(OptOut, (OptOut.number == Conversation.number) & OptOut.ended_at.is_(None))
    )


def _with_last_entries(session: Session, found: Iterable[Any]) -> list[Row]:
    found = list(found)
    texts = {t.id: t for t in _texts(session, Message.id.in_([row[4] for row in found]))}
    calls = {c.id: c for c in _calls(session, Call.id.in_([row[5] for row in found]))}
    return [
        _row(conversation, line, owner, since, _later(texts.get(text_id), calls.get(call_id)))
        for conversation, line, owner, since, text_id, call_id in found
    ]


def _later(text: TextEntry | None, call: CallEntry | None) -> Entry | None:
    if text is None or call is None:
        return text or call
    return text if text.at >= call.at else call


def _row(
    conversation: Conversation,
    line: str | None,
    owner: str | None,
    opted_out_since: datetime | None,
    last: Entry | None,
) -> Row:
    return Row(
        id=conversation.id,
        number=conversation.number,
        name=conversation.name,
        line=line or "",
        owner_id=conversation.owner_id,
        owner=owner or "",
        open=conversation.open,
        waiting_since=conversation.waiting_since,
        last_at=conversation.last_at,
        opted_out_since=opted_out_since,
        last=last,
    )


def timeline(session: Session, conversation_id: int, limit: int) -> Timeline:
    """The newest `limit` calls and texts of a conversation."""
    texts = _texts(session, Message.conversation_id == conversation_id, limit + 1)
    calls = _calls(session, Call.conversation_id == conversation_id, limit + 1)
    entries: list[Entry] = sorted([*calls, *texts], key=lambda entry: entry.at)
    return Timeline(tuple(entries[-limit:]), more=len(entries) > limit)


def _texts(
    session: Session, which: ColumnElement[bool], limit: int | None = None
) -> list[TextEntry]:
    query = (
        select(
            Message.id,
            Message.at,
            Message.direction,
            Message.kind,
            Message.body,
            Message.state,
            Message.detail,
            func.coalesce(Staff.name, ""),
            Message.settled_at,
        )
        .outerjoin(Staff, Staff.id == Message.author_id)
        .where(which)
        .order_by(Message.at.desc(), Message.id.desc())
        .limit(limit)
    )
    # Oldest first, so that texts of one moment stay in the order they were written.
    return [TextEntry(*row) for row in reversed(session.execute(query).all())]


def _calls(
    session: Session, which: ColumnElement[bool], limit: int | None = None
) -> list[CallEntry]:
    query = _call_columns().where(which).order_by(Call.started_at.desc(), Call.id.desc())
    return [CallEntry(*row) for row in reversed(session.execute(query.limit(limit)).all())]


def _call_columns() -> Select[*tuple[Any, ...]]:
    return select(
        Call.id,
        Call.started_at,
        Call.ended_at,
        Call.caller,
        Call.caller_name,
        Call.withheld,
        func.coalesce(Line.name, Call.did),
        Call.outcome,
        Call.voicemail,
        Call.lost_in,
        Call.texted,
        Call.decision,
        Call.conversation_id,
        Call.direction,
        Call.ended,
        Call.queue,
        Call.rang,
        Call.answered_by,
        Call.answered_at,
        Call.forwarded,
    ).outerjoin(Line, Line.id == Call.line_id)


def calls(session: Session, before: int | None = None) -> tuple[list[CallEntry], bool]:
    """A page of judged calls, the last to end first, and whether there are older ones.

    `before` is the id of the last call of the page before.
    """
    query = _call_columns()
    if before is not None:
        end = select(Call.ended_at, Call.id).where(Call.id == before)
        query = query.where(tuple_(Call.ended_at, Call.id) < end.scalar_subquery())
    order = (Call.ended_at.desc(), Call.id.desc())
    found = session.execute(query.order_by(*order).limit(PAGE + 1)).all()
    return [CallEntry(*row) for row in found[:PAGE]], len(found) > PAGE


def call(session: Session, call_id: int) -> tuple[CallEntry, list[dict[str, str]]] | None:
    """One call and its trimmed AMI events, None where there is none with this id."""
    row = session.execute(_call_columns().where(Call.id == call_id)).first()
    if row is None:
        return None
    events = session.scalar(select(Call.events).where(Call.id == call_id))
    return CallEntry(*row), events or []


def already_sent(
    session: Session, conversation_id: int, staff_id: int, body: str, after: int
) -> bool:
    """Whether this person's same text was written after text `after`, the newest they had seen.

    A form sent twice (a double click, a reload) says the same `after` twice; a person who means to
    say the same again has seen the first one.
    """
    query = select(Message.id).where(
        Message.conversation_id == conversation_id,
        Message.id > after,
        Message.author_id == staff_id,
        Message.body == body.strip(),
    )
    return session.scalar(query.limit(1)) is not None
