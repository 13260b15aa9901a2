"""Judged calls, and the times in which nobody listened."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from textback.core.calls import CallEnded, OutboundEnded, Outcome, Voicemail
from textback.core.messages import Direction
from textback.core.verdict import judge
from textback.store.changes import Topic, bump
from textback.store.database import add_row
from textback.store.models import Call, Gap

_KNOWN = select(Call).where(Call.pbx == bindparam("pbx"), Call.uniqueid == bindparam("uniqueid"))


@dataclass(frozen=True, slots=True)
class Decided:
    """What the policy made of a call, and where it belongs."""

    reason: str
    texted: bool = False
    line_id: int | None = None
    conversation_id: int | None = None


def known(session: Session, pbx: str, uniqueid: str) -> Call | None:
    """What is kept of a call already."""
    return session.scalar(_KNOWN, {"pbx": pbx, "uniqueid": uniqueid})


def tells_more(kept: Call, *, ended: bool) -> bool:
    """Whether there is something new in a call that is known, and has `ended` now.

    A call is one row by its PBX and uniqueid: kept first, perhaps, when it enters voicemail, then
    when it ends; and once more when its end was not seen and the PBX's own records tell it.
    """
    return ended and (not kept.ended or kept.outcome is Outcome.UNKNOWN)


def record(
    session: Session, pbx: str, call: CallEnded, decided: Decided, *, ended: bool = True
) -> int:
    """Keep an inbound call that was not known, with its verdict; its id."""
    bump(session, Topic.INBOX)
    columns = _facts(call) | _decision(decided)
    return add_row(session, Call, pbx=pbx, ended=ended, **columns)


def learn(session: Session, kept: Call, call: CallEnded, decided: Decided | None) -> None:
    """The end of a call that is known; `decided` where it was decided anew."""
    for name, value in (_facts(call) | (_decision(decided) if decided else {})).items():
        setattr(kept, name, value)
    kept.ended = True
    bump(session, Topic.INBOX)


def _decision(decided: Decided) -> dict[str, Any]:
    return {
        "decision": decided.reason,
        "texted": decided.texted,
        "line_id": decided.line_id,
        "conversation_id": decided.conversation_id,
    }


def as_seen(kept: Call, call: CallEnded) -> CallEnded:
    """A call with what was seen of it before: the PBX's own records tell less than its events.

    They do not show that a number was withheld, and may lack that somebody spoke with the caller.
    """
    return replace(
        call,
        withheld=call.withheld or kept.withheld,
        person_reached=call.person_reached or kept.person_reached,
    )


def record_outbound(session: Session, pbx: str, call: OutboundEnded) -> Call | None:
    """Keep a call that the office made; None when it is known already."""
    if known(session, pbx, call.uniqueid) is not None:
        return None
    answered = call.answered_at is not None
    row = Call(
        pbx=pbx,
        uniqueid=call.uniqueid,
        linkedid=call.linkedid,
        direction=Direction.OUT,
        ended=True,
        caller=call.number[:128],
        caller_name="",
        did="",
        withheld=False,
        outcome=Outcome.ANSWERED if answered else Outcome.NO_ANSWER,
        person_reached=answered,
        voicemail=Voicemail.NONE,
        lost_in="",
        queue="",
        trunk="",
        rang=[],
        answered_by=call.by[:128],
        answered_at=call.answered_at,
        forwarded=False,
        would_text=False,
        reason="",
        texted=False,
        decision="",
        started_at=call.started_at,
        ended_at=call.ended_at,
        events=[],
    )
    session.add(row)
    bump(session, Topic.INBOX)
    return row


def _facts(call: CallEnded) -> dict[str, Any]:
    """The columns that tell what happened. Strangers choose names and numbers: all are cut."""
    judged = judge(call)
    return {
        "uniqueid": call.uniqueid,
        "linkedid": call.linkedid,
        "direction": Direction.IN,
        "caller": call.caller[:128],
        "caller_name": call.caller_name[:128],
        "did": call.did[:128],
        "withheld": call.withheld,
        "outcome": call.outcome,
        "person_reached": call.person_reached,
        "voicemail": call.voicemail,
        "lost_in": call.lost_in.value,
        "queue": call.queue[:128],
        "trunk": call.trunk[:128],
        "rang": list(call.rang),
        "answered_by": call.answered_by[:128],
        "answered_at": call.answered_at,
        "forwarded": call.forwarded,
        "would_text": judged.would_text,
        "reason": judged.reason.value,
        "started_at": call.started_at,
        "ended_at": call.ended_at,
        "events": [dict(event) for event in call.events],
    }


def calls_since(session: Session, since: datetime | None) -> list[Call]:
    """Calls in the order they ended."""
    query = select(Call).order_by(Call.ended_at, Call.id)
    if since is not None:
        query = query.where(Call.ended_at >= since)
    return list(session.scalars(query))


def add_gap(session: Session, pbx: str, since: datetime, until: datetime) -> None:
    """Note that nobody listened to a PBX in between; what was missed is still to be looked up."""
    session.add(Gap(pbx=pbx, since=since, until=until, looked_up=False, detail="being looked up"))
    bump(session, Topic.LINKS)


def gaps_to_look_up(session: Session, pbx: str) -> list[Gap]:
    return list(session.scalars(select(Gap).where(Gap.pbx == pbx, Gap.looked_up.is_(False))))


def close_gap(session: Session, gap_id: int, recovered: int | None, detail: str) -> None:
    """What was missed has been looked up, or cannot be (None, and why)."""
    gap = session.get_one(Gap, gap_id)
    gap.looked_up, gap.recovered, gap.detail = True, recovered, detail[:255]
    bump(session, Topic.LINKS)


def gaps_since(session: Session, since: datetime) -> list[Gap]:
    """The latest first."""
    return list(session.scalars(select(Gap).where(Gap.until >= since).order_by(Gap.until.desc())))
