"""The network behind simulated modems: what it took, from whom, and at which pace."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.modem.terminal import Line
from textback.modem.pdu import SubmitPdu, encode_submit
from textback.modem.simulator import ModemSimulator, Network
from textback.modem.simulator.outcomes import Sending
from textback.modem.simulator.settings import Settings
from textback.modem.simulator.trouble import Trouble
from textback.modem.simulator.uplink import Pace, Uplink

FIRST, SECOND, PHONE = "+15550001111", "+15550002222", "+15551234567"


def send(line: Line, pdu: SubmitPdu) -> None:
    line.type(f"AT+CMGS={pdu.length}\r", "\r\n> ")
    line.type(f"{pdu.hex}\x1a", "\r\nOK\r\n")


def test_two_modems_share_a_network_that_knows_who_sent_what() -> None:
    network = Network()
    pdus = encode_submit(PHONE, "x" * 200, reference=3, status_report=False)
    with (
        ModemSimulator(network=network, number=FIRST) as first,
        ModemSimulator(network=network, number=SECOND) as second,
        Line(first.path) as one,
        Line(second.path) as two,
    ):
        for pdu in pdus:
            send(one, pdu)
        send(two, pdus[0])
        assert [(taken.sim, taken.reference, taken.pdu) for taken in network.taken] == [
            (FIRST, 0, pdus[0].hex),
            (FIRST, 1, pdus[1].hex),
            (SECOND, 0, pdus[0].hex),
        ]
        assert network.doubled == [pdus[0].hex]
        assert (len(first.sent), len(second.sent)) == (1, 0)


def test_one_modem_texts_the_other() -> None:
    network = Network()
    [pdu] = encode_submit(SECOND, "hello", reference=0, status_report=False)
    with (
        ModemSimulator(network=network, number=FIRST) as first,
        ModemSimulator(network=network, number=SECOND) as second,
        Line(first.path) as one,
        Line(second.path) as two,
    ):
        two.type("AT+CMGF=1;+CNMI=2,2\r", "OK\r\n")
        send(one, pdu)
        assert f'"{FIRST}"' in two.type("", "hello\r\n")


def test_two_modems_cannot_have_one_number() -> None:
    network = Network()
    with (
        ModemSimulator(network=network),
        pytest.raises(ValueError, match="another simulated modem"),
        ModemSimulator(network=network),
    ):
        pass


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0
        self._tasks: list[tuple[float, Callable[[], None]]] = []

    def later(self, seconds: float, task: Callable[[], None]) -> None:
        self._tasks.append((self.now + seconds, task))

    def run(self, until: float) -> None:
        while due := [entry for entry in self._tasks if entry[0] <= until]:
            first = min(due, key=lambda entry: entry[0])
            self._tasks.remove(first)
            self.now = first[0]
            first[1]()
        self.now = until


class Radio:
    """An uplink whose parts are noted with the time at which the network took them."""

    def __init__(self, pace: Pace, cmms: str) -> None:
        self.clock = Clock()
        self.settings = Settings({})
        self.settings["+CMMS"] = cmms
        self.times: list[float] = []
        self.uplink = Uplink(
            lambda _pdu, _reference: self.times.append(self.clock.now),
            lambda: True,
            self.settings,
            Trouble(),
            self.clock.later,
            pace,
        )

    def send(self, count: int) -> list[float]:
        """All at once, as from several ports."""
        for _ in range(count):
            self.uplink.send(Sending(b"", lambda _: []), lambda _: None)
        self.clock.run(self.clock.now + 30)
        return self.times


def test_parts_go_one_at_a_time_at_the_pace() -> None:
    assert Radio(Pace(part=2.5), "0").send(3) == [2.5, 5.0, 7.5]


@pytest.mark.parametrize(
    ("cmms", "times", "left"),
    [("0", [3.0, 6.0, 9.0], "0"), ("1", [3.0, 5.0, 7.0], "0"), ("2", [3.0, 5.0, 7.0], "2")],
)
def test_cmms_keeps_the_link_for_the_next_part(cmms: str, times: list[float], left: str) -> None:
    radio = Radio(Pace(part=2.0, link=1.0), cmms)
    assert radio.send(3) == times
    assert radio.settings["+CMMS"] == left


def test_a_link_without_a_further_text_is_given_up() -> None:
    radio = Radio(Pace(part=2.0, link=1.0), "2")
    radio.send(1)
    assert radio.send(1) == [3.0, 33.0]


def test_the_network_knows_nothing_of_a_modem_that_was_switched_off() -> None:
    network = Network()
    for _ in range(2):
        with ModemSimulator(network=network) as simulator:
            assert Path(simulator.path).exists()
