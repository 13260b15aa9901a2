"""The people of the practice who may sign in, and their passwords."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash, generate_password_hash

from textback.core.errors import ConfigError, Problem
from textback.store.changes import Topic, bump
from textback.store.models import Conversation, SignedIn, Staff

SHORTEST_PASSWORD = 10  # characters; NIST SP 800-63B asks for length, not for odd characters
LONGEST_PASSWORD = 256

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")

# Nobody's password, hashed like everybody's: checked against when the username is unknown, so
# that the time an answer takes does not tell which usernames exist.
_NOBODY = (
    "scrypt:32768:8:1$Ia75iThfaL1MIWch$"
    "581b5c174d7d8f4d85911f938c82334b3a577cca611231d28eed766fe5a8fdd"
    "f633a76da71e5765012da88ef6cadd937a63f19b4446547a932b87d02724a0097"
)


@dataclass(frozen=True, slots=True)
class Person:
    """One of the staff, without the password."""

    id: int
    username: str
    name: str
    admin: bool
    active: bool


def normal_username(raw: str) -> str:
    """Usernames are compared without case, so that a phone's capital letter does no harm."""
    return raw.strip().lower()


def add_staff(
    session: Session, username: str, name: str, password: str, now: datetime, *, admin: bool = False
) -> Person:
    """A new person. Raises ConfigError with every problem, each under its field's name."""
    username, name = normal_username(username), name.strip()
    problems = [*_name_problems(session, username, name), *password_problems(password)]
    if problems:
        raise ConfigError(problems)
    staff = Staff(
        username=username,
        name=name,
        password_hash=generate_password_hash(password),
        admin=admin,
        created_at=now,
    )
    session.add(staff)
    session.flush()
    return _person(staff)


def _name_problems(session: Session, username: str, name: str) -> list[Problem]:
    problems = []
    if not _USERNAME.fullmatch(username):
        what = "use 1 to 64 letters, digits, dots, dashes or underscores, such as jane.doe"
        problems.append(Problem("username", what))
    elif by_username(session, username) is not None:
        problems.append(Problem("username", f"there is already somebody called '{username}'"))
    if not 1 <= len(name) <= 128:
        problems.append(Problem("name", "the name that colleagues see is missing or too long"))
    return problems


def password_problems(password: str) -> list[Problem]:
    """What is wrong with a new password, as problems of the field 'password'."""
    if len(password) < SHORTEST_PASSWORD:
        what = f"use at least {SHORTEST_PASSWORD} characters; a few words in a row are good"
        return [Problem("password", what)]
    if len(password) > LONGEST_PASSWORD:
        return [Problem("password", f"use at most {LONGEST_PASSWORD} characters")]
    return []


def everybody(session: Session) -> list[Person]:
    """All staff, those who can sign in first, by name."""
    order = (Staff.active.desc(), Staff.name, Staff.id)
    return [_person(staff) for staff in session.scalars(select(Staff).order_by(*order))]


def by_id(session: Session, staff_id: int) -> Person | None:
    staff = session.get(Staff, staff_id)
    return _person(staff) if staff else None


def by_username(session: Session, username: str) -> Person | None:
    staff = _row(session, username)
    return _person(staff) if staff else None


def check_password(
    session: Session,
    username: str,
    password: str,
    check: Callable[[str, str], bool] = check_password_hash,
) -> Person | None:
    """The person, if the password is right and they may sign in. Takes as long either way."""
    staff = _row(session, username)
    usable = staff is not None and staff.active
    right = check(staff.password_hash if staff and usable else _NOBODY, password)
    return _person(staff) if staff and usable and right else None


def set_password(session: Session, staff_id: int, password: str) -> None:
    """Change a password; whoever was signed in with the old one no longer is.

    Raises ConfigError with what is wrong under the field 'password'.
    """
    problems = password_problems(password)
    if problems:
        raise ConfigError(problems)
    hashed = generate_password_hash(password)
    session.execute(update(Staff).where(Staff.id == staff_id).values(password_hash=hashed))
    _sign_out_everywhere(session, staff_id)


def deactivate(session: Session, staff_id: int) -> None:
    """This person can no longer sign in, and what they had claimed is anybody's again."""
    session.execute(update(Staff).where(Staff.id == staff_id).values(active=False))
    theirs = Conversation.owner_id == staff_id
    session.execute(update(Conversation).where(theirs).values(owner_id=None))
    _sign_out_everywhere(session, staff_id)
    bump(session, Topic.INBOX)


def activate(session: Session, staff_id: int) -> None:
    """This person can sign in again, with the password they had."""
    session.execute(update(Staff).where(Staff.id == staff_id).values(active=True))


def _sign_out_everywhere(session: Session, staff_id: int) -> None:
    session.execute(delete(SignedIn).where(SignedIn.staff_id == staff_id))


def _row(session: Session, username: str) -> Staff | None:
    return session.scalar(select(Staff).where(Staff.username == normal_username(username)))


def _person(staff: Staff) -> Person:
    return Person(staff.id, staff.username, staff.name, staff.admin, staff.active)
