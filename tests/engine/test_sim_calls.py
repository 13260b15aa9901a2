"""Somebody calls the number we text from: a missed call with a text of its own."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from tests.core.test_policy import MISSED, OFFICE
from textback.core.calls import CallEnded
from textback.core.lines import LineMatch, LineRules, Loss, MatchBy
from textback.core.messages import Kind, MessageState
from textback.core.office import Office
from textback.engine.calls import CallBook
from textback.engine.sim_call import sim_call, trunk
from textback.store import conversations
from textback.store.database import Database
from textback.store.lines import add_line, save_default_rules
from textback.store.models import Call, Conversation, Message
from textback.store.office import save_office

LEAD, SIM = "+12125550143", "+12125550199"


@pytest.fixture(autouse=True)
def office(database: Database) -> Office:
    office = replace(OFFICE, phone="(212) 555-0100")
    with database.write() as session:
        save_office(session, office)
    return office


def rings(database: Database, at: datetime, caller: str = LEAD) -> Call:
    """A call to the SIM, and what was made of it."""
    take(database, trunk("stick"), sim_call("stick", SIM, caller, at), at)
    with database.read() as session:
        return session.scalars(select(Call).order_by(Call.id.desc()).limit(1)).one()


def take(database: Database, pbx: str, call: CallEnded, at: datetime) -> None:
    CallBook(database, lambda: at).take(pbx, call)


def texts(database: Database) -> list[Message]:
    with database.read() as session:
        return list(session.scalars(select(Message).order_by(Message.id)))


def test_the_caller_is_told_where_to_call(database: Database, now: datetime) -> None:
    call = rings(database, now)
    assert (call.texted, call.decision, call.did) == (True, "sim_called", SIM)
    [text] = texts(database)
    assert (text.kind, text.state) == (Kind.GREETING, MessageState.QUEUED)
    assert text.body.startswith("Hart & Lowe: Nobody can answer calls to this number")
    assert "Please call the office at (212) 555-0100" in text.body
    assert "STOP" in text.body


def test_the_call_stands_in_the_callers_conversation(database: Database, now: datetime) -> None:
    call = rings(database, now)
    with database.read() as session:
        conversation = session.scalars(select(Conversation)).one()
    assert (conversation.number, conversation.open) == (LEAD, True)
    assert call.conversation_id == conversation.id


def test_until_the_office_tells_its_number_the_text_does_without(
    database: Database, now: datetime
) -> None:
    with database.write() as session:
        save_office(session, OFFICE)
    rings(database, now)
    assert "call the office at our usual number" in texts(database)[0].body


def test_two_calls_within_a_day_are_two_calls_and_one_text(
    database: Database, now: datetime
) -> None:
    rings(database, now)
    later = rings(database, now + timedelta(hours=23))
    assert (later.texted, later.decision) == (False, "texted_recently")
    assert len(texts(database)) == 1


def test_who_was_texted_after_a_missed_call_gets_no_second_text_that_day(
    database: Database, now: datetime
) -> None:
    take(database, "office", MISSED, now)
    assert rings(database, now + timedelta(minutes=2)).decision == "texted_recently"
    assert len(texts(database)) == 1


def test_who_asked_for_no_more_texts_gets_none(database: Database, now: datetime) -> None:
    with database.write() as session:
        conversations.opt_out(session, LEAD, now)
    assert rings(database, now).decision == "opted_out"
    assert texts(database) == []


def test_a_withheld_number_gets_no_text_and_staff_see_the_call(
    database: Database, now: datetime
) -> None:
    call = rings(database, now, caller="")
    assert (call.withheld, call.texted, call.decision) == (True, False, "withheld")
    assert call.conversation_id is None


def test_a_number_that_is_none_gets_no_text(database: Database, now: datetime) -> None:
    assert rings(database, now, caller="5550143").decision == "invalid_number"


def test_a_line_is_recognised_by_the_modems_trunk(database: Database, now: datetime) -> None:
    with database.write() as session:
        line = add_line(session, LineMatch(MatchBy.TRUNK, "GSM/stick"), "Text number", LineRules())
    assert rings(database, now).line_id == line


def test_a_line_may_not_text_such_callers(database: Database, now: datetime) -> None:
    with database.write() as session:
        save_default_rules(session, LineRules(texted=frozenset(Loss) - {Loss.SIM_CALLED}))
    assert rings(database, now).decision == "loss_not_texted"


def test_the_least_time_waited_does_not_apply_where_we_hang_up(
    database: Database, now: datetime
) -> None:
    with database.write() as session:
        save_default_rules(session, LineRules(least_ring=20))
    assert rings(database, now).texted


def test_a_line_with_texts_of_its_own_keeps_them_for_its_own_callers(
    database: Database, now: datetime
) -> None:
    with database.write() as session:
        save_default_rules(session, LineRules(text_open="{{firm}}: sorry", text_closed="{{firm}}"))
    rings(database, now)
    assert "Please call the office" in texts(database)[0].body
