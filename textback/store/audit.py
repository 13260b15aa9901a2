"""Who did what, and when. Rows are only ever added."""

from datetime import datetime

from sqlalchemy.orm import Session

from textback.store.models import Audit


def add(
    session: Session,
    now: datetime,
    staff_id: int | None,
    action: str,
    subject: str,
    detail: str = "",
) -> None:
    """Record that a person (None: nobody signed in, or the command line) did `action`.

    `subject` names a row, such as 'conversation 12'; never a number or a message body.
    """
    session.add(
        Audit(at=now, staff_id=staff_id, action=action, subject=subject[:128], detail=detail)
    )
