"""Sending: one part at a time at the network's pace, over a link that may be kept (AT+CMMS)."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from textback.modem.simulator.outcomes import Later, Sending
from textback.modem.simulator.results import NO_NETWORK, CmsError, CommandError
from textback.modem.simulator.settings import Settings
from textback.modem.simulator.trouble import Trouble

_LINK_SECONDS = 5.0  # 27.005, clause 3.5.6: a link without a further text is kept 1 to 5 s

Result = list[str] | CommandError | None
OnResult = Callable[[Result], None]


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds that the network takes for each part, and to set a link up before it."""

    part: float = 0.0
    link: float = 0.0


class Uplink:
    """`submit` hands a PDU to the network under a TP-MR; `registered` says whether there is one."""

    def __init__(
        self,
        submit: Callable[[bytes, int], None],
        registered: Callable[[], bool],
        settings: Settings,
        trouble: Trouble,
        later: Later,
        pace: Pace,
    ) -> None:
        self._submit = submit
        self._registered = registered
        self._settings = settings
        self._trouble = trouble
        self._later = later
        self._pace = pace
        self._queue: deque[tuple[Sending, OnResult]] = deque()
        self._reference = -1
        self._power_on = 0
        self._link_open = False
        self._link_uses = 0

    def send(self, sending: Sending, on_result: OnResult) -> None:
        """`on_result` gets the response's lines, the error, or None when the answer is lost."""
        self._queue.append((sending, on_result))
        if len(self._queue) == 1:
            self._start()

    def power_cycle(self) -> None:
        """What was on its way is dropped and nobody is told."""
        self._queue.clear()
        self._power_on += 1
        self._link_open = False

    def _start(self) -> None:
        seconds = self._pace.part + (0 if self._link_open else self._pace.link)
        if not seconds:
            self._finish(self._power_on)
            return
        power_on = self._power_on
        self._later(seconds, lambda: self._finish(power_on))

    def _finish(self, power_on: int) -> None:
        if power_on != self._power_on:
            return
        sending, on_result = self._queue[0]
        result = self._attempt(sending)
        self._keep_link()
        if self._queue:  # not after a power cycle in the middle of it
            self._queue.popleft()
            self._tell(result, on_result)
        if self._queue:
            self._start()

    def _attempt(self, sending: Sending) -> Result:
        if code := self._trouble.next_error():
            return CmsError(code)
        if not self._registered():
            return CmsError(NO_NETWORK)
        self._reference = (self._reference + 1) % 256
        self._submit(sending.pdu, self._reference)
        if self._trouble.errors_after_send:  # the modem never heard that the network took it
            return CmsError(self._trouble.errors_after_send.popleft())
        lines = sending.taken(self._reference)
        if self._trouble.extra_after_reference:
            lines = [f'{line},"26/01/31,12:00:00+00"' for line in lines]
        if self._trouble.on_next_sent:
            vanish, self._trouble.on_next_sent = self._trouble.on_next_sent, None
            vanish()
        if self._trouble.answers_to_lose:
            self._trouble.answers_to_lose -= 1
            return None
        return lines

    def _tell(self, result: Result, on_result: OnResult) -> None:
        delay, self._trouble.answer_delay = self._trouble.answer_delay, 0.0
        if delay:
            self._later(delay, lambda: on_result(result))
        else:
            on_result(result)

    def _keep_link(self) -> None:
        self._link_open = self._settings["+CMMS"] != "0"
        self._link_uses += 1
        if self._link_open:
            uses = self._link_uses
            self._later(_LINK_SECONDS, lambda: self._close_link(uses))

    def _close_link(self, uses: int) -> None:
        if uses == self._link_uses:
            self._link_open = False
            if self._settings["+CMMS"] == "1":
                self._settings["+CMMS"] = "0"
