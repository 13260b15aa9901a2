"""Received SMS, each kept raw until the text it belongs to is whole."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from textback.store.models import Fragment

# The parts of one text pass the service centre together. A sender's 8-bit reference comes round
# again after 256 texts, so parts stamped at another time are another text's.
SAME_TEXT = timedelta(minutes=10)
# Without a usable stamp the same SMS read again (a delete that failed) comes soon or never.
READ_AGAIN = timedelta(minutes=10)
SHOWN_INCOMPLETE_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class NewFragment:
    """One SMS as it came. An SMS that is no part of a longer text is part 1 of 1."""

    modem: str
    sender: str
    sent_at: datetime | None
    pdu: str
    reference: int = 0
    total: int = 1
    number: int = 1


def keep(session: Session, new: NewFragment, now: datetime) -> Fragment | None:
    """Keep an SMS, once: None when the same one was read before.

    3GPP 23.040 has no message id: the same is the same sender, stamp and PDU. Needs a writing
    transaction, so that two readers cannot both find nothing.
    """
    digest = hashlib.sha256(new.pdu.encode()).digest()
    same = select(Fragment.id).where(
        Fragment.sender == new.sender,
        Fragment.sent_at == new.sent_at,
        Fragment.pdu_hash == digest,
    )
    if new.sent_at is None:
        same = same.where(Fragment.received_at > now - READ_AGAIN)
    if session.scalar(same.limit(1)) is not None:
        return None
    fragment = Fragment(
        modem=new.modem,
        sender=new.sender,
        sent_at=new.sent_at,
        pdu_hash=digest,
        pdu=new.pdu,
        concat_reference=new.reference,
        concat_total=new.total,
        concat_number=new.number,
        received_at=now,
    )
    session.add(fragment)
    session.flush()
    return fragment


def parts_of_text(session: Session, last: Fragment) -> list[Fragment]:
    """The parts of the text that `last` belongs to that are there so far, in order."""
    if last.concat_total == 1:
        return [last]
    found = session.scalars(
        select(Fragment)
        .where(
            Fragment.sender == last.sender,
            Fragment.concat_reference == last.concat_reference,
            Fragment.concat_total == last.concat_total,
        )
        .order_by(Fragment.id)
    )
    together = {part.concat_number: part for part in found if _stamped_together(part, last)}
    return [together[number] for number in sorted(together)]


def is_whole(parts: Sequence[Fragment]) -> bool:
    return len(parts) == parts[0].concat_total


def overdue(session: Session, now: datetime) -> list[Fragment]:
    """One part of each text whose other parts should have come by now; it was not shown yet."""
    late = session.scalars(
        select(Fragment).where(
            Fragment.message_id.is_(None), Fragment.received_at < now - SHOWN_INCOMPLETE_AFTER
        )
    )
    return list({(f.sender, f.concat_reference, f.concat_total): f for f in late}.values())


def _stamped_together(one: Fragment, other: Fragment) -> bool:
    moments = (one.sent_at or one.received_at, other.sent_at or other.received_at)
    return abs(moments[0] - moments[1]) <= SAME_TEXT
