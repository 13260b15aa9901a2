"""The office's settings in the database, and the secrets the program made for itself."""

import secrets
from collections.abc import Mapping
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from textback.core.office import Office, from_fields, to_fields
from textback.store.database import insert_into
from textback.store.models import Setting

_PREFIX = "office."
_SETTINGS = select(Setting.name, Setting.value).order_by(Setting.name)


def load_office(session: Session) -> Office | None:
    """The office's settings, None while nobody has set them."""
    return office_from(settings(session))


def settings(session: Session) -> dict[str, str]:
    """Every setting by its name."""
    return {name: value for name, value in session.execute(_SETTINGS)}


def office_from(settings: Mapping[str, str]) -> Office | None:
    """The office's settings among all."""
    fields = tuple((n, v) for n, v in settings.items() if n.startswith(_PREFIX))
    return _read(fields) if fields else None


@lru_cache(maxsize=4)
def _read(fields: tuple[tuple[str, str], ...]) -> Office:
    return from_fields({name.removeprefix(_PREFIX): value for name, value in fields})


def save_office(session: Session, office: Office) -> None:
    for name, value in to_fields(office).items():
        _set(session, f"{_PREFIX}{name}", value)


def web_secret(session: Session) -> str:
    """The key that signs the web's cookies, made at first use. Needs a writing transaction."""
    setting = session.get(Setting, "web.secret")
    if setting is None:
        setting = Setting(name="web.secret", value=secrets.token_hex(32))
        session.add(setting)
    return setting.value


def _set(session: Session, name: str, value: str) -> None:
    row = insert_into(session, Setting).values(name=name, value=value)
    session.execute(row.on_conflict_do_update(index_elements=[Setting.name], set_={"value": value}))
