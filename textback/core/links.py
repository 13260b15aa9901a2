"""What the program knows of its links to the PBX and the modems."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

ENGINE = "engine"  # the kind; and the name, where one box has the database for itself

# The engine writes the state of every link more often than this; an older one is worth nothing.
STALE_AFTER = timedelta(seconds=30)


Fact = str | int | bool | None  # None is what the other side does not tell


def full_name(box: str, name: str) -> str:
    """What a box's PBX or modem is called in a database that several boxes may share."""
    return f"{box}/{name}" if box else name


def engine_of(kind: str, name: str) -> str:
    """The name of the engine that tells of a link: its box's, where that has one."""
    return name if kind == ENGINE else name.rpartition("/")[0] or ENGINE


class LinkState(StrEnum):
    """Each state says what it guarantees."""

    CONNECTING = "connecting"  # nothing is known yet
    UP = "up"  # calls are seen, or texts can be sent and received
    DOWN = "down"  # lost; the program is trying again by itself
    REFUSED = "refused"  # the other side turned us away; a person must act


@dataclass(frozen=True, slots=True)
class LinkReport:
    """A link's state now, with one plain line a receptionist can read out to the IT admin.

    `facts` are for the admin: who the other side is and how it does, by their names.
    """

    state: LinkState
    detail: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    deaf_since: datetime | None = None  # from then on nothing was heard, though it seemed up
    warning: str = ""  # what staff should know although it works
