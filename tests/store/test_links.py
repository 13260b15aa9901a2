"""When a link was last up decides from when on calls may have been missed.

Boxes that share a database keep their hands off each other's links.
"""

from datetime import datetime, timedelta

import pytest

from textback.core.links import LinkReport, LinkState
from textback.store import links
from textback.store.database import Database
from textback.store.models import Link

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


def say(database: Database, at: datetime, *names: tuple[str, str]) -> None:
    with database.write() as session:
        for kind, name in names:
            links.report(session, kind, name, LinkReport(LinkState.UP), at)


def known(database: Database) -> set[tuple[str, str]]:
    with database.read() as session:
        return {(link.kind, link.name) for link in links.links(session)}


NORTH = {("engine", "north"), ("modem", "north/sim"), ("pbx", "north/pbx")}
SOUTH = {("engine", "south"), ("modem", "south/sim"), ("pbx", "south/pbx")}


def test_a_box_forgets_what_its_configuration_no_longer_has_and_nobody_elses(
    database: Database, now: datetime
) -> None:
    say(database, now, *NORTH, *SOUTH, ("modem", "north/old"))
    with database.write() as session:
        links.forget_others(session, NORTH, "north", now)
    assert known(database) == NORTH | SOUTH


def test_a_box_that_was_not_heard_of_for_a_month_is_forgotten(
    database: Database, now: datetime
) -> None:
    say(database, now - timedelta(days=31), *SOUTH)
    say(database, now - timedelta(days=29), ("engine", "west"))
    say(database, now, *NORTH)
    with database.write() as session:
        links.forget_others(session, NORTH, "north", now)
    assert known(database) == NORTH | {("engine", "west")}


def test_a_box_that_has_the_database_for_itself_forgets_all_others(
    database: Database, now: datetime
) -> None:
    say(database, now, ("engine", "engine"), ("modem", "old"), *SOUTH)
    with database.write() as session:
        links.forget_others(session, {("engine", "engine")}, "", now)
    assert known(database) == {("engine", "engine")}


@pytest.mark.parametrize(
    ("kind", "name", "worth_something"),
    [
        ("engine", "north", True),
        ("modem", "north/sim", True),
        ("engine", "south", False),
        ("modem", "south/sim", False),
        ("modem", "sim", False),
    ],
)
def test_a_link_is_known_while_the_engine_of_its_box_runs(
    now: datetime, kind: str, name: str, worth_something: bool
) -> None:
    heard = {"north": now - timedelta(seconds=9), "south": now - timedelta(seconds=31)}
    rows = [Link(kind="engine", name=n, state=LinkState.UP, seen_at=at) for n, at in heard.items()]
    running = links.running_engines(rows, now)
    assert links.is_known(Link(kind=kind, name=name), running) is worth_something


def binds_until(database: Database) -> datetime | None:
    with database.read() as session:
        return session.get_one(Link, ("modem", "sim")).binds_until


def report_modem(database: Database, state: LinkState, at: datetime) -> None:
    with database.write() as session:
        links.report(session, "modem", "sim", LinkReport(state), at, 5 * MINUTE)


def test_a_modems_texts_wait_for_it_from_the_moment_it_was_last_up(
    database: Database, now: datetime
) -> None:
    report_modem(database, LinkState.UP, now)
    for minute in (1, 2, 3):
        report_modem(database, LinkState.DOWN, now + minute * MINUTE)
        report_modem(database, LinkState.REFUSED, now + minute * MINUTE)
    assert binds_until(database) == now + 5 * MINUTE
    report_modem(database, LinkState.UP, now + 4 * MINUTE)
    assert binds_until(database) == now + 9 * MINUTE


def test_a_start_gives_a_modem_time_but_not_again_and_again(
    database: Database, now: datetime
) -> None:
    for minute in (0, 1, 2):
        report_modem(database, LinkState.CONNECTING, now + minute * MINUTE)
    assert binds_until(database) == now + 5 * MINUTE
    report_modem(database, LinkState.DOWN, now + 6 * MINUTE)
    report_modem(database, LinkState.CONNECTING, now + 7 * MINUTE)
    assert binds_until(database) == now + 12 * MINUTE
