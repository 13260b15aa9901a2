"""The dialogue with a modem: one command in hand, one answer to it, and what comes by itself."""

import re
import time
from collections.abc import Callable

from textback.core.errors import LinkDown, SendUnconfirmed
from textback.modem.lines import LineCutter
from textback.modem.masking import masked_line, masked_pdu
from textback.modem.port import Port
from textback.modem.sorter import Answer, Command, Line, Sorter

Tell = Callable[[str], None]

_ATTENTION = Command("AT")
_ABORT = b"\x1b\r"
_END_OF_TEXT = b"\x1a"
_HEX = re.compile(r"[0-9A-Fa-f]+")
_ATTEMPTS = 3
ATTENTION_SECONDS = 2.0
_MOST_TIME_OUTS = 3
_QUIET_SECONDS = 0.1
_DRAIN_SECONDS = 2.0


class Hung(LinkDown):
    """The modem does not answer any more: opening its port again may not be enough."""


class NoAnswer(Hung):
    """No answer in time, and nothing was sent; the dialogue is in step again."""


class Dialogue:
    """Owned by one thread, except `wake`. Any method may raise LinkDown.

    `tell` gets each line of the exchange, masked: > was written, < answers, * came by itself, ! is
    a time-out. `patience` is how many seconds an AT may take to be answered.
    """

    def __init__(
        self, port: Port, tell: Tell | None = None, patience: float = ATTENTION_SECONDS
    ) -> None:
        self._port = port
        self._tell = tell
        self._patience = patience
        self._time_outs = 0
        self._cutter = LineCutter()
        self._sorter = Sorter()

    def ask(self, command: Command, timeout: float) -> Answer:
        """The answer to a command. Raises NoAnswer after `timeout` seconds."""
        self._begin(command)
        if not self._read_until(self._answered, timeout):
            raise self._timed_out(f"no answer to {masked_line(command.text)} in {timeout:g} s")
        return self._end()

    def hand_over(
        self, command: Command, body: str, *, prompt_timeout: float, timeout: float
    ) -> Answer:
        """The answer to a command that asks for a PDU; prompt and PDU are one step.

        Raises NoAnswer when no prompt came, SendUnconfirmed when the PDU left and no answer came.
        LinkDown means that the PDU did not leave.
        """
        if not _HEX.fullmatch(body):
            raise ValueError("a PDU has hexadecimal digits only")
        self._begin(command, body)
        prompted = self._read_until(lambda: self._prompted() or self._answered(), prompt_timeout)
        if self._answered():
            return self._end()
        if not prompted:
            raise self._timed_out(f"no prompt for {command.text} in {prompt_timeout:g} s")
        self._note(">", masked_pdu(body))
        self._port.write(body.encode())
        return self._complete(timeout)

    def wait(self, timeout: float | None) -> list[Line]:
        """The unsolicited lines, as soon as there are any; none after `timeout` s or a `wake`."""
        deadline = _deadline(timeout)
        while not self._sorter.unsolicited:
            data = self._port.read(_left(deadline), wakeable=True)
            if not data:
                break
            self._feed(data)
        return self.heard()

    def heard(self) -> list[Line]:
        """The unsolicited lines that have been read and not told yet; the port is left alone."""
        lines = list(self._sorter.unsolicited)
        self._sorter.unsolicited.clear()
        return lines

    def wake(self) -> None:
        """Ends the `wait` that runs, or else the next one; from any thread."""
        self._port.wake()

    def close(self) -> None:
        """Gives the port back."""
        self._port.close()

    def resynchronise(self) -> None:
        """Leaves a text entry, drops late answers, and makes sure that answers fit again.

        Unsolicited lines are kept. Raises Hung when the modem does not answer.
        """
        if not any(self.takes_at(self._patience) for _ in range(_ATTEMPTS)):
            raise Hung("the modem does not answer")

    def takes_at(self, timeout: float) -> bool:
        """Whether the far side answers AT within `timeout` seconds."""
        self._port.write(_ABORT)
        self._drain()
        self._note(">", _ATTENTION.text)
        self._sorter.begin(_ATTENTION)
        self._port.write(b"AT\r")
        answered = self._read_until(self._answered, timeout)
        self._drain()
        self._sorter.end()
        return answered

    def write_blindly(self, command: str) -> None:
        """Leaves any text entry and writes a command whose answer nobody waits for."""
        self._port.write(_ABORT)
        self._drain()
        self._note(">", command)
        self._port.write(command.encode("ascii") + b"\r")
        self._drain()

    def _timed_out(self, why: str) -> Hung:
        """In step again, and what to raise; a modem that never answers in time is hung."""
        self._note("!", why)
        self._time_outs += 1
        self.resynchronise()
        if self._time_outs < _MOST_TIME_OUTS:
            return NoAnswer(why)
        return Hung(f"{why}, {self._time_outs} times in a row")

    def _note(self, direction: str, text: str) -> None:
        if self._tell:
            self._tell(f"{direction} {text}")

    def _begin(self, command: Command, body: str = "") -> None:
        self._drop_late_answers()
        self._note(">", masked_line(command.text))
        self._sorter.begin(command, body)
        self._port.write(command.text.encode("ascii") + b"\r")

    def _end(self) -> Answer:
        answer = self._sorter.answer
        self._sorter.end()
        if answer is None:
            raise AssertionError("ended before it was answered")
        self._time_outs = 0
        return answer

    def _complete(self, timeout: float) -> Answer:
        try:
            self._port.write(_END_OF_TEXT)
            if self._read_until(self._answered, timeout):
                return self._end()
            self._port.write(_ABORT)
            self._drain()
            late = self._sorter.answer
            self.resynchronise()
        except LinkDown as error:
            raise SendUnconfirmed(f"the PDU left, then {error}") from error
        if late and late.lines:
            return late
        self._note("!", f"no answer to the PDU in {timeout:g} s")
        raise SendUnconfirmed(f"the PDU left, and no answer came in {timeout:g} s")

    def _answered(self) -> bool:
        return self._sorter.answer is not None

    def _prompted(self) -> bool:
        return self._cutter.take_prompt() or self._sorter.prompted

    def _drop_late_answers(self) -> None:
        while data := self._port.read(0):
            self._feed(data)

    def _drain(self) -> None:
        deadline = _deadline(_DRAIN_SECONDS)
        while time.monotonic() < deadline and (data := self._port.read(_QUIET_SECONDS)):
            self._feed(data)
        self._cutter.take_prompt()

    def _read_until(self, done: Callable[[], bool], timeout: float) -> bool:
        deadline = _deadline(timeout)
        while not done():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self._feed(self._port.read(left))
        return True

    def _feed(self, data: bytes) -> None:
        for line in self._cutter.feed(data):
            if mark := self._sorter.mark(line) if self._tell else "":
                self._note(mark, masked_line(line, answers=mark == "<"))
            self._sorter.feed(line)


def _deadline(timeout: float | None) -> float:
    return float("inf") if timeout is None else time.monotonic() + timeout


def _left(deadline: float) -> float | None:
    return None if deadline == float("inf") else max(deadline - time.monotonic(), 0)
