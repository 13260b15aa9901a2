"""What real clients type is answered with the same kind of reply as they were given."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.modem.terminal import Line
from textback.modem.simulator import ModemSimulator

_TABLE = Path(__file__).parents[1] / "fixtures" / "at" / "dialogues.tsv"
_ROWS = [line.split("\t") for line in _TABLE.read_text().splitlines() if line and line[0] != "#"]


@pytest.fixture(scope="module")
def line() -> Iterator[Line]:
    with ModemSimulator() as simulator, Line(simulator.path) as line:
        simulator.receive_sms("+15551234567", "for those who read")
        yield line


@pytest.mark.parametrize(("command", "kind"), _ROWS, ids=[row[0] for row in _ROWS])
def test_each_command_gets_its_kind_of_reply(line: Line, command: str, kind: str) -> None:
    answer = line.ask(command.replace("<ESC><CR>", "\x1b\r"))
    if kind == ">":
        assert answer[-1] == ">"
        assert line.enter("", end="\x1b") == ["OK"]
    elif kind == "ERROR":
        assert answer[-1] == "OK" or "ERROR" in answer[-1]
    else:
        assert answer[-1] == "OK"
        assert kind == "OK" or len(answer) > 1
        assert kind in ("OK", "text") or any(shown.startswith(kind) for shown in answer)


def test_a_command_that_an_announcement_interrupts_is_understood(line: Line) -> None:
    """Seen of gammu: a call came in after the first letter of ATE1."""
    line.type("A", "A")
    assert line.ask("TE1") == ["OK"]
