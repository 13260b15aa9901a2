"""The far side of simulated modems: a network that joins texts, and the phones behind it."""

import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import count

from textback.modem.pdu import (
    Submit,
    decode_submit,
    encode_deliver,
    encode_status_report,
    join_text,
)
from textback.modem.simulator.subscriber import Downlink, Subscriber

# A network hands over the parts of a text one after the other: clients rely on it.
_PART_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class SentSms:
    """A text as a phone shows it, whole; `refs` are the TP-MRs of its `parts` in order."""

    to: str
    text: str
    parts: int
    refs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """One SUBMIT that the network took: from the SIM with number `sim`, under TP-MR `reference`.

    `pdu` is in hex as the modem got it, service centre first; `at` is in UTC.
    """

    sim: str
    to: str
    reference: int
    pdu: str = field(repr=False)
    at: datetime


class Network:
    """Shared by any number of modems; its methods may be called from any thread.

    `on_taken` is called by the sending modem's thread with each SUBMIT, while no other comes in.
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        on_taken: Callable[[Taken], None] = lambda _: None,
    ) -> None:
        self.on_taken = on_taken
        self._now = now
        self._lock = threading.RLock()
        self._taken: list[Taken] = []
        self._subscribers: dict[str, Subscriber] = {}
        self._parts: dict[tuple[str, str, int, int], dict[int, tuple[Submit, int]]]
        self._parts = defaultdict(dict)
        self._references = count(1)

    @property
    def taken(self) -> list[Taken]:
        """Every SUBMIT that the network took, oldest first."""
        with self._lock:
            return list(self._taken)

    @property
    def doubled(self) -> list[str]:
        """The PDUs that were taken more than once, by whichever SIM."""
        counts = Counter(taken.pdu for taken in self.taken)
        return [pdu for pdu, times in counts.items() if times > 1]

    def join(self, subscriber: Subscriber) -> None:
        """A SIM can be reached from now on. Raises ValueError when another has its number."""
        with self._lock:
            if subscriber.number in self._subscribers:
                raise ValueError(f"another simulated modem has the number {subscriber.number}")
            self._subscribers[subscriber.number] = subscriber

    def leave(self, subscriber: Subscriber) -> None:
        """The SIM is gone."""
        with self._lock:
            self._subscribers.pop(subscriber.number, None)

    def submit(self, sim: Subscriber, pdu: bytes, reference: int) -> SentSms | None:
        """Takes one part; the whole text when it was the last one missing. Raises PduError.

        To be called by the thread of the modem that sends.
        """
        submit = decode_submit(pdu.hex())
        to = submit.recipient.text
        with self._lock:
            taken = Taken(sim.number, to, reference, pdu.hex().upper(), self._now())
            self._taken.append(taken)
            self.on_taken(taken)
            sms = self._joined(sim.number, submit, reference)
        if submit.status_report and (status := sim.reports.next_status()) is not None:
            sim.later(sim.reports.seconds, partial(self.report, sim, to, reference, status))
        if sms:
            self._pass_on(sim.number, sms)
        return sms

    def report(self, sim: Subscriber, to: str, reference: int, status: int) -> None:
        """Queues a status report; to be called by the modem's own thread."""
        now = self._now()
        tpdu = encode_status_report(
            to, reference=reference, status=status, sent_at=now, done_at=now
        )
        sim.queue(Downlink(tpdu, is_report=True))

    def text(self, from_: str, to: Subscriber, text: str) -> None:
        """A phone (or a named sender) texts a SIM. Raises ValueError for an impossible sender.

        To be called by the thread of the modem that receives.
        """
        with self._lock:
            reference = next(self._references) % 256
        parts = encode_deliver(from_, text, at=self._now(), reference=reference)
        to.queue_parts(list(parts), _PART_SECONDS)

    def _pass_on(self, from_: str, sms: SentSms) -> None:
        """To another modem on this network, or back to the same."""
        with self._lock:
            if subscriber := self._subscribers.get(sms.to):
                subscriber.post(lambda: self.text(from_, subscriber, sms.text))

    def _joined(self, sim: str, submit: Submit, reference: int) -> SentSms | None:
        to = submit.recipient.text
        concat = submit.user_data.concat
        if concat is None:
            return _whole(to, [(submit, reference)])
        key = (sim, to, concat.reference, concat.total)
        self._parts[key][concat.number] = (submit, reference)
        if len(self._parts[key]) < concat.total:
            return None
        parts = self._parts.pop(key)
        return _whole(to, [parts[number] for number in sorted(parts)])


def _whole(to: str, parts: list[tuple[Submit, int]]) -> SentSms:
    text = join_text(submit.user_data for submit, _ in parts)
    return SentSms(to, text, len(parts), tuple(reference for _, reference in parts))
