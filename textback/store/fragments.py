"""Received SMS, each kept raw until the text it belongs to is whole."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from textback.store.models import Fragment

# A sender's 8-bit reference comes round again after 256 texts: older parts are another text's.
SAME_TEXT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class NewFragment:
    """One SMS as it came. An SMS that is no part of a longer text is part 1 of 1."""

    modem: str
    sender: str
    sent_at: str
    pdu: str
    reference: int = 0
    total: int = 1
    number: int = 1


def keep(session: Session, new: NewFragment, now: datetime) -> Fragment | None:
    """Keep an SMS, once: None when the same one was read before (3GPP 23.040 has no message id)."""
    row = insert(Fragment).values(
        modem=new.modem,
        sender=new.sender,
        sent_at=new.sent_at,
        pdu_hash=hashlib.sha256(new.pdu.encode()).digest(),
        pdu=new.pdu,
        concat_reference=new.reference,
        concat_total=new.total,
        concat_number=new.number,
        received_at=now,
    )
    once = row.on_conflict_do_nothing(
        index_elements=[Fragment.sender, Fragment.sent_at, Fragment.pdu_hash]
    )
    kept = session.scalar(once.returning(Fragment.id))
    return None if kept is None else session.get_one(Fragment, kept)


def whole_text(session: Session, last: Fragment) -> list[Fragment]:
    """All parts of the text that `last` belongs to, in order; empty while one is missing."""
    found = session.scalars(
        select(Fragment)
        .where(
            Fragment.sender == last.sender,
            Fragment.concat_reference == last.concat_reference,
            Fragment.concat_total == last.concat_total,
            Fragment.message_id.is_(None),
            Fragment.received_at > last.received_at - SAME_TEXT,
        )
        .order_by(Fragment.received_at, Fragment.id)
    ).all()
    if last.concat_total == 1:
        return [last]
    by_number = {fragment.concat_number: fragment for fragment in found}
    complete = set(by_number) == set(range(1, last.concat_total + 1))
    return [by_number[n] for n in sorted(by_number)] if complete else []
