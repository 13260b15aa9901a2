"""When a link was last up decides from when on calls may have been missed."""

from datetime import datetime, timedelta

import pytest

from textback.core.links import LinkReport, LinkState
from textback.store import links
from textback.store.database import Database

MINUTE = timedelta(minutes=1)


def report(database: Database, state: LinkState, at: datetime) -> None:
    with database.write() as session:
        links.report(session, "pbx", "office", LinkReport(state), at)


def last_up(database: Database) -> datetime | None:
    with database.read() as session:
        return links.last_up(session, "pbx", "office")


def test_a_link_was_last_up_when_it_was_last_said_to_be(database: Database, now: datetime) -> None:
    report(database, LinkState.UP, now)
    report(database, LinkState.UP, now + MINUTE)
    assert last_up(database) == now + MINUTE


@pytest.mark.parametrize("state", [LinkState.DOWN, LinkState.REFUSED])
def test_a_link_that_is_lost_was_up_until_then(
    database: Database, now: datetime, state: LinkState
) -> None:
    report(database, LinkState.UP, now)
    report(database, state, now + MINUTE)
    report(database, state, now + 2 * MINUTE)
    assert last_up(database) == now + MINUTE


def test_a_link_on_which_nothing_could_be_heard_was_not_up(
    database: Database, now: datetime
) -> None:
    report(database, LinkState.UP, now + MINUTE)
    with database.write() as session:
        deaf = LinkReport(LinkState.REFUSED, "no right to hear", deaf_since=now)
        links.report(session, "pbx", "office", deaf, now + 2 * MINUTE)
        links.report(session, "pbx", "office", deaf, now + 3 * MINUTE)
    assert last_up(database) == now


def test_a_new_start_does_not_make_an_old_link_young(database: Database, now: datetime) -> None:
    report(database, LinkState.UP, now)
    report(database, LinkState.CONNECTING, now + 60 * MINUTE)
    report(database, LinkState.DOWN, now + 61 * MINUTE)
    assert last_up(database) == now


def test_a_link_that_never_was_up_has_no_such_time(database: Database, now: datetime) -> None:
    report(database, LinkState.CONNECTING, now)
    assert last_up(database) is None
