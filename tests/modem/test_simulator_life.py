"""The simulated modem's SIM, registration, calls and restarts (3GPP TS 27.007)."""

import pytest

from tests.modem.terminal import Line
from textback.modem.pdu import encode_submit
from textback.modem.simulator import ModemSimulator

CALLER = "+15557654321"


def test_three_wrong_pins_ask_for_the_puk_which_sets_a_new_pin() -> None:
    with ModemSimulator(pin="1234") as simulator, Line(simulator.path) as line:
        line.ask("ATE0+CMEE=1")
        assert line.ask("AT+CPIN?") == ["+CPIN: SIM PIN", "OK"]
        assert line.ask("AT+CMGF=0") == ["OK"]
        assert line.ask("AT+CMGL=4") == ["+CMS ERROR: 311"]
        answers = [line.ask("AT+CPIN=9999")[-1] for _ in range(3)]
        assert answers == ["+CME ERROR: 16", "+CME ERROR: 16", "+CME ERROR: 12"]
        assert line.ask("AT+CPINR")[:2] == ["+CPINR: SIM PIN,0,3", "+CPINR: SIM PUK,10,10"]
        assert line.ask("AT+CPIN?") == ["+CPIN: SIM PUK", "OK"]
        assert line.ask('AT+CPIN="00000000","4321"') == ["+CME ERROR: 16"]
        assert line.ask('AT+CPIN="12345678","4321"') == ["OK"]
        assert line.ask("AT+CPIN?") == ["+CPIN: READY", "OK"]
        assert line.ask('AT+CLCK="SC",2') == ["+CLCK: 1", "OK"]


def test_without_a_sim_nothing_goes(line: Line, simulator: ModemSimulator) -> None:
    simulator.fault("sim-out")
    line.ask("AT+CMEE=1")
    assert line.ask("AT+CPIN?") == ["+CME ERROR: 10"]
    assert line.ask("AT+CMGS=20") == ["+CMS ERROR: 310"]
    simulator.fault("sim-in")
    assert line.ask("AT+CPIN?") == ["+CPIN: READY", "OK"]


@pytest.mark.parametrize("name", ["+CREG", "+CGREG", "+CEREG"])
def test_registration_is_told_as_fully_as_asked(line: Line, name: str) -> None:
    told = [line.ask(f"AT{name}={mode};{name}?")[0] for mode in (0, 1, 2)]
    assert told == [f"{name}: 0,1", f"{name}: 1,1", f'{name}: 2,1,"00C3","0001A2B4",7']
    assert line.ask(f"AT{name}=3") == ["ERROR"]


def test_a_lost_network_is_told_to_who_asked(line: Line, simulator: ModemSimulator) -> None:
    line.ask("AT+CREG=1;+CEREG=2")
    simulator.fault("network-lost")
    assert [line.next_line(), line.next_line()] == ["+CREG: 2", "+CEREG: 2"]
    assert line.ask("AT+CSQ") == ["+CSQ: 99,99", "OK"]
    assert line.ask("AT+COPS?") == ["+COPS: 0", "OK"]
    simulator.fault("network-back")
    assert [line.next_line(), line.next_line()] == ["+CREG: 1", '+CEREG: 1,"00C3","0001A2B4",7']


@pytest.mark.parametrize("off", ["AT+CFUN=0", "AT+CFUN=4", "AT+COPS=2"])
def test_a_radio_that_is_off_sends_nothing(line: Line, simulator: ModemSimulator, off: str) -> None:
    [pdu] = encode_submit(CALLER, "hi", reference=0)
    line.ask(off)
    line.ask(f"AT+CMGS={pdu.length}")
    assert line.enter(pdu.hex) == ["+CMS ERROR: 331"]
    line.ask("AT+CFUN=1;+COPS=0")
    line.ask(f"AT+CMGS={pdu.length}")
    assert line.enter(pdu.hex) == ["+CMGS: 0", "OK"]
    assert len(simulator.taken) == 1


def test_the_operator_is_told_in_the_form_asked_for(line: Line) -> None:
    assert line.ask("AT+COPS=3,2;+COPS?")[0] == '+COPS: 0,2,"00101",7'
    assert line.ask("AT+COPS=3,0;+COPS?")[0] == '+COPS: 0,0,"Simulated network",7'


def test_a_restart_forgets_what_was_set_and_keeps_messages(
    line: Line, simulator: ModemSimulator
) -> None:
    line.ask("AT+CNMI=2,1")
    simulator.receive_sms(CALLER, "kept")
    assert line.next_line() == '+CMTI: "SM",1'
    assert line.ask("AT+CFUN=1,1") == ["OK"]
    assert line.ask("AT+CNMI?") == ["+CNMI: 0,0,0,0,0", "OK"]
    assert simulator.stored["SM"] == 1


def test_a_call_rings_with_its_number_until_it_is_hung_up(
    line: Line, simulator: ModemSimulator
) -> None:
    line.ask("AT+CLIP=1;+CRC=1")
    simulator.ring(CALLER)
    assert line.next_line() == "+CRING: VOICE"
    assert line.next_line() == f'+CLIP: "{CALLER}",145,,,,0'
    assert line.ask("AT+CLCC")[0] == f'+CLCC: 1,1,4,0,0,"{CALLER}",145'
    assert line.ask("AT+CHUP") == ["OK"]
    assert simulator.hung_up == 1
    assert line.ask("AT+CLCC") == ["OK"]


def test_a_caller_who_gives_up_leaves_no_carrier(line: Line, simulator: ModemSimulator) -> None:
    simulator.ring("")
    assert line.next_line() == "RING"
    simulator.caller_hangs_up()
    assert line.next_line() == "NO CARRIER"
    assert line.ask("ATA") == ["NO CARRIER"]


def test_a_code_is_answered_later(line: Line) -> None:
    assert line.ask('AT+CUSD=1,"*100#",15') == ["OK"]
    assert line.next_line() == '+CUSD: 0,"Your balance is 12.34",15'


def test_the_last_line_is_repeated(line: Line) -> None:
    line.ask("AT+CSQ")
    assert line.type("A/", "OK\r\n") == "\r\n+CSQ: 21,99\r\n\r\nOK\r\n"


def test_results_are_numbers_or_none_when_told_so(line: Line) -> None:
    assert line.type("ATV0\r", "0\r") == "0\r"
    assert line.type("ATX9+NONSENSE\r", "4\r") == "4\r"
    assert line.type("ATQ1\rATQ0V1\r", "OK\r\n") == "\r\nOK\r\n"
