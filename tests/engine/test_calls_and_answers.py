"""What stands in the database after a call has ended, or an SMS has come in."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from tests.core.test_policy import MISSED, OFFICE
from textback.core.calls import CallEnded, Outcome
from textback.core.messages import Direction, Kind, MessageState
from textback.engine.calls import CallBook
from textback.engine.incoming import Reading, keep_sms
from textback.store.database import Database
from textback.store.fragments import NewFragment
from textback.store.lines import name_line
from textback.store.models import Call, Conversation, Message, OptOut
from textback.store.office import save_office

LEAD = "+12125550143"


@pytest.fixture(autouse=True)
def office(database: Database) -> None:
    with database.write() as session:
        save_office(session, OFFICE)
        name_line(session, "2001", "Main number")


def call(database: Database, call: CallEnded, now: datetime) -> bool:
    """Have a call kept; whether it added a text."""
    before = len(texts(database))
    CallBook(database, lambda: now).take("office", call)
    return len(texts(database)) > before


def read(pdus: Sequence[str]) -> Reading:
    return Reading("".join(pdus))  # here a PDU is its text


def text(database: Database, body: str, now: datetime, sender: str = LEAD) -> bool:
    return keep_sms(database, NewFragment("sim", sender, now, body), read, now)


def texts(database: Database) -> list[tuple[Direction, Kind, MessageState]]:
    with database.read() as session:
        rows = session.scalars(select(Message).order_by(Message.id))
        return [(m.direction, m.kind, m.state) for m in rows]


GREETING = (Direction.OUT, Kind.GREETING, MessageState.QUEUED)
CONFIRMATION = (Direction.OUT, Kind.OPT_OUT_CONFIRMATION, MessageState.QUEUED)
INCOMING = (Direction.IN, Kind.INCOMING, MessageState.RECEIVED)


def test_a_missed_call_is_a_conversation_with_a_greeting_on_its_way(
    database: Database, now: datetime
) -> None:
    assert call(database, MISSED, now)
    assert texts(database) == [GREETING]
    with database.read() as session:
        conversation = session.scalars(select(Conversation)).one()
        assert conversation.number == LEAD
        assert conversation.line is not None
        assert conversation.line.name == "Main number"
        kept = session.scalars(select(Call)).one()
        assert (kept.texted, kept.decision) == (True, "no_answer")
        assert kept.conversation_id == conversation.id


def test_the_same_call_seen_twice_is_texted_once(database: Database, now: datetime) -> None:
    assert call(database, MISSED, now)
    assert not call(database, MISSED, now)
    assert texts(database) == [GREETING]


def test_a_second_missed_call_within_a_day_gets_no_second_greeting(
    database: Database, now: datetime
) -> None:
    call(database, MISSED, now)
    later = now + timedelta(hours=2)
    assert not call(database, replace(MISSED, uniqueid="2.2", ended_at=later), later)
    assert texts(database) == [GREETING]


def test_an_answered_call_starts_no_conversation(database: Database, now: datetime) -> None:
    answered = replace(MISSED, person_reached=True, outcome=Outcome.ANSWERED)
    assert not call(database, answered, now)
    with database.read() as session:
        assert session.scalars(select(Conversation)).all() == []
        assert session.scalars(select(Call)).one().reason == "person_reached"


def test_an_answered_call_joins_the_conversation_there_is(
    database: Database, now: datetime
) -> None:
    call(database, MISSED, now)
    answered = replace(MISSED, uniqueid="2.2", person_reached=True, outcome=Outcome.ANSWERED)
    call(database, answered, now)
    with database.read() as session:
        assert len({c.conversation_id for c in session.scalars(select(Call))}) == 1


def test_a_withheld_caller_is_in_no_conversation(database: Database, now: datetime) -> None:
    assert not call(database, replace(MISSED, withheld=True), now)
    with database.read() as session:
        assert session.scalars(select(Conversation)).all() == []


def test_what_the_records_do_not_show_of_a_call_stays_known(
    database: Database, now: datetime
) -> None:
    unseen = replace(MISSED, outcome=Outcome.UNKNOWN)
    assert not call(database, replace(unseen, withheld=True), now)
    assert not call(database, MISSED, now)
    spoke = replace(unseen, uniqueid="2.2", person_reached=True)
    assert not call(database, spoke, now)
    assert not call(database, replace(MISSED, uniqueid="2.2"), now)
    with database.read() as session:
        reasons = [kept.reason for kept in session.scalars(select(Call).order_by(Call.id))]
    assert reasons == ["withheld", "person_reached"]


def test_a_call_whose_end_the_records_tell_is_texted(database: Database, now: datetime) -> None:
    assert not call(database, replace(MISSED, outcome=Outcome.UNKNOWN), now)
    assert call(database, MISSED, now)
    assert not call(database, MISSED, now)


def test_an_answer_waits_for_a_person_since_its_first_text(
    database: Database, now: datetime
) -> None:
    text(database, "I need a lawyer", now)
    text(database, "please call me", now + timedelta(minutes=1))
    with database.read() as session:
        assert session.scalars(select(Conversation)).one().waiting_since == now


def test_an_sms_read_twice_from_the_sim_is_one_text(database: Database, now: datetime) -> None:
    assert text(database, "hello", now)
    assert not text(database, "hello", now)
    assert texts(database) == [INCOMING]


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2), (2, 3, 1)])
def test_a_long_text_is_joined_in_whatever_order_its_parts_come(
    database: Database, now: datetime, order: tuple[int, ...]
) -> None:
    bodies = {1: "one ", 2: "two ", 3: "three"}
    for number in order:
        part = NewFragment("sim", LEAD, now, bodies[number], 77, 3, number)
        assert texts(database) == []
        keep_sms(database, part, read, now)
    with database.read() as session:
        assert session.scalars(select(Message)).one().body == "one two three"


def test_stop_cancels_what_waits_and_gets_its_one_confirmation(
    database: Database, now: datetime
) -> None:
    call(database, MISSED, now)
    text(database, "STOP", now)
    text(database, "STOP", now + timedelta(minutes=1))
    cancelled = (Direction.OUT, Kind.GREETING, MessageState.CANCELLED)
    assert texts(database) == [cancelled, INCOMING, CONFIRMATION, INCOMING]
    with database.read() as session:
        assert session.scalars(select(Conversation)).one().waiting_since is None


def test_after_stop_a_missed_call_gets_no_text(database: Database, now: datetime) -> None:
    text(database, "STOP", now)
    assert not call(database, MISSED, now)
    with database.read() as session:
        assert session.scalars(select(Call)).one().decision == "opted_out"


def test_start_opts_in_again_and_the_opt_out_is_not_erased(
    database: Database, now: datetime
) -> None:
    text(database, "STOP", now)
    text(database, "START", now + timedelta(minutes=1))
    assert call(database, MISSED, now)
    with database.read() as session:
        assert session.scalars(select(OptOut)).one().since == now


def test_a_text_from_a_name_is_kept_and_never_answered(database: Database, now: datetime) -> None:
    text(database, "STOP", now, sender="Vodafone")
    assert texts(database) == [INCOMING]
    with database.read() as session:
        assert session.scalars(select(Conversation)).one().number == "Vodafone"


def test_a_closed_conversation_opens_again_when_its_person_writes(
    database: Database, now: datetime
) -> None:
    text(database, "hello", now)
    with database.write() as session:
        session.scalars(select(Conversation)).one().open = False
    text(database, "hello?", now + timedelta(days=3))
    with database.read() as session:
        assert session.scalars(select(Conversation)).one().open
