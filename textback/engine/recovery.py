"""What to do about a modem that does not serve, by what is wrong and for how long. Pure."""

from dataclasses import dataclass
from enum import Enum

from textback.core.errors import LinkDown
from textback.modem.dialogue import Hung
from textback.modem.port import PortGone

_PAUSES = (1.0, 2.0, 5.0, 10.0)  # seconds between tries to open the modem


class Trouble(Enum):
    """What is wrong with the link."""

    GONE = "gone"  # there is no such port
    HUNG = "hung"  # the port is there and nothing answers
    OTHER = "other"  # neither a restart nor a reset would help: the port is taken, the SIM missing


class Remedy(Enum):
    """From the mildest on; each is followed by opening the port again: ESC, drain, AT."""

    REOPEN = "reopen"
    RESTART = "restart"  # AT+CFUN=1,1
    RESET = "reset"  # the configured command, which takes the power off the USB port or the like


@dataclass(frozen=True, slots=True)
class Patience:
    """After how many failures, or seconds, a remedy is due, and how many seconds between two."""

    failures_to_restart: int = 3
    failures_to_reset: int = 6
    gone_to_reset: float = 60.0
    unregistered_to_restart: float = 900.0
    between_restarts: float = 120.0
    between_resets: float = 600.0
    between_searches: float = 3600.0


def trouble_of(error: LinkDown) -> Trouble:
    """What a lost link says is wrong."""
    kinds = ((PortGone, Trouble.GONE), (Hung, Trouble.HUNG))
    return next((trouble for kind, trouble in kinds if isinstance(error, kind)), Trouble.OTHER)


class Recovery:
    """Told of each failure; `now` is in seconds of any clock that only goes forward."""

    def __init__(self, *, can_reset: bool, patience: Patience | None = None) -> None:
        self._can_reset = can_reset
        self._patience = patience or Patience()
        self._failures = self._hung = 0
        self._gone_since: float | None = None
        self._restarted_at = self._reset_at = self._searched_at = float("-inf")
        self._unregistered_since: float | None = None

    @property
    def pause(self) -> float:
        """Seconds to wait before the next try."""
        return _PAUSES[min(max(self._failures, 1), len(_PAUSES)) - 1]

    def serves(self) -> None:
        """The modem answers everything: whatever was wrong is over."""
        self._failures = self._hung = 0
        self._gone_since = None

    def failed(self, trouble: Trouble, now: float) -> Remedy:
        """What to do before the next try."""
        self._failures += 1
        self._hung += trouble is Trouble.HUNG
        if trouble is not Trouble.GONE:
            self._gone_since = None
        elif self._gone_since is None:
            self._gone_since = now
        if trouble is not Trouble.OTHER and self._reset_is_due(now):
            self._reset_at = now
            return Remedy.RESET
        if trouble is Trouble.HUNG and self._restart_is_due(now):
            self._restarted_at = now
            return Remedy.RESTART
        return Remedy.REOPEN

    def network(self, registered: bool, now: float) -> Remedy:
        """What to do with a modem that answers: some find the network again by a restart only."""
        if registered:
            self._unregistered_since = None
        elif self._unregistered_since is None:
            self._unregistered_since = now
        elif (
            now - self._unregistered_since >= self._patience.unregistered_to_restart
            and now - self._searched_at >= self._patience.between_searches
        ):
            self._searched_at = now
            return Remedy.RESTART
        return Remedy.REOPEN

    def _reset_is_due(self, now: float) -> bool:
        long_gone = (
            self._gone_since is not None and now - self._gone_since >= self._patience.gone_to_reset
        )
        return (
            self._can_reset
            and (long_gone or self._hung >= self._patience.failures_to_reset)
            and now - self._reset_at >= self._patience.between_resets
        )

    def _restart_is_due(self, now: float) -> bool:
        return (
            self._hung >= self._patience.failures_to_restart
            and now - self._restarted_at >= self._patience.between_restarts
        )
