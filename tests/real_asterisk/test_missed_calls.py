"""The main job on a real Asterisk with real SIP calls: from the ringing phone to the inbox page."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.waiting import wait_until
from textback.core.calls import Outcome, Voicemail
from textback.store.database import Database

from .office import RealOffice, real_office
from .pbx import RealAsterisk
from .sipp import BUSY, RINGS, answers

LEAD = "+12125550143"


@pytest.fixture
def office(asterisk: RealAsterisk, database: Database, tmp_path: Path) -> Iterator[RealOffice]:
    with real_office(asterisk, database, tmp_path) as office:
        yield office


def test_an_unanswered_call_is_texted(office: RealOffice) -> None:
    with office.asterisk.phone("101", RINGS):
        call = office.call(LEAD, "2001")
    assert call.outcome is Outcome.NO_ANSWER
    (greeting,) = office.modem.wait_for_sent(1)
    assert greeting.to == LEAD
    assert "Sorry we missed your call" in greeting.text


def test_an_answered_call_is_not_texted(office: RealOffice) -> None:
    with office.asterisk.phone("101", answers()):
        call = office.call(LEAD, "2001", hangup_after=1)
    assert (call.outcome, call.would_text) == (Outcome.ANSWERED, False)
    assert office.modem.sent == []


def test_a_caller_who_left_a_voicemail_is_texted(office: RealOffice) -> None:
    call = office.call(LEAD, "2006", hangup_after=3)
    assert (call.outcome, call.voicemail) == (Outcome.VOICEMAIL, Voicemail.LEFT)
    assert [sms.to for sms in office.modem.wait_for_sent(1)] == [LEAD]


def test_a_busy_office_texts_its_caller(office: RealOffice) -> None:
    with office.asterisk.phone("101", BUSY):
        call = office.call(LEAD, "2001")
    assert (call.outcome, call.would_text) == (Outcome.BUSY, True)


@pytest.mark.parametrize("did", ["2001", "2022"])  # the second as FreePBX has it
def test_a_withheld_number_is_not_texted_though_the_trunk_shows_it(
    office: RealOffice, did: str
) -> None:
    with office.asterisk.phone("101", RINGS):
        call = office.call(LEAD, did, withheld=True)
    assert (call.caller, call.reason) == (LEAD, "withheld")


def test_the_phones_reply_stands_on_the_inbox_page(office: RealOffice) -> None:
    with office.asterisk.phone("101", RINGS):
        office.call(LEAD, "2001", hangup_after=1)
    office.modem.wait_for_sent(1)
    office.modem.receive_sms(LEAD, "Please call me about my lease")
    wait_until(lambda: "Please call me about my lease" in office.inbox(), "the reply on the page")
    assert "(212) 555-0143" in office.inbox()


def test_a_call_that_was_ringing_when_the_listener_came_is_judged_too(
    asterisk: RealAsterisk, database: Database, tmp_path: Path
) -> None:
    with asterisk.phone("101", RINGS):
        ringing = asterisk.place_call(LEAD, "2001")
        wait_until(lambda: "Ringing" in asterisk.console("core show channels"), "the phone to ring")
        with real_office(asterisk, database, tmp_path) as office:
            ringing.wait()
            (call,) = office.wait_for_calls(1)
    assert (call.did, call.would_text) == ("2001", True)


def test_a_withheld_number_is_seen_though_the_call_is_over_at_once(office: RealOffice) -> None:
    with office.asterisk.phone("101", BUSY):
        calls = [office.call(LEAD, "2001", withheld=True) for _ in range(5)]
    assert {call.reason for call in calls} == {"withheld"}
