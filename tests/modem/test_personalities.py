"""The models that the simulated modem can be."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest
from gsmmodem.modem import GsmModem

from tests.modem.terminal import Line
from textback.modem.pdu import encode_submit
from textback.modem.simulator import ModemSimulator, Personality, personalities, personality
from textback.modem.simulator.personality import Noise

FROM, TO = "+15557654321", "+15551234567"
[PDU] = encode_submit(TO, "hi", reference=0, status_report=False)


@pytest.fixture(params=personalities())
def model(request: pytest.FixtureRequest) -> Personality:
    return personality(request.param)


@pytest.fixture
def simulator(model: Personality) -> Iterator[ModemSimulator]:
    with ModemSimulator(model=model) as simulator:
        yield simulator


def test_a_model_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="there are: generic, huawei-e173"):
        ModemSimulator(model="nokia-3310")


def test_each_says_who_it_is(model: Personality, simulator: ModemSimulator) -> None:
    with Line(simulator.path) as line:
        line.type("ATE0\r", "OK\r\n")
        shown = line.type("AT+CGMI;+CGMM;+CGMR;+CGSN\r", "\r\nOK\r\n")
    for told in (model.manufacturer, model.model, model.revision, model.imei):
        assert f"{told}\r\n" in shown


def test_each_takes_a_text_on_every_port_for_commands(
    model: Personality, simulator: ModemSimulator
) -> None:
    ports = [port for port in model.ports if port.at]
    for port in ports:
        with Line(simulator.ports[port.interface]) as line:
            line.type(f"AT+CMGS={PDU.length}\r", "\r\n> ")
            line.type(f"{PDU.hex}\x1a", "OK\r\n")
    assert len(simulator.taken) == len(ports)


def test_each_stores_up_to_its_capacity_from_its_first_index(
    model: Personality, simulator: ModemSimulator
) -> None:
    name = model.memories[2][0]
    for number in range(model.storages[name] + 1):
        simulator.receive_sms(FROM, str(number))
    assert (simulator.stored[name], simulator.held_back) == (model.storages[name], 1)
    with Line(simulator.path) as line:
        shown = line.type("AT+CMGL=4\r", "\r\nOK\r\n")
    assert f"+CMGL: {model.first_index}," in shown


def test_each_tells_of_a_text_on_the_ports_for_such_lines(
    model: Personality, simulator: ModemSimulator
) -> None:
    with ExitStack() as stack:
        lines = {
            port: stack.enter_context(Line(simulator.ports[port.interface]))
            for port in model.ports
            if port.at or port.unsolicited
        }
        lines[model.main_port].type("AT+CNMI=2,1\r", "OK\r\n")
        simulator.receive_sms(FROM, "hello")
        for port, line in lines.items():
            if port.unsolicited:
                assert line.type("", "+CMTI").endswith("+CMTI")
            else:
                assert "+CMTI" not in line.type("AT\r", "OK\r\n")


def test_an_independent_client_sends_through_each(simulator: ModemSimulator) -> None:
    client = GsmModem(simulator.path, 115200)
    client.connect()
    client.sendSms(TO, "a long text to a phone " * 10, waitForDeliveryReport=False)
    client.close()
    assert simulator.wait_for_sent(1)[0].parts == 2


@pytest.mark.parametrize(
    ("name", "command", "answer"),
    [
        ("huawei-e173", "AT+CEREG?", ["ERROR"]),
        ("huawei-e173", "AT+CMMS=2", ["ERROR"]),
        ("huawei-e173", "AT+CREG=2;+CREG?", ["+CREG: 2,1,00C3,0001A2B4,2", "OK"]),
        ("zte-mf190", "AT+CMGW=20", ["ERROR"]),
        ("zte-mf190", "AT+CMSS=1", ["ERROR"]),
        ("zte-mf190", "AT+CNMI=2,1,0,1,0", ["+CMS ERROR: 305"]),
        ("quectel-ec25", "AT+CNMI=2,1,0,1,0", ["+CMS ERROR: 305"]),
        ("quectel-ec25", "AT+CPMS?", ['+CPMS: "ME",0,23,"ME",0,23,"ME",0,23', "OK"]),
        ("sim7600", "AT+CREG?;+CEREG?", ["+CREG: 0,0", "+CEREG: 0,1", "OK"]),
        ("generic", "AT+QURCCFG?", ["ERROR"]),
    ],
)
def test_each_has_its_ways(name: str, command: str, answer: list[str]) -> None:
    with ModemSimulator(model=name) as simulator, Line(simulator.path) as line:
        line.type("AT^CURC=0\rATE0\r", "ATE0\r\r\nOK\r\n")
        line.type("AT+CPMS?\r", "OK\r\n")
        assert line.ask(command) == answer


@pytest.mark.parametrize(
    ("name", "noise", "silenced_by"),
    [("huawei-e173", "^RSSI: 18", "AT^CURC=0"), ("zte-mf190", "+ZUSIMR:2", "AT+CPMS?")],
)
def test_noise_goes_on_until_it_is_silenced(name: str, noise: str, silenced_by: str) -> None:
    often = replace(personality(name), noise=Noise((noise,), 0.01, silenced_by[2:]))
    with ModemSimulator(model=often) as simulator, Line(simulator.path) as line:
        assert line.next_line() == line.next_line() == noise
        line.type(f"{silenced_by}\r", "OK\r\n")
        simulator.receive_sms(FROM, "hello")
        line.type("AT+CNMI=2,1\rATE0\r", "ATE0\r\r\nOK\r\n")
        simulator.receive_sms(FROM, "hello")
        assert "+CMTI" in line.next_line()


def test_unsolicited_lines_move_to_another_port() -> None:
    with (
        ModemSimulator(model="quectel-ec25") as simulator,
        Line(simulator.ports[2]) as main,
        Line(simulator.ports[3]) as second,
    ):
        main.type("ATE0\r", "OK\r\n")
        assert main.ask("AT+QURCCFG?") == ['+QURCCFG: "urcport","usbat"', "OK"]
        main.ask('AT+QURCCFG="urcport","usbmodem"')
        main.ask("AT+CNMI=2,1")
        simulator.receive_sms(FROM, "hello")
        assert second.next_line() == '+CMTI: "ME",0'
        assert main.ask("AT") == ["OK"]


def test_a_model_that_keeps_no_state_leaves_a_sent_message_unsent() -> None:
    with ModemSimulator(model="sim7600") as simulator, Line(simulator.path) as line:
        line.type(f"AT+CMGW={PDU.length}\r", "> ")
        line.type(f"{PDU.hex}\x1a", "OK\r\n")
        line.type("AT+CMSS=0\r", "OK\r\n")
        assert "+CMGL: 0,2,," in line.type("AT+CMGL=4\r", "\r\nOK\r\n")
        assert len(simulator.taken) == 1


def test_a_silent_port_answers_nothing() -> None:
    with (
        ModemSimulator(model="quectel-ec25") as simulator,
        Line(simulator.ports[0]) as silent,
        Line(simulator.path) as line,
    ):
        silent.write("AT\r")
        line.type("AT\r", "OK\r\n")
        assert silent.waiting == 0
