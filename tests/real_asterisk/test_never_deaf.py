"""What happens to callers while the link is lost, the engine is stopped, or the PBX dies."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.waiting import wait_until
from textback.core.calls import Outcome
from textback.core.links import LinkState
from textback.store.database import Database
from textback.store.links import links

from .office import RealOffice, deaf_office
from .pbx import RealAsterisk
from .sipp import BUSY, RINGS, answers

LEAD, SECOND, THIRD = "+12125550143", "+12125550177", "+13105550112"
CLIENT = "+16175550135"


@pytest.fixture
def office(asterisk: RealAsterisk, database: Database, tmp_path: Path) -> Iterator[RealOffice]:
    asterisk.forget_calls()
    with deaf_office(asterisk, database, tmp_path) as office:
        yield office


def test_calls_missed_while_nobody_listened_are_found_and_texted_once(office: RealOffice) -> None:
    with office.listening(), office.asterisk.phone("101", BUSY):
        office.call(LEAD, "2001")
        office.modem.wait_for_sent(1)
    with office.asterisk.phone("101", RINGS):
        office.asterisk.place_call(SECOND, "2001", hangup_after=1).wait()
    office.asterisk.place_call(THIRD, "2006", hangup_after=1).wait()
    with office.asterisk.phone("101", answers()):
        office.asterisk.place_call(CLIENT, "2001", hangup_after=1).wait()
    with office.asterisk.phone("101", BUSY):
        office.asterisk.place_call(LEAD, "2001").wait()  # has had a text already
    with office.listening():
        sent = office.modem.wait_for_sent(3)
        assert sorted(sms.to for sms in sent) == sorted([LEAD, SECOND, THIRD])
        wait_until(lambda: [gap.looked_up for gap in office.gaps()] == [True], "the gap's calls")
        assert office.gaps()[0].recovered == 4
        assert len(office.wait_for_calls(5)) == 5
        with office.asterisk.phone("101", BUSY):
            office.call("+12125550199", "2001")
        assert len(office.modem.wait_for_sent(4)) == 4


def test_of_calls_that_a_killed_pbx_cut_off_the_missed_one_is_texted_once(
    office: RealOffice,
) -> None:
    with office.listening():
        with office.asterisk.phone("101", answers()):
            office.asterisk.place_call(CLIENT, "2001")
            wait_until(lambda: shown(office, " Up ") == 2, "them to talk")
        with office.asterisk.phone("101", RINGS):
            ring(office)
            kill_and_restart(office)
        wait_until(lambda: [gap.looked_up for gap in office.gaps()] == [True], "the gap's calls")
        judged = {call.caller: call for call in office.wait_for_calls(2)}
        assert (judged[LEAD].person_reached, judged[LEAD].texted) == (False, True)
        assert (judged[CLIENT].outcome, judged[CLIENT].texted) == (Outcome.ANSWERED, False)
        assert [sms.to for sms in office.modem.wait_for_sent(1)] == [LEAD]


def test_a_caller_whom_a_power_cut_of_everything_lost_is_texted(office: RealOffice) -> None:
    with office.listening():
        pass
    with office.asterisk.phone("101", RINGS):
        ring(office)
        office.asterisk.kill()
        office.asterisk.restart()
    with office.listening():
        assert [sms.to for sms in office.modem.wait_for_sent(1)] == [LEAD]
        assert [call.caller for call in office.wait_for_calls(1)] == [LEAD]


def test_without_records_a_killed_pbx_leaves_a_call_of_unknown_end(office: RealOffice) -> None:
    with office.listening(records=False):
        with office.asterisk.phone("101", RINGS):
            ring(office)
            kill_and_restart(office)
        (lost,) = office.wait_for_calls(1)
        assert (lost.outcome, lost.texted) == (Outcome.UNKNOWN, False)
        assert "The connection to the phone system was lost during the call" in office.calls_page()
        with office.asterisk.phone("101", BUSY):
            assert office.call(SECOND, "2001").outcome is Outcome.BUSY
        assert [sms.to for sms in office.modem.wait_for_sent(1)] == [SECOND]


def test_a_caller_who_spoke_before_the_engine_started_is_not_texted(office: RealOffice) -> None:
    pbx = office.asterisk
    with pbx.phone("101", answers()):
        pbx.place_call(LEAD, "2001")
        wait_until(lambda: pbx.console("core show channels concise").count("!Up!") == 2, "a talk")
        (caller,) = (name for name in channels(pbx) if name.startswith("PJSIP/trunk-"))
        pbx.console(f"channel redirect {caller} did-2004,s,1")  # as a transfer does
        wait_until(lambda: "!Queue!" in pbx.console("core show channels concise"), "the queue")
        with office.listening():
            pbx.console(f"channel request hangup {caller}")
            (call,) = office.wait_for_calls(1)
            assert (call.outcome, call.texted) == (Outcome.ANSWERED, False)
            with pbx.phone("103", BUSY):
                office.call(SECOND, "2012")
            assert [sms.to for sms in office.modem.wait_for_sent(1)] == [SECOND]


def channels(pbx: RealAsterisk) -> list[str]:
    return [line.split("!")[0] for line in pbx.console("core show channels concise").split("\n")]


def ring(office: RealOffice) -> None:
    """Have the lead call, and wait until a phone rings and it is written down."""
    office.asterisk.place_call(LEAD, "2001")
    wait_until(lambda: shown(office, "Ringing") == 1, "the phone to ring")
    wait_until(lambda: office.asterisk.has_recorded(LEAD), "the call to be recorded")


def kill_and_restart(office: RealOffice) -> None:
    """Kill the PBX, have it noticed, start it again, and have the engine log in."""
    office.asterisk.kill()
    wait_until(lambda: pbx_state(office) is LinkState.DOWN, "the link to be down")
    office.asterisk.restart()
    wait_until(lambda: pbx_state(office) is LinkState.UP, "the link to be up", timeout=40)


def shown(office: RealOffice, state: str) -> int:
    """How many channels Asterisk shows in this state."""
    return office.asterisk.console("core show channels").count(state)


def pbx_state(office: RealOffice) -> LinkState:
    with office.database.read() as session:
        return next(link.state for link in links(session) if link.kind == "pbx")
