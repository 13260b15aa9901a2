"""SQLite: one file on the one box."""

from collections.abc import Iterator
from threading import Event
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.dialects.sqlite import insert as insert
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

BEGIN_READING = "BEGIN"
# A transaction that will write takes the write lock when it begins: with the deferred default, two
# read-then-write transactions would silently lose one's work.
BEGIN_WRITING = "BEGIN IMMEDIATE"

_LOOK_EVERY = 0.04  # seconds; one look costs microseconds


def engine(url: URL) -> Engine:
    """Connections for several threads; each waits 30 s for the write lock.

    Parameters are hidden in errors, which end up in logs: they are texts and numbers.
    """
    made = create_engine(url, connect_args={"timeout": 30}, hide_parameters=True)
    event.listen(made, "connect", _prepare)
    return made


def _prepare(connection: Any, _record: object) -> None:
    # The driver's own idea of when a transaction begins is switched off: Database says it.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def commits(engine: Engine, stopping: Event) -> Iterator[Connection]:
    """A connection to look with, at first and after each commit of any process, until `stopping`.

    PRAGMA data_version is read from shared memory. It means something only for the connection that
    asks, so it is one and the same (sqlite.org, PRAGMA data_version).
    """
    with engine.connect() as connection:
        seen = -1
        while not stopping.is_set():
            now = int(connection.exec_driver_sql("PRAGMA data_version").scalar_one())
            if now != seen:
                seen = now
                yield connection
            stopping.wait(_LOOK_EVERY)


def tell_others(_session: Session) -> None:
    """Nothing to do: a commit is seen by itself."""
