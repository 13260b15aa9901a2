"""Judged calls."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from textback.core.calls import CallEnded
from textback.core.verdict import judge
from textback.store.changes import Topic, bump
from textback.store.models import Call


def record(session: Session, pbx: str, call: CallEnded) -> Call | None:
    """Keep a call with its verdict, once: None when its PBX and uniqueid are known already.

    What the policy decides is filled in by the caller, in the same transaction.
    """
    judged = judge(call)
    row = insert(Call).values(
        pbx=pbx,
        uniqueid=call.uniqueid,
        linkedid=call.linkedid,
        caller=call.caller[:128],
        caller_name=call.caller_name[:128],
        did=call.did[:128],
        withheld=call.withheld,
        outcome=call.outcome,
        person_reached=call.person_reached,
        voicemail=call.voicemail,
        lost_in=call.lost_in,
        would_text=judged.would_text,
        reason=judged.reason,
        texted=False,
        decision=judged.reason,
        started_at=call.started_at,
        ended_at=call.ended_at,
        events=[dict(event) for event in call.events],
    )
    once = row.on_conflict_do_nothing(index_elements=[Call.pbx, Call.uniqueid])
    kept = session.scalar(once.returning(Call.id))
    if kept is None:
        return None
    bump(session, Topic.INBOX)
    return session.get_one(Call, kept)


def calls_since(session: Session, since: datetime | None) -> list[Call]:
    """Calls in the order they ended."""
    query = select(Call).order_by(Call.ended_at, Call.id)
    if since is not None:
        query = query.where(Call.ended_at >= since)
    return list(session.scalars(query))
