"""One port of a simulated modem: commands typed there, their responses, and announcements."""

from collections import deque
from collections.abc import Callable
from typing import Protocol

from textback.modem.simulator.grammar import Call, command_of, parse
from textback.modem.simulator.outcomes import Later, Outcome, Prompt, Sending
from textback.modem.simulator.results import CommandError
from textback.modem.simulator.settings import Settings
from textback.modem.simulator.terminal import Terminal
from textback.modem.simulator.trouble import Hold, Trouble
from textback.modem.simulator.uplink import Result, Uplink

_NUMERIC = {"OK": "0", "RING": "2", "NO CARRIER": "3", "ERROR": "4"}
_RESTART = "+CFUN=1,1"


class Modem(Protocol):
    """What all ports share."""

    trouble: Trouble
    settings: Settings
    uplink: Uplink
    later: Later

    def execute(self, call: Call) -> Outcome:
        """Raises CommandError."""

    def idle(self) -> None:
        """A response has gone out."""


class Session:
    """`announces` is whether unsolicited lines come out here."""

    def __init__(self, modem: Modem, show: Callable[[bytes], None], *, announces: bool) -> None:
        self.announces = announces
        self.terminal = Terminal(self._show, self._run)
        self._modem = modem
        self._out = show
        self._verbose = True
        self._quiet = False
        self._executing = False
        self._power_on = 0
        self._announcements: deque[list[str]] = deque()

    def announce(self, lines: list[str]) -> None:
        """Queues unsolicited lines that belong together; they come out between responses."""
        self._announcements.append(lines)
        self.show_announcements()

    def reset(self) -> None:
        """ATZ: echo and result codes as from the factory."""
        self.terminal.echo = True
        self._verbose, self._quiet = True, False

    def power_cycle(self) -> None:
        """Everything typed and everything queued is gone."""
        self.reset()
        self.terminal.forget()
        self._announcements.clear()
        self._power_on += 1

    def show_announcements(self) -> None:
        """Shows those that wait, unless a response is under way or a fault keeps them back."""
        if self._executing or self.terminal.busy or self.terminal.in_text:
            return
        hold = self._modem.trouble.hold
        if hold in (Hold.RESPONSE, Hold.RESULT):
            return
        if hold is Hold.PAIR:
            if len(self._announcements) < 2:
                return
            self._modem.trouble.hold = None
        self._show(self._take_announcements())

    def _take_announcements(self) -> bytes:
        shown = b"".join(map(_framed, self._announcements))
        self._announcements.clear()
        return shown

    def _show(self, data: bytes) -> None:
        if data and not self._modem.trouble.hung:
            self._out(data)

    def _run(self, line: str) -> None:
        trouble = self._modem.trouble
        if trouble.hung and _RESTART not in line.upper().replace(" ", ""):
            return
        trouble.hung = False
        command = command_of(line)
        if command is None:
            return
        try:
            calls = deque(parse(command))
        except CommandError as error:
            self._fail([], error)
        else:
            self._proceed(calls, [])

    def _proceed(self, calls: deque[Call], lines: list[str]) -> None:
        try:
            while calls:
                outcome = self._execute(calls.popleft())
                if isinstance(outcome, Prompt):
                    self._ask_for_text(outcome, lines)
                    return
                if isinstance(outcome, Sending):
                    self._send(outcome, calls, lines)
                    return
                lines = lines + outcome
        except CommandError as error:
            self._fail(lines, error)
        else:
            self._respond(lines, "OK")

    def _execute(self, call: Call) -> Outcome:
        match call.name:
            case "E":
                self.terminal.echo = call.text(0) == "1"
            case "V":
                self._verbose = call.text(0) == "1"
            case "Q":
                self._quiet = call.text(0) == "1"
            case _:
                if call.name in ("Z", "&F"):
                    self.reset()
                self._executing = True
                try:
                    return self._modem.execute(call)
                finally:
                    self._executing = False
        return []

    def _ask_for_text(self, prompt: Prompt, lines: list[str]) -> None:
        trouble = self._modem.trouble
        if trouble.prompts_to_lose:
            trouble.prompts_to_lose -= 1
            return
        delay, trouble.prompt_delay = trouble.prompt_delay, 0.0
        if not delay:
            self.terminal.prompt(lambda body: self._take_text(prompt, body, lines))
            return
        self.terminal.busy = True
        power_on = self._power_on
        self._modem.later(delay, lambda: self._prompt_late(prompt, lines, power_on))

    def _prompt_late(self, prompt: Prompt, lines: list[str], power_on: int) -> None:
        if power_on == self._power_on:
            self.terminal.busy = False
            self.terminal.prompt(lambda body: self._take_text(prompt, body, lines))
            self.terminal.type()

    def _take_text(self, prompt: Prompt, body: str | None, lines: list[str]) -> None:
        trouble = self._modem.trouble
        if body is None:
            self._respond(lines, "OK")
        elif trouble.on_next_pdu:
            vanish, trouble.on_next_pdu = trouble.on_next_pdu, None
            vanish()
        else:
            self._finish_text(prompt, body, lines)

    def _finish_text(self, prompt: Prompt, body: str, lines: list[str]) -> None:
        try:
            outcome = prompt.finish(body)
        except CommandError as error:
            self._fail(lines, error)
            return
        if isinstance(outcome, Sending):
            self._send(outcome, deque(), lines)
        elif isinstance(outcome, list):
            self._respond(lines + outcome, "OK")

    def _send(self, sending: Sending, calls: deque[Call], lines: list[str]) -> None:
        self.terminal.busy = True
        power_on = self._power_on
        self._modem.uplink.send(
            sending, lambda result: self._take_result(result, calls, lines, power_on)
        )

    def _take_result(
        self, result: Result, calls: deque[Call], lines: list[str], power_on: int
    ) -> None:
        if power_on != self._power_on:
            return
        self.terminal.busy = False
        if self._modem.trouble.hold is Hold.RESULT:
            self._modem.trouble.hold = None
            self.show_announcements()
        if result is None:
            self._modem.later(0, self._settle)
        elif isinstance(result, CommandError):
            self._fail(lines, result)
        else:
            self._proceed(calls, lines + result)
        self.terminal.type()

    def _fail(self, lines: list[str], error: CommandError) -> None:
        self._respond(lines, error.result(int(self._modem.settings["+CMEE"])))

    def _respond(self, lines: list[str], final: str) -> None:
        shown = _framed(lines[:1]) if lines else b""
        if lines and self._modem.trouble.hold is Hold.RESPONSE and self._announcements:
            self._modem.trouble.hold = None
            shown += self._take_announcements()
        shown += b"".join(line.encode("latin-1", "replace") + b"\r\n" for line in lines[1:])
        self._show(shown + self._result(final))
        self._modem.later(0, self._settle)

    def _result(self, final: str) -> bytes:
        if self._quiet:
            return b""
        if self._verbose:
            return _framed([final])
        return _NUMERIC.get(final, final).encode() + b"\r"

    def _settle(self) -> None:
        self.show_announcements()
        self._modem.idle()


def _framed(lines: list[str]) -> bytes:
    return ("\r\n" + "\r\n".join(lines) + "\r\n").encode("latin-1", "replace")
