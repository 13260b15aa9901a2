"""What all tests share: a fresh database, and a clock that stands still."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from textback.store.database import Database
from textback.store.migrate import upgrade

NOW = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)  # a Monday, 10:30 in New York


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty database with all tables."""
    database = Database(f"sqlite:///{tmp_path}/textback.db")
    upgrade(database)
    yield database
    database.close()
