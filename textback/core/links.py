"""What the program knows of its links to the PBX and the modems."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# The engine writes the state of every link more often than this; an older one is worth nothing.
STALE_AFTER = timedelta(seconds=30)


class LinkState(StrEnum):
    """Each state says what it guarantees."""

    CONNECTING = "connecting"  # nothing is known yet
    UP = "up"  # calls are seen, or texts can be sent and received
    DOWN = "down"  # lost; the program is trying again by itself
    REFUSED = "refused"  # the other side turned us away; a person must act


@dataclass(frozen=True, slots=True)
class LinkReport:
    """A link's state now, with one plain line a receptionist can read out to the IT admin."""

    state: LinkState
    detail: str = ""
    deaf_since: datetime | None = None  # from then on nothing was heard, though it seemed up
