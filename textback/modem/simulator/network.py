"""The far side of a simulated modem: a network that joins texts, and the phones behind it."""

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import count

from textback.modem.pdu import Submit, encode_deliver, encode_status_report, join_text

_DELIVERED = 0x00
# A phone reports later than the modem hears that the network has the text, and a network hands
# over the parts of a text one after the other: clients rely on both.
_REPORT_SECONDS = 0.3
_PART_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class SentSms:
    """A text as a phone shows it, whole; `refs` are the TP-MRs of its `parts` in order."""

    to: str
    text: str
    parts: int
    refs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Downlink:
    """What the network holds for the SIM."""

    tpdu: bytes
    is_report: bool


@dataclass(slots=True)
class Network:
    """Takes SUBMITs, hands whole texts to `on_sent`, and queues what comes back for the SIM.

    `later(seconds, task)` is its clock; `on_waiting` is called when there is something to fetch.
    """

    on_sent: Callable[[SentSms], None]
    later: Callable[[float, Callable[[], None]], None]
    on_waiting: Callable[[], None] = lambda: None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    registered: bool = True
    waiting: deque[Downlink] = field(default_factory=deque)
    _parts: dict[tuple[str, int, int], dict[int, tuple[Submit, int]]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    _references: "count[int]" = field(default_factory=lambda: count(1))

    def submit(self, submit: Submit, reference: int) -> None:
        """Takes one part, sent under TP-MR `reference`."""
        to = submit.recipient.text
        concat = submit.user_data.concat
        if concat is None:
            self._hand_over(to, [(submit, reference)])
        else:
            key = (to, concat.reference, concat.total)
            self._parts[key][concat.number] = (submit, reference)
            if len(self._parts[key]) == concat.total:
                parts = self._parts.pop(key)
                self._hand_over(to, [parts[number] for number in sorted(parts)])
        if submit.status_report:
            self.later(_REPORT_SECONDS, partial(self.report, to, reference, _DELIVERED))

    def report(self, to: str, reference: int, status: int) -> None:
        """Queues a status report for the part sent under `reference`."""
        now = self.now()
        tpdu = encode_status_report(
            to, reference=reference, status=status, sent_at=now, done_at=now
        )
        self._queue(Downlink(tpdu, is_report=True))

    def text(self, from_: str, text: str) -> None:
        """A phone (or a named sender) texts the SIM. Raises ValueError for an impossible sender."""
        reference = next(self._references) % 256
        parts = encode_deliver(from_, text, at=self.now(), reference=reference)
        downlinks = [Downlink(tpdu, is_report=False) for tpdu in parts]
        self._queue(downlinks[0])
        for number, downlink in enumerate(downlinks[1:], 1):
            self.later(number * _PART_SECONDS, partial(self._queue, downlink))

    def _queue(self, downlink: Downlink) -> None:
        self.waiting.append(downlink)
        self.on_waiting()

    def _hand_over(self, to: str, parts: list[tuple[Submit, int]]) -> None:
        text = join_text(submit.user_data for submit, _ in parts)
        self.on_sent(SentSms(to, text, len(parts), tuple(ref for _, ref in parts)))
