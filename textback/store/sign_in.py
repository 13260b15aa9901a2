"""Who is signed in where, and slowing down whoever guesses passwords."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from textback.store.models import FailedSignIn, SignedIn, Staff
from textback.store.staff import Person, normal_username

IDLE = timedelta(minutes=15)  # of a person doing nothing
LONGEST = timedelta(hours=12)  # then even a busy person signs in again
SEEN_EVERY = timedelta(seconds=30)  # how exactly the idle time is kept

REMEMBERED = timedelta(hours=1)  # how long a failure counts
FREE_BY_USERNAME, FREE_BY_ADDRESS = 5, 20  # an office often has one address for everybody
LONGEST_WAIT = timedelta(minutes=5)


def begin_attempt(session: Session, username: str, address: str, now: datetime) -> timedelta:
    """How long to wait before trying again; zero means go ahead.

    An attempt counts as failed from here on, until `sign_in` takes it back: so a hundred guesses
    sent at once are counted like a hundred sent in turn. Needs a writing transaction.
    """
    username, address = normal_username(username)[:64], address[:64]
    session.execute(delete(FailedSignIn).where(FailedSignIn.at < now - REMEMBERED))
    wait = max(
        _wait(session, FailedSignIn.username == username, FREE_BY_USERNAME, now),
        _wait(session, FailedSignIn.address == address, FREE_BY_ADDRESS, now),
    )
    if not wait:
        session.add(FailedSignIn(username=username, address=address, at=now))
    return wait


def _wait(session: Session, whose: ColumnElement[bool], free: int, now: datetime) -> timedelta:
    count = select(func.count(), func.max(FailedSignIn.at)).where(whose)
    failures, last = session.execute(count).one()
    if failures < free:
        return timedelta(0)
    pause = min(timedelta(seconds=2 ** min(failures - free, 20)), LONGEST_WAIT)
    return max(last + pause - now, timedelta(0))


def sign_in(session: Session, person: Person, now: datetime) -> str:
    """A new token for this person's browser; what was known of their failures is forgotten."""
    session.execute(delete(FailedSignIn).where(FailedSignIn.username == person.username))
    session.execute(delete(SignedIn).where(_over(now)))
    token = secrets.token_urlsafe(32)
    signed = SignedIn(token_hash=_hash(token), staff_id=person.id, created_at=now, last_seen_at=now)
    session.add(signed)
    return token


def signed_in(session: Session, token: str, now: datetime) -> tuple[Person, datetime] | None:
    """Whose browser holds this token, and when that person last did something."""
    statement = (
        select(Staff, SignedIn.last_seen_at)
        .join(Staff, Staff.id == SignedIn.staff_id)
        .where(SignedIn.token_hash == _hash(token), Staff.active, ~_over(now))
    )
    row = session.execute(statement).first()
    if row is None:
        return None
    staff, last_seen_at = row
    person = Person(staff.id, staff.username, staff.name, staff.admin, staff.active)
    return person, last_seen_at


def seen(session: Session, token: str, now: datetime) -> None:
    """A person did something in this browser just now."""
    mine = SignedIn.token_hash == _hash(token)
    session.execute(update(SignedIn).where(mine).values(last_seen_at=now))


def sign_out(session: Session, token: str) -> None:
    session.execute(delete(SignedIn).where(SignedIn.token_hash == _hash(token)))


def _over(now: datetime) -> ColumnElement[bool]:
    return (SignedIn.last_seen_at <= now - IDLE) | (SignedIn.created_at <= now - LONGEST)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
