"""What all tests share: a fresh database, and a clock that stands still."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.postgresql import Postgresql, PostgresqlUnavailableError, running_postgresql
from textback.store.database import Database
from textback.store.migrate import upgrade
from textback.store.models import Base

NOW = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)  # a Monday, 10:30 in New York

# Stories that are told on both databases: those of folders, and those of pages with queries.
_HERE = Path(__file__).parent
_ON_BOTH = (
    "store/",
    "engine/",
    "web/test_inbox.py",
    "web/test_lines.py",
    "web/test_live.py",
    "web/test_sign_in.py",
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    at = str(metafunc.definition.path.relative_to(_HERE))
    chosen_there = hasattr(metafunc.module, "backend")
    if "backend" in metafunc.fixturenames and at.startswith(_ON_BOTH) and not chosen_there:
        metafunc.parametrize("backend", ["sqlite", "postgresql"])


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgresql]:
    """A running PostgreSQL; skips where none can be had, unless TEXTBACK_INSIST=1."""
    try:
        with running_postgresql() as server:
            yield server
    except PostgresqlUnavailableError as error:
        if os.environ.get("TEXTBACK_INSIST") == "1":
            raise
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def postgresql_url(postgresql: Postgresql) -> str:
    """A database with all tables."""
    postgresql.sql("CREATE DATABASE textback")
    database = Database(postgresql.url("textback"))
    upgrade(database)
    database.close()
    return postgresql.url("textback")


@pytest.fixture
def backend() -> str:
    """The kind of database, where a test does not ask for both."""
    return "sqlite"


@pytest.fixture
def database(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database with all tables."""
    if backend == "postgresql":
        database = Database(request.getfixturevalue("postgresql_url"))
        _empty(database)
    else:
        database = Database(f"sqlite:///{tmp_path}/textback.db")
        upgrade(database)
    yield database
    database.close()


def _empty(database: Database) -> None:
    with database.connection() as connection:
        tables = ", ".join(Base.metadata.tables)
        connection.exec_driver_sql(f"TRUNCATE {tables} RESTART IDENTITY")


@pytest.fixture
def no_tables(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database as it is before the program's first start."""
    url = f"sqlite:///{tmp_path}/new.db"
    if backend == "postgresql":
        server: Postgresql = request.getfixturevalue("postgresql")
        server.sql("DROP DATABASE IF EXISTS new WITH (FORCE)")
        server.sql("CREATE DATABASE new")
        url = server.url("new")
    database = Database(url)
    yield database
    database.close()
