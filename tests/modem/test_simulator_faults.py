"""Faults of the simulated modem, as a client at its port meets them."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.modem.terminal import Line
from tests.waiting import wait_until
from textback.modem.pdu import Deliver, Unreadable, encode_submit, read_incoming
from textback.modem.simulator import FAULTS, ModemSimulator, personality

FROM, TO = "+15557654321", "+15551234567"
[PDU] = encode_submit(TO, "hi", reference=0, status_report=False)


def send(line: Line) -> list[str]:
    assert line.ask(f"AT+CMGS={PDU.length}") == [">"]
    return line.enter(PDU.hex)


def pdus(line: Line) -> list[str]:
    return [shown for shown in line.ask("AT+CMGL=4") if shown.startswith("07")]


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("model", ["generic", "quectel-ec25"])
def test_every_fault_starts_on_a_modem_with_one_port_and_with_several(
    model: str, name: str
) -> None:
    with ModemSimulator(model=model) as simulator:
        simulator.fault(name)
        simulator.receive_sms(FROM, "x" * 200)
        assert simulator.taken == []


def test_an_error_after_the_send_leaves_a_text_taken_and_not_marked(
    line: Line, simulator: ModemSimulator
) -> None:
    simulator.fault("error-after-send")
    line.ask(f"AT+CMGW={PDU.length}")
    line.enter(PDU.hex)
    assert line.ask("AT+CMSS=1") == ["+CMS ERROR: 332"]
    assert len(simulator.taken) == 1
    assert line.ask("AT+CMGL=4")[0].startswith("+CMGL: 1,2,")


def test_an_error_comes_at_the_part_it_is_meant_for(line: Line, simulator: ModemSimulator) -> None:
    simulator.fault("cms-error", code=38, after=1)
    assert [send(line)[-1] for _ in range(3)] == ["OK", "+CMS ERROR: 38", "OK"]
    assert len(simulator.taken) == 2


def test_a_reference_may_be_followed_by_more(line: Line, simulator: ModemSimulator) -> None:
    simulator.fault("extra-after-reference")
    assert send(line)[0] == '+CMGS: 0,"26/01/31,12:00:00+00"'


def test_a_prompt_that_never_comes_leaves_the_modem_in_order(
    line: Line, simulator: ModemSimulator
) -> None:
    simulator.fault("no-prompt")
    line.write(f"AT+CMGS={PDU.length}\r")
    assert line.ask("AT") == ["OK"]
    assert send(line) == ["+CMGS: 0", "OK"]


def test_an_answer_may_be_late(line: Line, simulator: ModemSimulator) -> None:
    simulator.fault("late-answer-after-send", seconds=0.05)
    assert send(line) == ["+CMGS: 0", "OK"]


@pytest.mark.parametrize("fault", ["unplug-after-pdu", "unplug-after-send"])
def test_unplugged_in_the_middle_a_text_is_taken_or_not(
    line: Line, simulator: ModemSimulator, fault: str
) -> None:
    simulator.fault(fault, seconds=0.05)
    line.ask(f"AT+CMGS={PDU.length}")
    line.write(f"{PDU.hex}\x1a")
    wait_until(lambda: not Path(simulator.path).exists(), "the port's end")
    wait_until(lambda: Path(simulator.path).exists(), "the port's return")
    assert len(simulator.taken) == (fault == "unplug-after-send")


def test_a_port_comes_back_as_another_device_under_the_same_link(
    simulator: ModemSimulator,
) -> None:
    link = Path(simulator.path)
    before = link.readlink()
    simulator.fault("unplug")
    assert not link.exists()
    simulator.fault("replug", elsewhere=1)
    assert link.readlink() != before
    with Line(simulator.path) as line:
        assert line.type("AT\r", "OK\r\n").endswith("OK\r\n")


def test_a_modem_that_hangs_answers_a_restart_only(line: Line, simulator: ModemSimulator) -> None:
    simulator.fault("hang-until-restart")
    line.write("AT\r\x1bAT+CGMI\r")
    assert line.ask("AT+CFUN=1,1") == ["OK"]
    assert line.ask("ATE0")[-1] == "OK"


def test_a_restart_takes_some_models_off_the_bus() -> None:
    quick = replace(personality("quectel-ec25"), restart_seconds=0.05)
    with ModemSimulator(model=quick) as simulator, Line(simulator.path) as line:
        line.write("AT+CFUN=1,1\r")
        wait_until(lambda: not Path(simulator.path).exists(), "the port's end")
        wait_until(lambda: Path(simulator.path).exists(), "the port's return")
        with Line(simulator.path) as again:
            assert again.type("AT\r", "OK\r\n").endswith("OK\r\n")


def test_what_is_full_announces_nothing_until_there_is_room(
    line: Line, simulator: ModemSimulator
) -> None:
    line.ask("AT+CNMI=2,1")
    simulator.fault("storage-full")
    simulator.receive_sms(FROM, "waits")
    assert line.ask("AT") == ["OK"]
    assert simulator.held_back == 1
    simulator.fault("storage-space")
    assert line.next_line() == '+CMTI: "SM",1'


def test_a_text_may_be_stored_without_a_word(line: Line, simulator: ModemSimulator) -> None:
    line.ask("AT+CNMI=2,1")
    simulator.fault("unannounced")
    simulator.receive_sms(FROM, "silent")
    simulator.fault("announced")
    simulator.receive_sms(FROM, "told")
    assert line.next_line() == '+CMTI: "SM",2'


def test_a_delete_that_fails_deletes_nothing(line: Line, simulator: ModemSimulator) -> None:
    simulator.receive_sms(FROM, "still there")
    simulator.fault("delete-fails")
    assert line.ask("AT+CMGD=1") == ["+CMS ERROR: 320"]
    assert simulator.stored["SM"] == 1
    assert line.ask("AT+CMGD=1") == ["OK"]
    assert simulator.stored["SM"] == 0


def test_a_corrupt_pdu_lies_among_sound_ones(line: Line, simulator: ModemSimulator) -> None:
    simulator.fault("corrupt-pdu")
    simulator.receive_sms(FROM, "damaged")
    simulator.receive_sms(FROM, "sound")
    assert [type(read_incoming(pdu)) for pdu in pdus(line)] == [Unreadable, Deliver]


@pytest.mark.parametrize(
    ("fault", "numbers"),
    [("parts-in-reverse", [2, 1]), ("part-missing", [2]), ("doubled-text", [1, 1, 2, 2])],
)
def test_parts_come_as_they_should_not(
    line: Line, simulator: ModemSimulator, fault: str, numbers: list[int]
) -> None:
    simulator.fault(fault)
    simulator.receive_sms(FROM, "x" * 200)
    wait_until(lambda: simulator.stored["SM"] == len(numbers), "the parts")
    parts = [read_incoming(pdu) for pdu in pdus(line)]
    assert [part.concat.number for part in parts if isinstance(part, Deliver) and part.concat] == (
        numbers
    )


def test_after_a_call_nothing_comes_in_until_a_text_goes_out(
    line: Line, simulator: ModemSimulator
) -> None:
    simulator.fault("deaf-after-call")
    simulator.ring(FROM)
    simulator.receive_sms(FROM, "why no answer?")
    line.ask("AT+CHUP")
    assert (simulator.stored["SM"], simulator.held_back) == (0, 1)
    send(line)
    wait_until(lambda: simulator.stored["SM"] == 1, "the text")


class TestReports:
    @pytest.fixture
    def line(self, line: Line) -> Line:
        line.ask("AT+CNMI=2,1,0,1")
        return line

    def send(self, line: Line) -> None:
        [pdu] = encode_submit(TO, "hi", reference=0, status_report=True)
        line.ask(f"AT+CMGS={pdu.length}")
        line.enter(pdu.hex)

    @pytest.mark.parametrize(
        ("fault", "status"), [("still-trying", "20"), ("undelivered", "41"), ("reports", "00")]
    )
    def test_they_say_what_became_of_a_text(
        self, line: Line, simulator: ModemSimulator, fault: str, status: str
    ) -> None:
        simulator.fault(fault)
        self.send(line)
        assert line.next_line().startswith("+CDS: ")
        assert line.next_line().endswith(status)

    def test_one_gets_lost_and_the_next_comes(self, line: Line, simulator: ModemSimulator) -> None:
        simulator.fault("reports-lost")
        self.send(line)
        self.send(line)
        line.next_line()
        assert line.next_line()[18:20] == "01"  # the TP-MR of the second text

    def test_none_comes(self, line: Line, simulator: ModemSimulator) -> None:
        simulator.fault("no-reports")
        self.send(line)
        simulator.report(TO, 99, 0)
        line.next_line()
        assert line.next_line()[18:20] == "63"
