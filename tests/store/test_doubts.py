"""A text in doubt is settled once, and never goes out by itself."""

from datetime import datetime

import pytest

from tests.store.test_messages import NUMBER, TWO_PARTS, claim, queue, state
from textback.core.links import LinkReport, LinkState
from textback.core.messages import MessageState
from textback.store import choice, conversations, doubts, links, messages
from textback.store.choice import Taker
from textback.store.conversations import CannotReply
from textback.store.database import Database


@pytest.fixture
def doubted(database: Database, now: datetime) -> int:
    message_id = queue(database, now)
    with database.write() as session:
        messages.claim(session, message_id, "sim", TWO_PARTS, now)
        messages.settle(session, message_id, MessageState.UNCONFIRMED, now, "no answer")
    return message_id


def test_only_this_modem_s_texts_are_its_doubts(database: Database, now: datetime) -> None:
    message_id = queue(database, now)
    claim(database, message_id)
    with database.read() as session:
        assert doubts.interrupted(session, "another modem") == []
        assert [doubt.message_id for doubt in doubts.interrupted(session, "sim")] == [message_id]


def test_a_person_says_that_it_arrived(database: Database, now: datetime, doubted: int) -> None:
    with database.write() as session:
        assert doubts.arrived(session, doubted, now)
    assert state(database, doubted) is MessageState.QUEUED  # its second part is still to go
    with database.read() as session:
        assert choice.due(session, Taker("sim"), now) is not None


def test_a_person_has_it_sent_again_with_all_its_parts(
    database: Database, now: datetime, doubted: int
) -> None:
    with database.write() as session:
        assert doubts.send_again(session, doubted, now)
    work = claim(database, doubted, TWO_PARTS)
    assert work is not None
    assert len(work.parts) == 2


def test_of_two_people_one_settles_it(database: Database, now: datetime, doubted: int) -> None:
    with database.write() as session:
        assert doubts.arrived(session, doubted, now)
        assert not doubts.send_again(session, doubted, now)


def test_it_is_not_sent_again_to_who_asked_for_no_more(
    database: Database, now: datetime, doubted: int
) -> None:
    with database.write() as session:
        conversations.opt_out(session, NUMBER, now)
        with pytest.raises(CannotReply):
            doubts.send_again(session, doubted, now)
    assert state(database, doubted) is MessageState.UNCONFIRMED


def test_a_text_of_a_modem_that_no_box_has_any_more_is_unconfirmed(
    database: Database, now: datetime
) -> None:
    message_id = queue(database, now)
    claim(database, message_id)
    with database.write() as session:
        links.report(session, "modem", "sim", LinkReport(LinkState.DOWN), now)
        assert doubts.orphaned(session, now) == 0
        links.forget_others(session, {("modem", "another")}, "", now)
        assert doubts.orphaned(session, now) == 1
    assert state(database, message_id) is MessageState.UNCONFIRMED
