"""What a modem tells by itself."""

import re
from dataclasses import dataclass, field

from textback.modem.pdu import Deliver, StatusReport, Unreadable, read_incoming
from textback.modem.sorter import Line

_STORED = re.compile(r"\+(?:CMTI|CDSI):")
_PLACE = re.compile(r'\s*"?(\w{2})"?\s*,\s*(\d{1,5})(?!\d)', re.ASCII)
_DIRECT = re.compile(r"\+(?:CMT|CDS):")
_RINGING = re.compile(r"RING|\+CRING:")
# <number>,<type>,<subaddr>,<satype>,<alpha>,<CLI validity> (3GPP TS 27.007, clause 7.11)
_CALLER = re.compile(
    r'\+CLIP:\s*"([^"]*)"(?:\s*,\s*(\d+))?(?:,[^,]*,[^,]*,(?:"[^"]*"|[^,]*),\s*(\d))?'
)
_INTERNATIONAL = "145"
_WITHHELD = "1"
_OVER = "NO CARRIER"
_BETWEEN_CALLS = 8.0  # seconds; a phone rings every 3 to 6

Received = Deliver | StatusReport | Unreadable


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message lies: storage ("SM", "ME", ...) and index."""

    storage: str
    index: int


@dataclass(frozen=True, slots=True)
class NewStored:
    """A message was stored: `Modem.read` it."""

    place: Place


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message that is not stored on the SIM: this is all there is of it."""

    pdu: str = field(repr=False)
    value: Received


@dataclass(frozen=True, slots=True)
class SweepDue:
    """Something was stored, the modem does not say where: look through `Modem.stored`."""


@dataclass(frozen=True, slots=True)
class Ring:
    """Somebody called the SIM, and was hung up; "" when the number was withheld."""

    caller: str = field(repr=False)


Incoming = NewStored | Arrived | SweepDue | Ring


def message_event(line: Line) -> NewStored | Arrived | SweepDue | None:
    """The message that an unsolicited line tells of, None when it tells of none."""
    if stored := _STORED.match(line.text):
        place = _PLACE.match(line.text, stored.end())
        return NewStored(Place(place[1], int(place[2]))) if place else SweepDue()
    if line.pdu is not None and _DIRECT.match(line.text):
        return Arrived(line.pdu, read_incoming(line.pdu))
    return None


class CallWatch:
    """Recognises calls in RING and +CLIP lines, and tells of each once. `now` is in seconds."""

    def __init__(self) -> None:
        self.must_hang_up = False
        self._rings = 0
        self._told: str | None = None  # whose call was told
        self._last = float("-inf")

    def feed(self, line: Line, now: float) -> Ring | None:
        """The call, once all is known of it that will be known."""
        if line.text == _OVER:
            return self._over()
        caller = _CALLER.match(line.text)
        if not caller and not _RINGING.match(line.text):
            return None
        number = _number(caller) if caller else ""
        if now - self._last > _BETWEEN_CALLS or (number and self._told not in (None, number)):
            self._rings, self._told = 0, None
        self._last = now
        self._rings += caller is None
        # The caller's number, if any comes, comes between the first ring and the second.
        if not caller and self._rings < 2:
            return None
        self.must_hang_up = True
        return self._tell(number)

    def _tell(self, number: str) -> Ring | None:
        if self._told is not None:
            return None
        self._told = number
        return Ring(number)

    def _over(self) -> Ring | None:
        """Who gave up before the second ring called all the same."""
        ring = self._tell("") if self._rings else None
        self._rings, self._told = 0, None
        return ring


def _number(caller: re.Match[str]) -> str:
    """The caller's number, "" where it was withheld."""
    number, kind, validity = caller.groups()
    if validity == _WITHHELD:
        return ""
    international = kind == _INTERNATIONAL and number[:1].isdecimal()
    return f"+{number}" if international else str(number)
