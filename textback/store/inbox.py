"""What the inbox shows: each page is a few queries, however many rows it has."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.orm import Session

from textback.store.entries import (
    CallEntry,
    Entry,
    TextEntry,
    call_columns,
    calls_where,
    texts_where,
)
from textback.store.models import Call, Conversation, Line, Message, OptOut, Staff

PAGE = 50  # conversations or calls


class Show(StrEnum):
    """Which conversations the list has."""

    OPEN = "open"
    MINE = "mine"  # open, and this person owns it
    CLOSED = "closed"


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
    texts = {t.id: t for t in texts_where(session, Message.id.in_([row[4] for row in found]))}
    calls = {c.id: c for c in calls_where(session, Call.id.in_([row[5] for row in found]))}
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
    texts = texts_where(session, Message.conversation_id == conversation_id, limit + 1)
    calls = calls_where(session, Call.conversation_id == conversation_id, limit + 1)
    entries: list[Entry] = sorted([*calls, *texts], key=lambda entry: entry.at)
    return Timeline(tuple(entries[-limit:]), more=len(entries) > limit)


def calls(session: Session, before: int | None = None) -> tuple[list[CallEntry], bool]:
    """A page of judged calls, the last to end first, and whether there are older ones.

    `before` is the id of the last call of the page before.
    """
    query = call_columns()
    if before is not None:
        end = select(Call.ended_at, Call.id).where(Call.id == before)
        query = query.where(tuple_(Call.ended_at, Call.id) < end.scalar_subquery())
    order = (Call.ended_at.desc(), Call.id.desc())
    found = session.execute(query.order_by(*order).limit(PAGE + 1)).all()
    return [CallEntry(*row) for row in found[:PAGE]], len(found) > PAGE


def call(session: Session, call_id: int) -> tuple[CallEntry, list[dict[str, str]]] | None:
    """One call and its trimmed AMI events, None where there is none with this id."""
    row = session.execute(call_columns().where(Call.id == call_id)).first()
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
