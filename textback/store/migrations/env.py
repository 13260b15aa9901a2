"""Alembic's entry: runs the migrations on the connection that store.migrate hands over."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Enum

from textback.store.database import UtcDateTime
from textback.store.models import Base


def _plainly(kind: str, item: Any, _context: object) -> str | Literal[False]:
    """Write our column types as what they are underneath: old migrations must stand alone."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String(length={item.length})"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite cannot alter most things of a table in place
    render_item=_plainly,
)
context.run_migrations()
