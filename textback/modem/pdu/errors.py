"""What is wrong with a PDU, and where."""

from dataclasses import dataclass

from textback.core.errors import TextbackError


class PduError(TextbackError, ValueError):
    """A PDU that cannot be read. `octet` counts from 1; 0: none is at fault."""

    def __init__(self, what: str, octet: int = 0) -> None:
        self.octet = octet
        super().__init__(f"{what} (octet {octet})" if octet else what)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A PDU kept as it came, because it could not be read, and why."""

    raw: str
    why: str
