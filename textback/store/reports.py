"""Status reports: what the network says became of a text."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Row, Select, bindparam, or_, select
from sqlalchemy.orm import Session

from textback.core import phone
from textback.core.messages import MessageState, PartState, state_by_reports
from textback.store import doubts
from textback.store.messages import move, with_parts
from textback.store.models import Conversation, Message, Part

# A phone that was off for days still gets its text; a TP-MR comes round again after 256 texts.
EXPECTED = timedelta(days=4)
# A report settles a text in doubt only when the network took its text about when we handed it over.
_CLOCKS_DIFFER = timedelta(minutes=2)
_TAKEN_WITHIN = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Report:
    """`delivered` is None while the network is still trying. `taken_at` is the service centre's
    stamp, None where it is absurd."""

    modem: str
    recipient: str
    reference: int
    delivered: bool | None
    taken_at: datetime | None


def take(session: Session, report: Report, now: datetime) -> bool:
    """Keep what a report says of a part; False when it fits none of ours."""
    part = _by_reference(session, report, now)
    if part is None:
        part = _in_doubt(session, report, now)
        if part is None:
            return False
        part.reference = report.reference
        if part.state is PartState.PLANNED:
            doubts.went_out(session, part.id, now, report.reference)
    if report.delivered is not None:
        part.state = PartState.DELIVERED if report.delivered else PartState.UNDELIVERED
        _settle(session, with_parts(session, part.id), now)
    return True


def _settle(session: Session, message: Message, now: datetime) -> None:
    to = state_by_reports([part.state for part in message.parts])
    if to is not None and to is not message.state and message.state is not MessageState.QUEUED:
        move(session, message, to, now)


def _by_reference(session: Session, report: Report, now: datetime) -> Part | None:
    given = {"modem": report.modem, "reference": report.reference, "since": now - EXPECTED}
    return _same(report, session.execute(_with_reference(), given))


@cache
def _with_reference() -> Select[Part, str]:
    return _of_modem().where(
        Part.reference == bindparam("reference"),
        Part.state.in_((PartState.OUT, PartState.UNDELIVERED)),
        Part.sent_at > bindparam("since"),
    )


def _in_doubt(session: Session, report: Report, now: datetime) -> Part | None:
    """A part whose reference nobody heard: the number and the time must do."""
    taken_at = report.taken_at or now
    unheard = _of_modem().where(
        Part.reference.is_(None),
        Part.handed_at.between(taken_at - _TAKEN_WITHIN, taken_at + _CLOCKS_DIFFER),
        or_(Part.state == PartState.OUT, Message.state == MessageState.UNCONFIRMED),
    )
    return _same(report, session.execute(unheard, {"modem": report.modem}))


def _of_modem() -> Select[Part, str]:
    return (
        select(Part, Conversation.number)
        .join(Part.message)
        .join(Message.conversation)
        .where(Part.modem == bindparam("modem"))
        .order_by(Part.handed_at.desc(), Part.position)
    )


def _same(report: Report, candidates: Iterable[Row[Part, str]]) -> Part | None:
    same = (p for p, number in candidates if phone.same_subscriber(number, report.recipient))
    return next(same, None)
