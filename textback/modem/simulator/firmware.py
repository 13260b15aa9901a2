"""The simulated modem itself: its settings and storages, its answers, and what it announces."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from textback.modem.pdu.address import encode_smsc, parse_number
from textback.modem.simulator.grammar import Call, command_of, parse
from textback.modem.simulator.network import Downlink, Network
from textback.modem.simulator.results import CmsError, CommandError
from textback.modem.simulator.storage import Stat, Storage
from textback.modem.simulator.terminal import Terminal

DEFAULT_SETTINGS = {"+CMEE": "0", "+CMGF": "0", "+CREG": "0", "+CEREG": "0", "+CGREG": "0"}
_RING_SECONDS = 3.0
NO_INDICATIONS = (0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Identity:
    """What the modem and its SIM say of themselves."""

    number: str
    manufacturer: str = "textback"
    model: str = "Simulated modem"
    revision: str = "1"
    imei: str = "350000000000006"
    imsi: str = "001010000000001"
    operator: str = "Simulated network"
    smsc: str = "+15550000000"


class Hold(Enum):
    """What announcements wait for, when a fault keeps them back."""

    RESPONSE = "response"  # come out in the middle of the next response
    RESULT = "result"  # come out between the next PDU and its result
    PAIR = "pair"  # come out two in one write


@dataclass(slots=True)
class Trouble:
    """Faults that wait for their moment."""

    hold: Hold | None = None
    prompt_delay: float = 0.0
    answers_to_lose: int = 0
    cms_errors: deque[int] = field(default_factory=deque)
    dribble: bool = False
    on_next_pdu: Callable[[], None] | None = None


class Later(Protocol):
    """Has a task run after some seconds."""

    def __call__(self, seconds: float, task: Callable[[], None]) -> None: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """A command that asks for a text: `finish` takes it and returns the response's lines."""

    finish: Callable[[str], list[str]]
    seconds: float = 0.0
    is_send: bool = False


Handler = Callable[["Firmware", Call], list[str] | Entry]


