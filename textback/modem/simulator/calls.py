"""Incoming calls of a simulated modem: RING, +CRING, +CLIP, NO CARRIER."""

from collections.abc import Callable

from textback.modem.simulator.outcomes import Later
from textback.modem.simulator.results import NoCarrier
from textback.modem.simulator.settings import Settings
from textback.modem.simulator.trouble import Trouble

_RING_SECONDS = 3.0


class Calls:
    """One call at a time; `ringing` and `active` hold its caller, "" for a number withheld."""

    def __init__(
        self, settings: Settings, trouble: Trouble, announce: Callable[..., None], later: Later
    ) -> None:
        self.ringing: str | None = None
        self.active: str | None = None
        self.hung_up = 0
        self._settings = settings
        self._trouble = trouble
        self._announce = announce
        self._later = later
        self._count = 0

    def ring(self, caller: str) -> None:
        """A call comes in and rings until somebody ends or answers it."""
        self.ringing = caller
        self._trouble.deaf = self._trouble.deaf_after_call
        self._count += 1
        self._ring_on(self._count)

    def answer(self) -> None:
        """ATA. Raises NoCarrier when nothing rings."""
        if self.ringing is None:
            raise NoCarrier
        self.active, self.ringing = self.ringing, None

    def hang_up(self) -> None:
        """AT+CHUP, ATH: ends the call, if there is one."""
        if self.ringing is not None or self.active is not None:
            self.ringing = self.active = None
            self.hung_up += 1

    def give_up(self) -> None:
        """The caller ends the call."""
        if self.ringing is not None or self.active is not None:
            self.ringing = self.active = None
            self._announce("NO CARRIER")

    def power_cycle(self) -> None:
        """Calls do not live through it."""
        self.ringing = self.active = None
        self._trouble.deaf = False

    @property
    def listed(self) -> list[str]:
        """What AT+CLCC lists (3GPP TS 27.007, clause 7.18)."""
        states = ((self.ringing, 4), (self.active, 0))
        return [
            f'+CLCC: 1,1,{state},0,0,"{caller}",{_type_of(caller)}'
            for caller, state in states
            if caller is not None
        ]

    def _ring_on(self, count: int) -> None:
        if self.ringing is None or count != self._count:
            return
        self._announce("+CRING: VOICE" if self._settings["+CRC"] == "1" else "RING")
        if self._settings["+CLIP"] == "1":
            validity = 0 if self.ringing else 1
            line = f'+CLIP: "{self.ringing}",{_type_of(self.ringing)},,,,{validity}'
            self._announce(line)
        self._later(_RING_SECONDS, lambda: self._ring_on(count))


def _type_of(number: str) -> int:
    return 145 if number.startswith("+") else 129
