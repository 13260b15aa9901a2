"""What one SIM has sent lately, and whether it may send more."""

from collections import deque
from collections.abc import Iterable
from datetime import datetime

from textback.core import sim_rules
from textback.core.sim_rules import DAY, Held, SimRules


class SimUse:
    """Owned by the modem's thread. It is told what the database knows, then of each SMS."""

    def __init__(self, rules: SimRules) -> None:
        self._rules = rules
        self._sent: deque[datetime] = deque()
        self._last: tuple[datetime, int] | None = None  # when the last text began, and its SMS

    def remember(self, sent: Iterable[datetime]) -> None:
        """When each SMS of the last day left, the oldest first."""
        self._sent = deque(sent)

    def starts(self, sms: int, now: datetime) -> None:
        """A text of so many SMS begins to be sent."""
        self._last = (now, sms)

    def left(self, now: datetime) -> None:
        """An SMS went out, or may have."""
        self._sent.append(now)

    def next_start(self, now: datetime) -> datetime:
        """When the next text may begin, `now` when at once."""
        return sim_rules.next_start(self._rules, *self._last, now) if self._last else now

    def held(self, now: datetime) -> Held | None:
        """Whether automatic texts must wait."""
        return sim_rules.held(self._rules, self._lately(now), now)

    def warning(self, now: datetime) -> str:
        """What staff should know of this SIM's limits; "" while there is room."""
        return sim_rules.warning(self._rules, self._lately(now), now)

    def _lately(self, now: datetime) -> deque[datetime]:
        while self._sent and self._sent[0] + DAY <= now:
            self._sent.popleft()
        return self._sent
