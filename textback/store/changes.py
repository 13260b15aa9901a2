"""How a change made in one process wakes whoever waits for it in another."""

import logging
import threading
from collections.abc import Callable
from enum import StrEnum
from functools import cache

from sqlalchemy import Insert, bindparam, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from textback.store.database import Database, insert_in, tell_others
from textback.store.models import Topic as TopicRow

log = logging.getLogger(__name__)

_AGAIN = 1.0  # seconds between tries to look at a database that was lost


class Topic(StrEnum):
    """What changed."""

    INBOX = "inbox"  # conversations, calls, texts
    OUTBOX = "outbox"  # there may be something to send
    LINKS = "links"  # the state of a PBX, a modem or the engine


def bump(session: Session, *topics: Topic) -> None:
    """Say, as part of this transaction, that something changed."""
    connection = session.connection()
    names = [{"name": topic.value} for topic in topics]
    connection.execute(_count_up(connection.dialect.name), names)
    tell_others(session)


@cache
def _count_up(dialect: str) -> Insert:
    first = insert_in(dialect, TopicRow).values(name=bindparam("name"), version=1)
    more = {"version": TopicRow.version + 1}
    return first.on_conflict_do_update(index_elements=[TopicRow.name], set_=more)


class Changes:
    """Watches the database for commits by any process; a daemon thread between start and stop."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._versions: dict[str, int] = {}
        self._listeners: list[tuple[Topic, Callable[[], None]]] = []
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="changes", daemon=True)

    def on_change(self, topic: Topic, listener: Callable[[], None]) -> None:
        """Call `listener` from the watching thread after each change; register before start."""
        self._listeners.append((topic, listener))

    def start(self) -> None:
        with self._database.read() as session:
            self._versions = _versions(session)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        with self._changed:
            self._changed.notify_all()
        self._thread.join()

    def version(self, *topics: Topic) -> int:
        """A number that grows with every change of one of the topics."""
        return sum(self._versions.get(topic.value, 0) for topic in topics)

    def wait(self, since: int, timeout: float, *topics: Topic) -> int:
        """Block until the version differs from `since`, at most `timeout` seconds; the version."""
        with self._changed:
            self._changed.wait_for(
                lambda: self.version(*topics) != since or self._stopping.is_set(), timeout
            )
            return self.version(*topics)

    def _watch(self) -> None:
        told = False
        while not self._stopping.is_set():
            try:
                for connection in self._database.commits(self._stopping):
                    told = False
                    self._look(connection)
            except OperationalError as error:
                # What changes meanwhile is seen at the first look once it is back.
                level = logging.DEBUG if told else logging.ERROR
                log.log(level, "changes are not seen: %s", error.orig)
                told = True
                self._stopping.wait(_AGAIN)

    def _look(self, connection: Connection) -> None:
        rows = connection.execute(select(TopicRow.name, TopicRow.version)).all()
        before, after = self._versions, {name: version for name, version in rows}
        with self._changed:
            self._versions = after
            self._changed.notify_all()
        for topic, listener in self._listeners:
            if before.get(topic.value) != after.get(topic.value):
                listener()


def _versions(session: Session) -> dict[str, int]:
    rows = session.execute(select(TopicRow.name, TopicRow.version)).all()
    return {name: version for name, version in rows}
