"""What is wrong with a PDU, and where."""

from textback.core.errors import TextbackError


class PduError(TextbackError, ValueError):
    """A PDU that cannot be read. `octet` counts from 1; 0: none is at fault."""

    def __init__(self, what: str, octet: int = 0) -> None:
        self.octet = octet
        super().__init__(f"{what} (octet {octet})" if octet else what)
