"""What a message says that waits elsewhere, as in a voicemail box (3GPP TS 23.040, 9.2.3.24.2)."""

from dataclasses import dataclass
from enum import StrEnum


class Waiting(StrEnum):
    """What waits."""

    VOICEMAIL = "voicemail"
    FAX = "fax"
    EMAIL = "email"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Indication:
    """`active` is False once nothing waits any more. `discard`: the message has nothing to read."""

    of: Waiting
    active: bool
    discard: bool


def by_coding(octet: int) -> Indication:
    """What a TP-DCS of a message waiting group says (TS 23.038, clause 4)."""
    group, kind = octet >> 4, tuple(Waiting)[octet & 0x3]
    return Indication(kind, active=bool(octet & 0x8), discard=group == 0xC)


def by_element(data: bytes) -> Indication | None:
    """What a special SMS message indication says; None when it is no such element."""
    if len(data) != 2:
        return None
    kind, count = data
    return Indication(tuple(Waiting)[kind & 0x3], active=count > 0, discard=not kind & 0x80)
