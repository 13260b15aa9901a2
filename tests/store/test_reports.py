"""What the network says became of a text finds the text it speaks of."""

from datetime import datetime, timedelta

import pytest

from tests.store.test_messages import NUMBER, TWO_PARTS, queue, state
from textback.core.messages import MessageState
from textback.store import doubts, messages, reports
from textback.store.database import Database
from textback.store.reports import Report

MINUTE = timedelta(minutes=1)


def sent(database: Database, now: datetime, *references: int) -> int:
    message_id = queue(database, now)
    with database.write() as session:
        work = messages.claim(session, message_id, "sim", TWO_PARTS[: len(references)], now)
        assert work is not None
        for part, reference in zip(work.parts, references, strict=True):
            messages.part_out(session, part.part_id, "sim", reference, now)
    return message_id


def report(database: Database, reference: int, delivered: bool | None, now: datetime) -> bool:
    with database.write() as session:
        return reports.take(session, Report("sim", NUMBER, reference, delivered, now), now)


def test_a_text_is_delivered_when_the_network_says_so_of_every_part(
    database: Database, now: datetime
) -> None:
    message_id = sent(database, now, 7, 8)
    assert report(database, 7, True, now)
    assert state(database, message_id) is MessageState.SENT
    assert report(database, 8, True, now)
    assert state(database, message_id) is MessageState.DELIVERED


def test_a_reference_used_again_belongs_to_the_latest_text(
    database: Database, now: datetime
) -> None:
    old = sent(database, now - timedelta(hours=1), 7)
    new = sent(database, now, 7)
    report(database, 7, True, now)
    assert state(database, old) is MessageState.SENT
    assert state(database, new) is MessageState.DELIVERED


def test_a_report_that_fits_nothing_changes_nothing(database: Database, now: datetime) -> None:
    sent(database, now, 7)
    assert not report(database, 9, True, now)


def test_a_failed_part_makes_the_text_undelivered_and_a_late_report_mends_it(
    database: Database, now: datetime
) -> None:
    message_id = sent(database, now, 7)
    report(database, 7, False, now)
    assert state(database, message_id) is MessageState.UNDELIVERED
    report(database, 7, True, now)
    assert state(database, message_id) is MessageState.DELIVERED


class TestInDoubt:
    """A text whose reference nobody heard: a report to its number about then settles it."""

    def doubted(self, database: Database, now: datetime, parts: int = 1) -> int:
        message_id = queue(database, now)
        with database.write() as session:
            messages.claim(session, message_id, "sim", TWO_PARTS[:parts], now)
            messages.settle(session, message_id, MessageState.UNCONFIRMED, now, "no answer")
        return message_id

    def test_it_was_delivered(self, database: Database, now: datetime) -> None:
        message_id = self.doubted(database, now)
        assert report(database, 9, True, now + MINUTE)
        assert state(database, message_id) is MessageState.DELIVERED

    def test_it_went_out_and_was_not_delivered(self, database: Database, now: datetime) -> None:
        message_id = self.doubted(database, now)
        report(database, 9, False, now + MINUTE)
        assert state(database, message_id) is MessageState.UNDELIVERED

    def test_the_network_is_still_trying_so_it_went_out(
        self, database: Database, now: datetime
    ) -> None:
        message_id = self.doubted(database, now)
        report(database, 9, None, now + MINUTE)
        assert state(database, message_id) is MessageState.SENT
        report(database, 9, True, now + MINUTE)
        assert state(database, message_id) is MessageState.DELIVERED

    def test_the_rest_of_a_long_text_goes_out_then(self, database: Database, now: datetime) -> None:
        message_id = self.doubted(database, now, parts=2)
        report(database, 9, True, now + MINUTE)
        assert state(database, message_id) is MessageState.QUEUED
        with database.write() as session:
            work = messages.claim(session, message_id, "sim", TWO_PARTS, now)
        assert work is not None
        assert [part.pdu for part in work.parts] == ["00BB"]

    @pytest.mark.parametrize("minutes", [-10, 60])
    def test_a_report_from_another_time_settles_nothing(
        self, database: Database, now: datetime, minutes: int
    ) -> None:
        message_id = self.doubted(database, now)
        assert not report(database, 9, True, now + minutes * MINUTE)
        assert state(database, message_id) is MessageState.UNCONFIRMED

    def test_a_text_with_that_reference_is_meant_first(
        self, database: Database, now: datetime
    ) -> None:
        known, message_id = sent(database, now, 9), self.doubted(database, now)
        report(database, 9, True, now + MINUTE)
        assert state(database, known) is MessageState.DELIVERED
        assert state(database, message_id) is MessageState.UNCONFIRMED

    def test_one_found_sent_in_the_modem_gets_its_report(
        self, database: Database, now: datetime
    ) -> None:
        message_id = queue(database, now)
        with database.write() as session:
            work = messages.claim(session, message_id, "sim", TWO_PARTS[:1], now)
            assert work is not None
            doubts.went_out(session, work.parts[0].part_id, now)
        assert state(database, message_id) is MessageState.SENT
        report(database, 9, True, now + MINUTE)
        assert state(database, message_id) is MessageState.DELIVERED
