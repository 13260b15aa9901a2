"""What PostgreSQL adds: it speaks up by itself, holds rows for whoever looks, and may go away."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy.exc import OperationalError

from tests.postgresql import Postgresql
from tests.store.test_changes import change
from tests.store.test_messages import queue
from tests.waiting import wait_until
from textback.store import choice, messages
from textback.store.changes import Changes, Topic
from textback.store.choice import Taker
from textback.store.database import Database
from textback.store.presence import Presence


@pytest.fixture
def backend() -> str:
    return "postgresql"


@pytest.fixture
def changes(database: Database) -> Iterator[Changes]:
    changes = Changes(database)
    changes.start()
    yield changes
    changes.stop()


def test_a_text_that_somebody_holds_is_passed_over(database: Database, now: datetime) -> None:
    first, second = queue(database, now), queue(database, now)
    with database.read() as session:
        held = choice.due(session, Taker("sim"), now)
        with database.read() as other_session:
            other = choice.due(other_session, Taker("other"), now)
    assert held is not None
    assert other is not None
    assert (held.message_id, other.message_id) == (first, second)


def test_nobody_looks_while_nothing_changes(database: Database) -> None:
    looks, stopping = list[object](), threading.Event()
    first_look = threading.Event()

    def watch() -> None:
        for connection in database.commits(stopping):
            looks.append(connection)
            first_look.set()

    watcher = threading.Thread(target=watch)
    watcher.start()
    assert first_look.wait(10)
    change(database, Topic.INBOX)
    wait_until(lambda: len(looks) == 2, "a look after the change")
    stopping.set()
    watcher.join()
    assert len(looks) == 2


def test_after_a_restart_of_the_server_changes_are_seen_again(
    database: Database, postgresql: Postgresql, changes: Changes
) -> None:
    before = changes.version(Topic.INBOX)
    postgresql.stop()
    with pytest.raises(OperationalError):
        change(database, Topic.INBOX)
    postgresql.start()
    change(database, Topic.INBOX)
    assert changes.wait(before, 20, Topic.INBOX) > before
    before = changes.version(Topic.OUTBOX)
    change(database, Topic.OUTBOX)
    assert changes.wait(before, 20, Topic.OUTBOX) > before


def test_a_connection_that_was_lost_while_idle_is_not_noticed(
    database: Database, postgresql: Postgresql, now: datetime
) -> None:
    queue(database, now)
    postgresql.stop()
    postgresql.start()
    with database.read() as session:
        assert messages.outbox_length(session) == 1


def test_a_connection_lost_in_mid_transaction_is_an_operational_error(
    database: Database, postgresql: Postgresql
) -> None:
    def lose_it() -> None:
        with database.write() as session:
            messages.outbox_length(session)
            postgresql.stop()
            postgresql.start()
            messages.outbox_length(session)

    with pytest.raises(OperationalError):
        lose_it()


def test_a_name_is_one_engines_until_that_ends(database: Database) -> None:
    first, twin, other = (Presence(database, name) for name in ("north", "north", "south"))
    assert first.keep()
    assert first.keep()
    assert not twin.keep()
    assert other.keep()
    first.let_go()
    assert twin.keep()
    twin.let_go()
    other.let_go()


KEEP = """
import sys
from textback.store.database import Database
from textback.store.presence import Presence
from textback.store.presence import Presence
presence = Presence(Database(sys.argv[1]), "north")
print(presence.keep(), flush=True)
sys.stdin.read()
"""


def test_a_name_is_free_again_when_its_engine_was_killed(database: Database) -> None:
    arguments = [sys.executable, "-c", KEEP, database.url.render_as_string()]
    pipe = subprocess.PIPE
    with subprocess.Popen(arguments, stdin=pipe, stdout=pipe, text=True) as engine:
        assert engine.stdout is not None
        assert engine.stdout.readline() == "True\n"
        presence = Presence(database, "north")
        assert not presence.keep()
        engine.kill()
    wait_until(presence.keep, "the name to be free")
    presence.let_go()


def test_a_name_is_taken_again_after_a_restart_of_the_server(
    database: Database, postgresql: Postgresql
) -> None:
    presence, twin = Presence(database, "north"), Presence(database, "north")
    assert presence.keep()
    postgresql.stop()
    postgresql.start()
    assert presence.keep()
    assert not twin.keep()
    presence.let_go()
