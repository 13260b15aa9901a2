"""The outbox keeps every text, and never lets one go twice."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from textback.core.messages import IllegalMove, Kind, MessageState
from textback.store import choice, conversations, greetings, messages
from textback.store.choice import Taker
from textback.store.database import Database
from textback.store.models import Message
from textback.store.staff import add_staff

NUMBER = "+12125550143"
ONE_PART = [("00AA", 10)]
TWO_PARTS = [("00AA", 10), ("00BB", 11)]


def queue(database: Database, now: datetime, number: str = NUMBER, **options: object) -> int:
    with database.write() as session:
        conversation = conversations.conversation_with(session, number, now)
        return conversations.queue_text(
            session,
            conversation.id,
            Kind.GREETING,
            "hello",
            now,
            **options,  # type: ignore[arg-type]
        )


def claim(
    database: Database, message_id: int, pdus: list[tuple[str, int]] = ONE_PART
) -> messages.ToSend | None:
    with database.write() as session:
        now = datetime.now(UTC)
        return messages.claim(session, message_id, "sim", pdus, now)


def state(database: Database, message_id: int) -> MessageState:
    with database.read() as session:
        return session.get_one(Message, message_id).state


def test_a_text_is_claimed_once(database: Database, now: datetime) -> None:
    message_id = queue(database, now)
    assert claim(database, message_id) is not None
    assert claim(database, message_id) is None
    assert state(database, message_id) is MessageState.SENDING


CLAIM_ALL = """
import sys
from datetime import datetime
from textback.store import choice, messages
from textback.store.choice import Taker
from textback.store.database import Database
database, modem, now = Database(sys.argv[1]), sys.argv[2], datetime.fromisoformat(sys.argv[3])
while True:
    with database.write() as session:
        due = choice.due(session, Taker(modem), now)
        work = due and messages.claim(session, due.message_id, modem, [("00AA", 10)], now)
    if due is None:
        break
    if work:
        print(work.message_id)
"""


def test_of_two_hundred_texts_that_four_modems_want_each_is_claimed_once(
    database: Database, now: datetime
) -> None:
    queued = sorted(queue(database, now) for _ in range(200))
    url = database.url.render_as_string()
    modems = [
        subprocess.Popen(
            [sys.executable, "-c", CLAIM_ALL, url, f"sim{n}", now.isoformat()],
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(4)
    ]
    claimed = [[int(line) for line in modem.communicate()[0].splitlines()] for modem in modems]
    assert sorted(i for ids in claimed for i in ids) == queued
    with database.read() as session:
        took = {m.id: m.modem for m in messages.messages_since(session, None)}
    assert took == {i: f"sim{n}" for n, ids in enumerate(claimed) for i in ids}


def test_the_oldest_text_goes_first_but_a_persons_goes_before_all(
    database: Database, now: datetime
) -> None:
    with database.write() as session:
        staff_id = add_staff(session, "ann", "Ann", "long enough a password", now).id
    first = queue(database, now)
    queue(database, now)
    reply = queue(database, now, author_id=staff_id)
    for expected in (reply, first):
        with database.read() as session:
            due = choice.due(session, Taker("sim"), now)
        assert due is not None
        assert due.message_id == expected
        claim(database, expected)


def test_a_text_is_sent_when_its_last_part_is_out(database: Database, now: datetime) -> None:
    message_id = queue(database, now)
    work = claim(database, message_id, TWO_PARTS)
    assert work is not None
    with database.write() as session:
        first = messages.part_out(session, work.parts[0].part_id, "sim", 7, now)
        second = messages.part_out(session, work.parts[1].part_id, "sim", 8, now)
    assert (first, second) == (MessageState.SENDING, MessageState.SENT)


def test_a_deferred_text_sends_only_the_parts_that_are_missing(
    database: Database, now: datetime
) -> None:
    message_id = queue(database, now)
    work = claim(database, message_id, TWO_PARTS)
    assert work is not None
    with database.write() as session:
        messages.part_out(session, work.parts[0].part_id, "sim", 7, now)
        messages.put_back(session, message_id, now, "no network", wait=timedelta(0))
    again = claim(database, message_id, TWO_PARTS)
    assert again is not None
    assert [part.pdu for part in again.parts] == ["00BB"]


def test_a_deferred_text_waits_for_its_time(database: Database, now: datetime) -> None:
    message_id = queue(database, now)
    claim(database, message_id)
    with database.write() as session:
        messages.put_back(session, message_id, now, "no network", wait=timedelta(seconds=30))
    with database.read() as session:
        assert choice.due(session, Taker("sim"), now) is None
        assert choice.next_due_at(session, Taker("sim"), now) == now + timedelta(seconds=30)
        assert choice.due(session, Taker("sim"), now + timedelta(seconds=30)) is not None


def test_a_greeting_that_comes_too_late_is_cancelled(database: Database, now: datetime) -> None:
    message_id = queue(database, now, expires_at=now + timedelta(minutes=15))
    with database.write() as session:
        assert messages.expire(session, now + timedelta(minutes=15)) == 0
        assert messages.expire(session, now + timedelta(minutes=16)) == 1
    assert state(database, message_id) is MessageState.CANCELLED


def test_an_illegal_move_is_a_bug_that_shows(database: Database, now: datetime) -> None:
    message_id = queue(database, now)
    with database.write() as session, pytest.raises(IllegalMove):
        messages.settle(session, message_id, MessageState.DELIVERED, now)


def test_only_greetings_that_went_out_or_may_have_count_as_contact(
    database: Database, now: datetime
) -> None:
    message_id = queue(database, now)
    with database.write() as session:
        conversation_id = session.get_one(Message, message_id).conversation_id
        assert greetings.last_at(session, conversation_id) == now
        messages.cancel_queued(session, conversation_id, now, "the person asked for no more")
        assert greetings.last_at(session, conversation_id) is None


def test_a_stop_while_a_text_is_being_sent_keeps_it_from_being_sent_again(
    database: Database, now: datetime
) -> None:
    message_id = queue(database, now)
    claim(database, message_id)
    with database.write() as session:
        conversations.opt_out(session, NUMBER, now)
        messages.put_back(session, message_id, now, "no network", wait=timedelta(0))
    assert state(database, message_id) is MessageState.CANCELLED


def test_a_greeting_that_failed_half_way_was_seen(database: Database, now: datetime) -> None:
    message_id = queue(database, now)
    work = claim(database, message_id, TWO_PARTS)
    assert work is not None
    with database.write() as session:
        conversation_id = session.get_one(Message, message_id).conversation_id
        messages.part_out(session, work.parts[0].part_id, "sim", 7, now)
        messages.settle(session, message_id, MessageState.FAILED, now)
        assert greetings.last_at(session, conversation_id) == now
