"""The simulated modem, as other programs see it."""

import os
import select
from collections.abc import Iterator
from pathlib import Path

import pytest
from gsmmodem.modem import GsmModem

from tests.modem.terminal import Line
from tests.waiting import wait_until
from textback.modem.pdu import encode_submit
from textback.modem.simulator import ModemSimulator

TO = "+15551234567"


@pytest.fixture
def line(simulator: ModemSimulator) -> Iterator[Line]:
    with Line(simulator.path) as line:
        yield line


def test_it_echoes_until_it_is_told_not_to(line: Line) -> None:
    assert line.type("AT\r", "OK\r\n") == "AT\r\r\nOK\r\n"
    assert line.type("ATE0\r", "OK\r\n") == "ATE0\r\r\nOK\r\n"
    assert line.type("AT\r", "OK\r\n") == "\r\nOK\r\n"


@pytest.mark.parametrize("text", ["\x1b\rAT\r", "at\r", "AT+CMEE=1;+CREG=2\r", "ATE0V1Q0\r"])
def test_it_takes_what_clients_type(line: Line, text: str) -> None:
    assert line.type(text, "OK\r\n").endswith("\r\nOK\r\n")


# What gammu, gnokii, smstools, ofono and python-gsmmodem-new ask for, and more than a bare OK.
@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("AT+CMGF=?", "+CMGF:"),
        ("AT+CSCS=?", "+CSCS: ("),
        ('AT+CSCS="HEX";+CSCS?', '+CSCS: "HEX"'),
        ("AT+CGMI", "textback"),
        ("AT+GMM", "Simulated modem"),
        ("AT+CGSN", "350000000000006"),
        ("AT+CIMI", "00101"),
        ("AT+CPIN?", "+CPIN: READY"),
        ("AT+CPMS=?", '("SM","ME","MT"),("SM","ME"),("SM","ME")'),
        ('AT+CPMS="ME","ME","SM"', "+CPMS: 0,30,0,30,0,30"),
        ("AT+CPMS?", '+CPMS: "SM",0,30,"SM",0,30,"SM",0,30'),
        ("AT+CNMI=?", "+CNMI: ("),
        ("AT+CNMI=2,1,0,2;+CNMI?", "+CNMI: 2,1,0,2,0"),
        ("AT+CSCA?", '+CSCA: "+15550000000",145'),
        ("AT+CREG=2;+CREG?", "+CREG: 2,1"),
        ("AT+COPS?", '+COPS: 0,0,"Simulated network"'),
        ("AT+CSQ", "+CSQ: 21,99"),
        ("AT+CBC", "+CBC: 0,100"),
        ("AT+CNUM", '"+15550001111"'),
        ("AT+CFUN?", "+CFUN: 1"),
        ("AT+CPBS?", "+CPBS:"),
        ("AT+CSMS=0", "+CSMS: 1,1,1"),
        ("AT+CLAC", "AT+CMGS"),
        ("AT+CMGL=4", ""),
        ("AT+CMMS=2", ""),
        ("AT+CVHU=0", ""),
        ("AT+CSMP=49,167,0,0", ""),
        ("AT+CLIP=1;+CRC=1;+CCWA=1", ""),
    ],
)
def test_it_answers_what_clients_ask(line: Line, command: str, answer: str) -> None:
    shown = line.type(f"{command}\r", "\r\nOK\r\n")
    assert answer in shown
    assert shown.endswith("\r\nOK\r\n")


@pytest.mark.parametrize("command", ["AT+MODE=2", "AT^CVOICE=?", "AT$TSSPCSW=?", "AT+WIND=?"])
def test_it_has_no_more_commands_than_it_has(line: Line, command: str) -> None:
    assert line.type(f"{command}\r", "ERROR\r\n").endswith("\r\nERROR\r\n")


def test_it_takes_a_pdu_after_a_prompt(line: Line, simulator: ModemSimulator) -> None:
    [pdu] = encode_submit(TO, "hi", reference=0, status_report=False)
    assert line.type(f"AT+CMGS={pdu.length}\r", "\r\n> ").endswith("\r\n> ")
    assert "+CMGS: 0" in line.type(f"{pdu.hex}\x1a", "OK\r\n")
    assert [sms.text for sms in simulator.sent] == ["hi"]


def test_escape_leaves_the_prompt_and_sends_nothing(line: Line, simulator: ModemSimulator) -> None:
    line.type("AT+CMGS=20\r", "> ")
    line.type("00110", "00110")
    assert line.type("\x1b", "OK\r\n").endswith("OK\r\n")
    assert simulator.sent == []


