"""Texts of several SMS: joined rightly, never mixed, never hidden."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from textback.engine.incoming import Reading, keep_sms, show_incomplete
from textback.store.database import Database
from textback.store.fragments import NewFragment
from textback.store.models import Message

LEAD = "+12125550143"
MINUTE = timedelta(minutes=1)


def read(pdus: Sequence[str]) -> Reading:
    return Reading("|".join(pdus))  # here a PDU is its text


def part(database: Database, body: str, number: int, stamp: datetime | None, now: datetime) -> bool:
    new = NewFragment("sim", LEAD, stamp, body, reference=7, total=2, number=number)
    return keep_sms(database, new, read, now)


def shown(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        return [(m.body, m.detail) for m in session.scalars(select(Message).order_by(Message.id))]


def test_a_reference_that_comes_round_again_is_another_text(
    database: Database, now: datetime
) -> None:
    later = now + timedelta(hours=20)
    part(database, "old-1", 1, now, now)
    part(database, "new-2", 2, later, later)
    part(database, "new-1", 1, later, later)
    assert shown(database) == [("new-1|new-2", "")]


def test_a_text_whose_rest_does_not_come_is_shown_as_incomplete(
    database: Database, now: datetime
) -> None:
    part(database, "one", 1, now, now)
    show_incomplete(database, read, now + 9 * MINUTE)
    assert shown(database) == []
    show_incomplete(database, read, now + 11 * MINUTE)
    assert shown(database) == [("one", "1 part(s) of this text have not come")]


def test_the_rest_joins_it_when_it_comes(database: Database, now: datetime) -> None:
    part(database, "two", 2, now, now)
    show_incomplete(database, read, now + 11 * MINUTE)
    part(database, "one", 1, now, now + 60 * MINUTE)
    assert shown(database) == [("one|two", "")]


def test_a_part_that_comes_twice_is_one_part(database: Database, now: datetime) -> None:
    assert part(database, "one", 1, now, now)
    assert not part(database, "one", 1, now, now + MINUTE)
    part(database, "two", 2, now, now + MINUTE)
    assert shown(database) == [("one|two", "")]


def test_without_a_usable_stamp_the_same_words_a_day_later_are_a_new_text(
    database: Database, now: datetime
) -> None:
    yes = NewFragment("sim", LEAD, None, "YES")
    assert keep_sms(database, yes, read, now)
    assert not keep_sms(database, yes, read, now + MINUTE)
    assert keep_sms(database, yes, read, now + timedelta(days=1))
