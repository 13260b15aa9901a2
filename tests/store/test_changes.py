from collections.abc import Iterator
from threading import Event

import pytest

from textback.store.changes import Changes, Topic, bump
from textback.store.database import Database


@pytest.fixture
def changes(database: Database) -> Iterator[Changes]:
    changes = Changes(database)
    yield changes
    changes.stop()


def change(database: Database, topic: Topic) -> None:
    other_process = Database(database.url.render_as_string())
    with other_process.write() as session:
        bump(session, topic)
    other_process.close()


def test_a_commit_elsewhere_wakes_who_waits_for_its_topic(
    database: Database, changes: Changes
) -> None:
    changes.start()
    before = changes.version(Topic.INBOX)
    change(database, Topic.INBOX)
    assert changes.wait(before, 10, Topic.INBOX) > before


def test_a_listener_hears_of_its_own_topic_only(database: Database, changes: Changes) -> None:
    heard: list[str] = []
    woken = Event()
    changes.on_change(Topic.LINKS, lambda: heard.append("links"))
    changes.on_change(Topic.OUTBOX, woken.set)
    changes.start()
    change(database, Topic.OUTBOX)
    assert woken.wait(10)
    assert heard == []


def test_who_asks_about_an_old_version_does_not_wait(database: Database, changes: Changes) -> None:
    change(database, Topic.INBOX)
    changes.start()
    now = changes.version(Topic.INBOX)
    assert changes.wait(now - 1, 10, Topic.INBOX) == now


def test_without_a_change_the_wait_ends_with_its_time_out(changes: Changes) -> None:
    changes.start()
    assert changes.wait(changes.version(Topic.INBOX), 0.01, Topic.INBOX) == 0


def test_a_change_that_was_rolled_back_is_none(database: Database, changes: Changes) -> None:
    changes.start()
    with database.read() as session:
        bump(session, Topic.INBOX)
    assert changes.wait(0, 0.2, Topic.INBOX) == 0
