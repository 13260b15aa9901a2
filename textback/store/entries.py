"""Texts and calls as pages show them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from textback.core.calls import LostIn, Outcome, Voicemail
from textback.core.messages import Direction, Kind, MessageState
from textback.store.models import Call, Line, Message, Staff


@dataclass(frozen=True, slots=True)
class TextEntry:
    """A text in a timeline. `author` is "" where no person wrote it.

    `instead_of` is the modem that it was meant for, where `modem` took its place.
    """

    id: int
    at: datetime
    direction: Direction
    kind: Kind
    body: str
    state: MessageState
    detail: str
    author: str
    settled_at: datetime | None
    modem: str
    instead_of: str


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
    pbx: str

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


def texts_where(
    session: Session, which: ColumnElement[bool], limit: int | None = None
) -> list[TextEntry]:
    """The newest `limit` of these texts, oldest first."""
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
            Message.modem,
            Message.instead_of,
        )
        .outerjoin(Staff, Staff.id == Message.author_id)
        .where(which)
        .order_by(Message.at.desc(), Message.id.desc())
        .limit(limit)
    )
    # Oldest first, so that texts of one moment stay in the order they were written.
    return [TextEntry(*row) for row in reversed(session.execute(query).all())]


def calls_where(
    session: Session, which: ColumnElement[bool], limit: int | None = None
) -> list[CallEntry]:
    """The newest `limit` of these calls, oldest first."""
    query = call_columns().where(which).order_by(Call.started_at.desc(), Call.id.desc())
    return [CallEntry(*row) for row in reversed(session.execute(query.limit(limit)).all())]


def call_columns() -> Select[*tuple[Any, ...]]:
    """What a CallEntry is made of, in its order."""
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
        Call.pbx,
    ).outerjoin(Line, Line.id == Call.line_id)
