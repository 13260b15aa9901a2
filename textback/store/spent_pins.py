"""PINs that were tried on a SIM and are not known to have opened it. Only hashes are kept."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash, generate_password_hash

from textback.store.models import SpentPin


def is_spent(session: Session, sim: str, pin: str) -> bool:
    """Whether this PIN was tried on this SIM."""
    hashes = session.scalars(select(SpentPin.pin_hash).where(SpentPin.sim == sim))
    return any(check_password_hash(kept, pin) for kept in hashes)


def spend(session: Session, sim: str, pin: str) -> None:
    """Remember that a PIN is about to be tried."""
    session.add(SpentPin(sim=sim, pin_hash=generate_password_hash(pin)))


def any_spent(session: Session, sim: str) -> bool:
    """Whether anything is remembered of this SIM."""
    return session.scalars(select(SpentPin.id).where(SpentPin.sim == sim)).first() is not None


def forget(session: Session, sim: str) -> None:
    """The SIM is open: all its attempts are there again."""
    session.execute(delete(SpentPin).where(SpentPin.sim == sim))
