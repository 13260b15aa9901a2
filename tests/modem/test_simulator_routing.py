"""Where what comes in goes: AT+CNMI, AT+CSMS and AT+CNMA (3GPP TS 27.005)."""

import pytest

from tests.modem.terminal import Line
from tests.waiting import wait_until
from textback.modem.simulator import ModemSimulator, Patience

FROM, TO = "+15557654321", "+15551234567"
SOON, NEVER = 0.05, 1000.0


def test_without_indications_a_text_is_stored_in_silence(
    line: Line, simulator: ModemSimulator
) -> None:
    simulator.receive_sms(FROM, "hello")
    assert line.ask("AT") == ["OK"]
    assert simulator.stored["SM"] == 1


def test_mt_2_hands_a_text_over_and_stores_nothing(line: Line, simulator: ModemSimulator) -> None:
    line.ask("AT+CNMI=2,2")
    simulator.receive_sms(FROM, "hello")
    assert line.next_line().startswith("+CMT: ,")
    assert line.next_line().startswith("0791")
    assert simulator.stored["SM"] == 0


def test_mt_2_in_text_mode_shows_the_text(line: Line, simulator: ModemSimulator) -> None:
    line.ask("AT+CMGF=1;+CNMI=2,2")
    simulator.receive_sms(FROM, "hello")
    assert line.next_line().startswith(f'+CMT: "{FROM}",,"')
    assert line.next_line() == "hello"


@pytest.mark.parametrize(("ds", "shown"), [(1, "+CDS: 25"), (2, '+CDSI: "SM",1')])
def test_reports_come_as_asked_for(
    line: Line, simulator: ModemSimulator, ds: int, shown: str
) -> None:
    line.ask(f"AT+CNMI=2,1,0,{ds}")
    simulator.report(TO, 5, 0)
    assert line.next_line() == shown


def test_mode_0_keeps_lines_until_another_mode_wants_them(
    line: Line, simulator: ModemSimulator
) -> None:
    line.ask("AT+CNMI=0,1")
    simulator.receive_sms(FROM, "hello")
    assert line.ask("AT") == ["OK"]
    assert line.ask("AT+CNMI=2,1") == ["OK"]
    assert line.next_line() == '+CMTI: "SM",1'


def test_an_acknowledged_text_is_handed_over_once_and_the_next_follows(
    line: Line, simulator: ModemSimulator
) -> None:
    assert line.ask("AT+CSMS=1") == ["+CSMS: 1,1,1", "OK"]
    line.ask("AT+CNMI=2,2")
    simulator.receive_sms(FROM, "one")
    simulator.receive_sms(FROM, "two")
    for left in (1, 0):
        assert line.next_line().startswith("+CMT:")
        line.next_line()
        assert simulator.held_back == left
        assert line.ask("AT+CNMA") == ["OK"]
    assert line.ask("AT+CNMA") == ["+CMS ERROR: 340"]


def test_a_refused_text_comes_again() -> None:
    patience = Patience(acknowledge=NEVER, retry=SOON)
    with ModemSimulator(patience=patience) as simulator, Line(simulator.path) as line:
        line.ask("ATE0;+CSMS=1;+CNMI=2,2")
        simulator.receive_sms(FROM, "one")
        first = line.next_line(), line.next_line()
        assert line.ask("AT+CNMA=2") == ["OK"]
        assert (line.next_line(), line.next_line()) == first


def test_without_an_acknowledgement_routing_ends_and_the_text_is_stored() -> None:
    patience = Patience(acknowledge=SOON, retry=SOON)
    with ModemSimulator(patience=patience) as simulator, Line(simulator.path) as line:
        line.ask("ATE0;+CSMS=1;+CNMI=2,2,0,1")
        simulator.receive_sms(FROM, "one")
        assert line.next_line().startswith("+CMT:")
        line.next_line()
        wait_until(lambda: simulator.stored["SM"] == 1, "the text in the storage")
        assert line.ask("AT+CNMI?") == ["+CNMI: 2,0,0,0,0", "OK"]


def test_phase_2_knows_no_acknowledgement(line: Line) -> None:
    assert line.ask("AT+CNMA") == ["+CMS ERROR: 302"]


def test_no_line_comes_between_a_prompt_and_its_text(line: Line, simulator: ModemSimulator) -> None:
    line.ask("AT+CNMI=2,1")
    assert line.ask("AT+CMGS=20") == [">"]
    simulator.receive_sms(FROM, "hello")
    assert line.enter("00", end="\x1b") == ["OK"]
    assert line.next_line() == '+CMTI: "SM",1'