class Firmware:
    """Not thread-safe: everything happens in the loop's thread."""

    def __init__(
        self,
        identity: Identity,
        network: Network,
        commands: dict[str, Handler],
        show: Callable[[bytes], None],
        later: Later,
        *,
        capacity: int,
        pin: str | None,
    ) -> None:
        self.identity = identity
        self.network = network
        self.storages = {"SM": Storage(capacity), "ME": Storage(capacity)}
        self.pin = pin
        self.pin_attempts = 3
        self.locked = pin is not None
        self.trouble = Trouble()
        self.seconds_per_part = 0.0
        self.ringing: str | None = None
        self.hung_up = 0
        self.terminal = Terminal(show, self._run)
        self._commands = commands
        self._show = show
        self._later = later
        self._announcements: deque[list[str]] = deque()
        self._reference = -1
        network.on_waiting = self.receive
        self.reset()

    def reset(self) -> None:
        """ATZ and power-on: settings as from the factory, messages kept."""
        self.settings = dict(DEFAULT_SETTINGS)
        self.memories = ["SM", "SM", "SM"]
        self.indications = NO_INDICATIONS
        self.terminal.echo = True

    def power_cycle(self) -> None:
        """Everything volatile is gone, and the SIM wants its PIN again."""
        self.reset()
        self.terminal.forget()
        self._announcements.clear()
        self.locked = self.pin is not None

    @property
    def command_names(self) -> list[str]:
        """All commands, in order."""
        return sorted(self._commands)

    def next_reference(self) -> int:
        """The TP-MR of the next part."""
        self._reference = (self._reference + 1) % 256
        return self._reference

    def announce(self, *lines: str) -> None:
        """Queues unsolicited lines that belong together; they come out between responses."""
        self._announcements.append(list(lines))
        self._show_announcements()

    def ring(self, caller: str) -> None:
        """A call comes in and rings until it is hung up."""
        self.ringing = caller
        self._ring_on(caller)

    def hang_up(self) -> None:
        """AT+CHUP, ATH: ends the call that rings."""
        if self.ringing is not None:
            self.ringing = None
            self.hung_up += 1

    def _ring_on(self, caller: str) -> None:
        if self.ringing != caller:
            return
        lines = ["+CRING: VOICE" if self.settings.get("+CRC") == "1" else "RING"]
        if self.settings.get("+CLIP") == "1":
            lines.append(f'+CLIP: "{caller}",{145 if caller.startswith("+") else 129},,,,0')
        for line in lines:
            self.announce(line)
        self._later(_RING_SECONDS, lambda: self._ring_on(caller))

    def receive(self) -> None:
        """Takes from the network what there is room for."""
        waiting = self.network.waiting
        while waiting and self.network.registered and not self.locked and self._take(waiting[0]):
            waiting.popleft()

    def _take(self, downlink: Downlink) -> bool:
        pdu = encode_smsc(parse_number(self.identity.smsc)) + downlink.tpdu
        direct, stored = ("+CDS:", "+CDSI:") if downlink.is_report else ("+CMT: ,", "+CMTI:")
        _, texts, _, reports, _ = self.indications
        if downlink.is_report and reports in (0, 1):
            if reports:
                self.announce(f"{direct} {len(downlink.tpdu)}", pdu.hex().upper())
            return True
        if not downlink.is_report and texts == 2:
            self.announce(f"{direct}{len(downlink.tpdu)}", pdu.hex().upper())
            return True
        memory = self.memories[2]
        if self.storages[memory].full:
            return False
        index = self.storages[memory].add(pdu, Stat.UNREAD)
        if downlink.is_report or texts:
            self.announce(f'{stored} "{memory}",{index}')
        return True

    def _run(self, line: str) -> None:
        command = command_of(line)
        if command is None:
            return
        lines: list[str] = []
        try:
            for call in parse(command):
                outcome = self._execute(call)
                if isinstance(outcome, Entry):
                    self._ask_for_text(outcome)
                    return
                lines += outcome
        except CommandError as error:
            self._respond(lines, error.result(int(self.settings["+CMEE"])))
        else:
            self._respond(lines, "OK")

    def _execute(self, call: Call) -> list[str] | Entry:
        handler = self._commands.get(call.name)
        if handler is None:
            raise CommandError
        return handler(self, call)

    def _ask_for_text(self, entry: Entry) -> None:
        def prompt() -> None:
            self.terminal.busy = False
            self.terminal.prompt(lambda body: self._take_text(entry, body))
            self.terminal.type()

        delay, self.trouble.prompt_delay = self.trouble.prompt_delay, 0.0
        if not delay:
            self.terminal.prompt(lambda body: self._take_text(entry, body))
            return
        self.terminal.busy = True
        self._later(delay, prompt)

    def _take_text(self, entry: Entry, body: str | None) -> None:
        if body is None:
            self._respond([], "OK")
        elif self.trouble.on_next_pdu:
            vanish, self.trouble.on_next_pdu = self.trouble.on_next_pdu, None
            vanish()
        elif entry.seconds:
            self.terminal.busy = True
            self._later(entry.seconds, lambda: self._finish_text(entry, body))
        else:
            self._finish_text(entry, body)

    def _finish_text(self, entry: Entry, body: str) -> None:
        self.terminal.busy = False
        if self.trouble.hold is Hold.RESULT:
            self.trouble.hold = None
            self._show_announcements()
        try:
            if entry.is_send and self.trouble.cms_errors:
                raise CmsError(self.trouble.cms_errors.popleft())
            lines = entry.finish(body)
        except CommandError as error:
            self._respond([], error.result(int(self.settings["+CMEE"])))
        else:
            self._respond_to_text(entry, lines)
        self.terminal.type()

    def _respond_to_text(self, entry: Entry, lines: list[str]) -> None:
        if entry.is_send and self.trouble.answers_to_lose:
            self.trouble.answers_to_lose -= 1
            self._later(0, self.receive)
        else:
            self._respond(lines, "OK")

    def _respond(self, lines: list[str], final: str) -> None:
        shown = _framed([line]) if (line := next(iter(lines), "")) else b""
        if lines and self.trouble.hold is Hold.RESPONSE and self._announcements:
            self.trouble.hold = None
            shown += b"".join(map(_framed, self._announcements))
            self._announcements.clear()
        if lines[1:]:
            shown += "".join(f"{line}\r\n" for line in lines[1:]).encode()
        self._show(shown + _framed([final]))
        self._later(0, self._settle)

    def _settle(self) -> None:
        self._show_announcements()
        self.receive()

    def _show_announcements(self) -> None:
        if self.terminal.busy or self.terminal.in_text:
            return
        hold = self.trouble.hold
        if hold in (Hold.RESPONSE, Hold.RESULT):
            return
        if hold is Hold.PAIR:
            if len(self._announcements) < 2:
                return
            self.trouble.hold = None
        if self._announcements:
            self._show(b"".join(map(_framed, self._announcements)))
            self._announcements.clear()


def _framed(lines: list[str]) -> bytes:
    return ("\r\n" + "\r\n".join(lines) + "\r\n").encode()
