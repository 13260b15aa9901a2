"""A SIM as its network sees it: what waits for it, and what goes wrong on the way."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from textback.modem.simulator.outcomes import Later

DELIVERED = 0x00


@dataclass(frozen=True, slots=True)
class Downlink:
    """What the network holds for a SIM."""

    tpdu: bytes
    is_report: bool


@dataclass(slots=True)
class Reports:
    """How status reports come. A phone reports later than the modem hears that the network has the
    text: clients rely on it. `statuses` are the TP-ST of the next ones; `to_lose` counts down."""

    seconds: float = 0.3
    never: bool = False
    to_lose: int = 0
    statuses: deque[int] = field(default_factory=deque)

    def next_status(self) -> int | None:
        """The TP-ST of the next report; None when it gets lost."""
        status = self.statuses.popleft() if self.statuses else DELIVERED
        if self.never or self.to_lose:
            self.to_lose = max(self.to_lose - 1, 0)
            return None
        return status


@dataclass(slots=True)
class Arrivals:
    """How the next text comes: its parts in reverse, its first part missing, everything twice, or
    its last octets cut off."""

    in_reverse: bool = False
    without_first: bool = False
    twice: bool = False
    corrupt: bool = False

    def apply(self, tpdus: list[bytes]) -> list[bytes]:
        """The parts as they will come. Faults are over with one text."""
        if self.in_reverse:
            tpdus = tpdus[::-1]
        if self.without_first:
            tpdus = tpdus[1:]
        if self.corrupt:
            tpdus = [tpdu[:-2] for tpdu in tpdus]
        if self.twice:
            tpdus = [tpdu for tpdu in tpdus for _ in range(2)]
        self.in_reverse = self.without_first = self.twice = self.corrupt = False
        return tpdus


@dataclass(slots=True)
class Subscriber:
    """`post` has a task run by the modem's own thread, which alone touches what is here; `later`
    is that thread's clock; `on_waiting` is called when there is something to fetch."""

    number: str
    post: Callable[[Callable[[], None]], None]
    later: Later
    on_waiting: Callable[[], None] = lambda: None
    covered: bool = True
    waiting: deque[Downlink] = field(default_factory=deque)
    reports: Reports = field(default_factory=Reports)
    arrivals: Arrivals = field(default_factory=Arrivals)

    def queue(self, downlink: Downlink) -> None:
        """Something comes in."""
        self.waiting.append(downlink)
        self.on_waiting()

    def queue_parts(self, tpdus: list[bytes], seconds_between: float) -> None:
        """The parts of a text come in one after the other."""
        for number, tpdu in enumerate(self.arrivals.apply(tpdus)):
            downlink = Downlink(tpdu, is_report=False)
            if number:
                self.later(number * seconds_between, partial(self.queue, downlink))
            else:
                self.queue(downlink)
