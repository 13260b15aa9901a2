"""The database: how to connect, and the only two ways to use it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from threading import Event
from typing import Any, Protocol

from sqlalchemy import URL, DateTime, Dialect, Engine, Table, TypeDecorator, event, insert
from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from textback.store import postgresql, sqlite


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


class _Dialect(Protocol):
    """What differs from one database to the next: the modules `sqlite` and `postgresql`."""

    BEGIN_READING: str
    BEGIN_WRITING: str

    def engine(self, url: URL) -> Engine: ...

    def commits(self, engine: Engine, stopping: Event) -> Iterator[Connection]: ...

    def tell_others(self, session: Session) -> None: ...

    def insert(self, table: Any, /) -> SqliteInsert | PostgresqlInsert: ...


class Database:
    """One database, used by several threads, processes and perhaps boxes at once."""

    def __init__(self, url: str | URL) -> None:
        self.url = make_url(url)
        self._dialect = _dialect(self.url.get_backend_name())
        engine = self._dialect.engine(self.url)
        event.listen(engine, "begin", _begin)
        # One pool; how a transaction begins says what it promises.
        self._idle = engine
        self._reading = engine.execution_options(begin=self._dialect.BEGIN_READING)
        self._writing = engine.execution_options(begin=self._dialect.BEGIN_WRITING)

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

    def commits(self, stopping: Event) -> Iterator[Connection]:
        """A connection outside any transaction, at first and whenever something was committed.

        Ends when `stopping` is set. Raises OperationalError when the database is lost.
        """
        return self._dialect.commits(self._idle, stopping)

    @property
    def shared(self) -> bool:
        """Whether other boxes may use it, too."""
        return self._dialect is postgresql

    def connection_of_its_own(self) -> Connection:
        """For what lasts as long as a connection, where the database is shared."""
        return postgresql.connection_of_its_own(self._idle)

    def close(self) -> None:
        self._idle.dispose()


def insert_into(session: Session, table: type[Any]) -> SqliteInsert | PostgresqlInsert:
    """An INSERT that knows ON CONFLICT, in the language of the session's database."""
    return insert_in(session.get_bind().dialect.name, table)


def insert_in(dialect: str, table: type[Any]) -> SqliteInsert | PostgresqlInsert:
    """The same by the name of the language."""
    return _dialect(dialect).insert(table)


def add_row(session: Session, table: type[Any], **values: object) -> int:
    """Insert one row without the unit of work, which takes five times as long; its id."""
    return int(session.connection().execute(_insert_into(table.__table__), values).scalar_one())


@cache
def _insert_into(table: Table) -> ReturningInsert[Any]:
    return insert(table).returning(table.c.id)


def tell_others(session: Session) -> None:
    """Have whoever waits for `commits` look when this transaction is committed."""
    _dialect(session.get_bind().dialect.name).tell_others(session)


def _dialect(name: str) -> _Dialect:
    return postgresql if name == "postgresql" else sqlite


def _begin(connection: Connection) -> None:
    statement = connection.get_execution_options().get("begin")
    if statement:
        connection.exec_driver_sql(statement)