@pytest.mark.parametrize("body", ["xyz", "00", "001100", ""])
def test_a_bad_pdu_is_refused(line: Line, body: str) -> None:
    line.type("AT+CMGS=20\r", "> ")
    assert "+CMS ERROR: 304" in line.type(f"{body}\x1a", "304\r\n")


def test_a_written_message_is_sent_from_its_place(line: Line, simulator: ModemSimulator) -> None:
    [pdu] = encode_submit(TO, "stored", reference=0, status_report=False)
    line.type(f"AT+CMGW={pdu.length}\r", "> ")
    assert "+CMGW: 1" in line.type(f"{pdu.hex}\x1a", "OK\r\n")
    assert "+CMGL: 1,2,," in line.type("AT+CMGL=4\r", "OK\r\n")
    assert "+CMSS: 0" in line.type("AT+CMSS=1\r", "OK\r\n")
    assert "+CMGL: 1,3,," in line.type("AT+CMGL=4\r", "OK\r\n")
    assert [sms.text for sms in simulator.sent] == ["stored"]


def test_reading_marks_as_read_and_flags_delete(line: Line, simulator: ModemSimulator) -> None:
    simulator.receive_sms(TO, "one")
    simulator.receive_sms(TO, "two")
    assert "+CMGR: 0,," in line.type("AT+CMGR=1\r", "OK\r\n")
    assert "+CMGR: 1,," in line.type("AT+CMGR=1\r", "OK\r\n")
    line.type("AT+CMGD=1,1\r", "OK\r\n")
    assert simulator.stored["SM"] == 1
    assert "+CMS ERROR: 321" in line.type("AT+CMGR=1\r", "321\r\n")


def test_a_phone_may_answer_as_soon_as_it_gets_a_text(
    line: Line, simulator: ModemSimulator
) -> None:
    simulator.on_sent = lambda sms: simulator.receive_sms(sms.to, "got it")
    [pdu] = encode_submit(TO, "hi", reference=0, status_report=False)
    line.type("AT+CNMI=2,1\r", "OK\r\n")
    line.type(f"AT+CMGS={pdu.length}\r", "> ")
    line.type(f"{pdu.hex}\x1a", "OK\r\n")
    assert line.type("", '"SM",1\r\n') == '\r\n+CMTI: "SM",1\r\n'


def test_a_slow_network_answers_in_its_own_time() -> None:
    with ModemSimulator(seconds_per_part=0.05) as simulator:
        line = Line(simulator.path)
        [pdu] = encode_submit(TO, "hi", reference=0)
        line.type(f"AT+CMGS={pdu.length}\r", "> ")
        line.type(f"{pdu.hex}\x1a", "+CMGS: 0")
        assert simulator.wait_for_sent(1)[0].text == "hi"
        line.close()


def test_a_modem_switched_off_says_so() -> None:
    with ModemSimulator() as simulator:
        pass
    with pytest.raises(RuntimeError, match="switched off"):
        simulator.receive_sms(TO, "hello?")


def test_a_link_that_leads_nowhere_is_replaced(tmp_path: Path) -> None:
    link = tmp_path / "modem"
    link.symlink_to(tmp_path / "gone")
    with ModemSimulator(link):
        assert link.readlink().is_char_device()
    assert not link.is_symlink()


def test_another_file_is_never_replaced(tmp_path: Path) -> None:
    link = tmp_path / "modem"
    link.write_text("precious")
    with pytest.raises(FileExistsError, match="is no simulated modem"):
        ModemSimulator(link)
    assert link.read_text() == "precious"


def test_what_is_typed_byte_by_byte_is_understood(simulator: ModemSimulator) -> None:
    terminal = os.open(simulator.path, os.O_RDWR | os.O_NOCTTY)
    for char in b"ATE0\r":
        os.write(terminal, bytes([char]))
    shown = b""
    while not shown.endswith(b"OK\r\n"):
        assert select.select([terminal], [], [], 5)[0]
        shown += os.read(terminal, 100)
    os.close(terminal)
    assert shown == b"ATE0\r\r\nOK\r\n"


def test_an_independent_client_sends_and_receives_long_texts(simulator: ModemSimulator) -> None:
    received: list[str] = []
    client = GsmModem(
        simulator.path, 115200, smsReceivedCallbackFunc=lambda sms: received.append(sms.text)
    )
    client.connect()
    client.sendSms(TO, "a long text to a phone " * 10, waitForDeliveryReport=False)
    [sms] = simulator.wait_for_sent(1)
    assert (sms.to, sms.text, sms.parts) == (TO, "a long text to a phone " * 10, 2)

    simulator.receive_sms(TO, "a long text from a phone " * 10)
    wait_until(lambda: len("".join(received)) >= 250, "all parts of the text")
    assert "".join(received) == "a long text from a phone " * 10
    client.close()
