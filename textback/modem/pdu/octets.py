"""Reading a PDU octet by octet, never past its end, and writing its swapped digits."""

import re

from textback.modem.pdu.errors import PduError

# SMSC address (12) and the longest TPDU (164), twice over: no real PDU is longer.
MAX_OCTETS = 360

_HEX = re.compile(r"[0-9A-Fa-f]*")


def from_hex(pdu: str) -> bytes:
    """The octets of a PDU in hex; blanks around it do not matter. Raises PduError."""
    pdu = pdu.strip()
    good = _HEX.match(pdu)
    end = good.end() if good else 0
    if end < len(pdu):
        raise PduError(f"{pdu[end]!r} is not a hexadecimal digit", end // 2 + 1)
    if not pdu:
        raise PduError("the PDU is empty")
    if len(pdu) > 2 * MAX_OCTETS:
        raise PduError(f"the PDU has {len(pdu) // 2} octets; at most {MAX_OCTETS} are read")
    if len(pdu) % 2:
        raise PduError("the last octet has one hexadecimal digit only", len(pdu) // 2 + 1)
    return bytes.fromhex(pdu)


class Octets:
    """A cursor over a PDU; every read names what it reads, for the error when it is not there."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def position(self) -> int:
        """The number of the octet read next, from 1."""
        return self._at + 1

    @property
    def left(self) -> int:
        """How many octets have not been read."""
        return len(self._data) - self._at

    def take(self, count: int, what: str) -> bytes:
        """The next `count` octets; raises PduError when there are fewer."""
        if count > self.left:
            raise PduError(
                f"the PDU ends inside the {what}: {count} octets wanted, {self.left} there",
                self.position,
            )
        taken = self._data[self._at : self._at + count]
        self._at += count
        return taken

    def octet(self, what: str) -> int:
        """The next octet; raises PduError when there is none."""
        return self.take(1, what)[0]

    def rest(self) -> bytes:
        """All octets that are left."""
        return self.take(self.left, "rest")


def swapped(octets: bytes) -> str:
    """The semi-octets of `octets` as hex digits, the low one of each first (TS 23.040, 9.1.2.3)."""
    return "".join(f"{octet & 0xF:X}{octet >> 4:X}" for octet in octets)


def swap(digits: str) -> bytes:
    """The octets of hex digits, low semi-octet first, filled up with F."""
    padded = digits + "F" * (len(digits) % 2)
    return bytes(
        int(low, 16) | int(high, 16) << 4
        for low, high in zip(padded[::2], padded[1::2], strict=True)
    )
