"""The office's settings in the database, and the secrets the program made for itself."""

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from textback.core.office import Office, from_fields, to_fields
from textback.store.database import insert_into
from textback.store.models import Setting


def load_office(session: Session) -> Office | None:
    """The office's settings, None while nobody has set them."""
    rows = session.execute(select(Setting.name, Setting.value)).all()
    fields = {n.removeprefix("office."): v for n, v in rows if n.startswith("office.")}
    return from_fields(fields) if fields else None


def save_office(session: Session, office: Office) -> None:
    for name, value in to_fields(office).items():
        _set(session, f"office.{name}", value)


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
