"""The service centre's time stamps (3GPP TS 23.040, clause 9.2.3.11)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from textback.modem.pdu.octets import swap, swapped

LENGTH = 7
_MAX_QUARTERS = 4 * 14  # the widest zone on Earth is UTC+14


@dataclass(frozen=True, slots=True)
class Timestamp:
    """`raw` is what stood in the PDU, in hex; `at` is the moment in UTC, None when it is absurd."""

    raw: str
    at: datetime | None


def decode_timestamp(octets: bytes) -> Timestamp:
    """The moment in seven octets; never raises."""
    return Timestamp(octets.hex().upper(), _moment(swapped(octets)))


def encode_timestamp(at: datetime) -> bytes:
    """Seven octets for an aware `at`, in its own zone, to the second."""
    offset = at.utcoffset() or timedelta()
    quarters = abs(offset) // timedelta(minutes=15)
    octets = swap(f"{at:%y%m%d%H%M%S}{quarters:02d}")
    if offset < timedelta():
        return octets[:-1] + bytes([octets[-1] | 0x08])
    return octets


def _moment(digits: str) -> datetime | None:
    zone = int(digits[12], 16)
    negative = zone & 0x8
    digits = f"{digits[:12]}{zone & 0x7}{digits[13]}"
    if not digits.isdecimal():
        return None
    year, month, day, hour, minute, second, quarters = (
        int(digits[at : at + 2]) for at in range(0, 14, 2)
    )
    if quarters > _MAX_QUARTERS:
        return None
    offset = timedelta(minutes=15 * (-quarters if negative else quarters))
    century = 1900 if year >= 90 else 2000
    try:
        local = datetime(century + year, month, day, hour, minute, second, tzinfo=timezone(offset))
    except ValueError:
        return None
    return local.astimezone(UTC)
