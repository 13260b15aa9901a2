"""The database: how to connect, and the only two ways to use it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Engine, TypeDecorator, create_engine, event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.orm import Session


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, kept as UTC. SQLite forgets time zones, so a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone: {value}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Database:
    """One database, used by several threads and processes at once."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self._reading = _create(url)
        # The same pool, but a transaction takes the write lock when it begins: with SQLite's
        # deferred default, two read-then-write transactions would silently lose one's work.
        self._writing = self._reading.execution_options(begin="BEGIN IMMEDIATE")

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A consistent view of the database; nothing done in it is kept."""
        with Session(self._reading, expire_on_commit=False) as session:
            yield session  # closing it rolls back

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction that alone may write; committed at the end, rolled back on an error."""
        with Session(self._writing, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A bare connection in a writing transaction, for the migrations."""
        with self._writing.begin() as connection:
            yield connection

    def data_version(self, connection: Connection) -> int:
        """A number that changes whenever another connection has committed (SQLite).

        It is read from shared memory and costs microseconds. `connection` must be kept: the
        number means something only for the connection that asks (sqlite.org, PRAGMA data_version).
        """
        return int(connection.exec_driver_sql("PRAGMA data_version").scalar_one())

    @contextmanager
    def idle_connection(self) -> Iterator[Connection]:
        """A connection outside any transaction, for data_version."""
        with self._reading.execution_options(begin="").connect() as connection:
            yield connection

    def close(self) -> None:
        self._reading.dispose()


def _create(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": 30}, execution_options={"begin": "BEGIN"})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver's own idea of when a transaction begins is switched off; _begin says it.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin(connection: Connection) -> None:
    statement = connection.get_execution_options()["begin"]
    if statement:
        connection.exec_driver_sql(statement)
