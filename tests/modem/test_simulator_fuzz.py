"""Whatever is typed at it, the simulated modem answers and lives."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textback.modem.simulator import Network, Patience, personality
from textback.modem.simulator.commands import commands
from textback.modem.simulator.firmware import Firmware, Identity
from textback.modem.simulator.session import Session
from textback.modem.simulator.subscriber import Subscriber
from textback.modem.simulator.uplink import Pace

MODEL = personality("quectel-ec25")
COMMANDS = commands(MODEL)
NAMES = sorted(COMMANDS.keys() - {"Q"})
ARGUMENTS = ["", "0", "1", "2", "4", "-1", "255", "999999999", '"SM"', '"MT"', '"UCS2"', '"HEX"']
ARGUMENTS += ['"ALL"', '"+15551234567"', '"00zz"', "é", "*", '"', '"x']
BODIES = ["", "00", "001100", "0001000B915155214365F7000002E834", "hello", "zz", "é", "0" * 400]

lines = st.builds(
    lambda name, kind, arguments: f"AT{name}{kind}" + ",".join(arguments if kind == "=" else []),
    st.sampled_from(NAMES),
    st.sampled_from(["", "?", "=?", "="]),
    st.lists(st.sampled_from(ARGUMENTS), max_size=5),
)


class Bench:
    """A modem without port and clock: what waits for its time is done at once, after a command."""

    def __init__(self) -> None:
        self.shown = b""
        self._tasks: list[Callable[[], None]] = []
        self._network = Network()
        self._sim = sim = Subscriber("+15550001111", self._tasks.append, self._later)
        modem = Firmware(
            Identity(sim.number),
            MODEL,
            COMMANDS,
            sim,
            self._submit,
            self._later,
            pin="1234",
            pace=Pace(),
            patience=Patience(),
        )
        modem.sim.asks = False
        self.session = Session(modem, self._show, announces=True)
        modem.sessions.append(self.session)
        self._network.text("+15557654321", sim, "hello")

    def type(self, text: str) -> bytes:
        self.shown = b""
        self.session.terminal.type(text.encode("latin-1"))
        for _ in range(3):
            due, self._tasks[:] = self._tasks[:], []
            for task in due:
                task()
        return self.shown.removeprefix(text.encode("latin-1"))

    def _show(self, data: bytes) -> None:
        self.shown += data

    def _submit(self, pdu: bytes, reference: int) -> None:
        self._network.submit(self._sim, pdu, reference)

    def _later(self, seconds: float, task: Callable[[], None]) -> None:
        del seconds
        self._tasks.append(task)


@given(
    st.lists(st.tuples(lines, st.sampled_from(BODIES), st.sampled_from("\x1a\x1b")), max_size=20)
)
@settings(deadline=None)
def test_every_command_is_answered(typed: list[tuple[str, str, str]]) -> None:
    bench = Bench()
    for line, body, end in typed:
        assert bench.type(f"{line}\r"), line
        if bench.session.terminal.in_text:
            assert bench.type(f"{body}{end}"), (line, body)


@given(st.text(st.characters(max_codepoint=0xFF), max_size=200))
@settings(deadline=None)
def test_any_bytes_leave_it_answering(typed: str) -> None:
    bench = Bench()
    bench.type(typed.replace("Q", "").replace("q", ""))
    bench.type("\x1b\rATE0V1\r")
    assert bench.type("AT\r").endswith(b"\r\nOK\r\n")


@pytest.mark.parametrize("line", ["AT+CMEE=1,2", 'AT+CMGF=0,""', "AT+CREG=9", "AT+CSCS=9"])
def test_settings_take_nothing_else(line: str) -> None:
    assert b"ERROR" in Bench().type(f"{line}\r")
