"""Numbers and names in PDUs (3GPP TS 23.040, clause 9.1.2.5)."""

import re
from dataclasses import dataclass, field
from enum import IntEnum

from textback.core import gsm7, segments
from textback.modem.pdu.errors import PduError
from textback.modem.pdu.octets import Octets, swap, swapped
from textback.modem.pdu.septets import pack, unpack

MAX_DIGITS = 20  # an address field has at most 12 octets, 10 of them digits

_FORMATTING = " \t\u00a0\u2007\u2009\u202f()-./\u2010\u2011\u2012\u2013"
_DIALLABLE = frozenset("0123456789*#")
_SEMI_OCTETS = "0123456789*#abc"
_NUMBERING_PLAN = 0x81  # no extension, plan: ISDN/telephone


class NumberType(IntEnum):
    """The type-of-number bits."""

    UNKNOWN = 0  # national as dialled, and short codes
    INTERNATIONAL = 1
    NATIONAL = 2
    NETWORK = 3
    SUBSCRIBER = 4
    ALPHANUMERIC = 5
    ABBREVIATED = 6
    RESERVED = 7


@dataclass(frozen=True, slots=True)
class Address:
    """A number ('+15551234567', '5551234', '40404') or a sender's name ('Bank')."""

    text: str = field(repr=False)
    type: NumberType = NumberType.UNKNOWN

    def __str__(self) -> str:
        return self.text


def parse_number(number: str) -> Address:
    """The address of a number as people write it: '+1 (555) 123-4567', '40404', '*100#'.

    Raises ValueError, which does not repeat the number, when it is none.
    """
    if "(0)" in number and "+" in number:
        raise ValueError("not a phone number: '+' and '(0)' contradict each other")
    digits = re.sub(f"[{re.escape(_FORMATTING)}]", "", number)
    international = digits.startswith("+")
    digits = digits.removeprefix("+")
    _check_digits(number, digits)
    if international:
        return Address(f"+{digits}", NumberType.INTERNATIONAL)
    return Address(digits)


def _check_digits(number: str, digits: str) -> None:
    wrong = next((char for char in digits if char not in _DIALLABLE), None)
    if wrong is not None:
        place = number.rindex(wrong) + 1
        raise ValueError(f"not a phone number: {wrong!a} at position {place}")
    if not digits:
        raise ValueError("not a phone number: it has no digits")
    if len(digits) > MAX_DIGITS:
        raise ValueError(f"not a phone number: {len(digits)} digits, at most {MAX_DIGITS}")


def parse_sender(sender: str) -> Address:
    """The address of a number, or of a name of up to 11 GSM-7 characters. Raises ValueError."""
    try:
        return parse_number(sender)
    except ValueError:
        if not 0 < len(sender) <= 11 or gsm7.count_septets(sender) > 11:
            raise
    return Address(sender, NumberType.ALPHANUMERIC)


def encode_address(address: Address) -> bytes:
    """Length in semi-octets, type, digits: a TP-OA, TP-DA or TP-RA."""
    type_octet = _NUMBERING_PLAN | address.type << 4
    if address.type is NumberType.ALPHANUMERIC:
        septets = gsm7.encode(address.text)
        length = (7 * len(septets) + 3) // 4
        return bytes([length, type_octet & 0xF0]) + pack(septets)
    digits = address.text.removeprefix("+")
    semi_octets = "".join(f"{_SEMI_OCTETS.index(digit):X}" for digit in digits)
    return bytes([len(digits), type_octet]) + swap(semi_octets)


def decode_address(octets: Octets, what: str) -> Address:
    """Reads a TP-OA, TP-DA or TP-RA. Raises PduError."""
    length_at = octets.position
    length = octets.octet(f"length of the {what}")
    if length > MAX_DIGITS:
        raise PduError(f"the {what} has {length} semi-octets, at most {MAX_DIGITS}", length_at)
    type_octet = octets.octet(f"type of the {what}")
    return _decode(type_octet, octets.take((length + 1) // 2, what), length)


def decode_smsc(octets: Octets) -> Address | None:
    """Reads the service centre's address before the TPDU; None when it is left to the modem."""
    length_at = octets.position
    length = octets.octet("length of the service centre's address")
    if length == 0:
        return None
    if length > 11:
        raise PduError(f"the service centre's address has {length} octets, at most 11", length_at)
    type_octet = octets.octet("type of the service centre's address")
    return _decode(type_octet, octets.take(length - 1, "service centre's address"), 2 * length - 2)


def encode_smsc(address: Address) -> bytes:
    """Length in octets, type, digits: a service centre's address before a TPDU."""
    encoded = encode_address(address)[1:]
    return bytes([len(encoded)]) + encoded


def _decode(type_octet: int, value: bytes, length: int) -> Address:
    kind = NumberType(type_octet >> 4 & 0x7)
    if kind is NumberType.ALPHANUMERIC:
        return Address(_name(value, length), kind)
    digits = swapped(value)[:length].split("F")[0]  # F fills up; some senders count it in
    number = "".join(_SEMI_OCTETS[min(int(digit, 16), 14)] for digit in digits)
    international = kind is NumberType.INTERNATIONAL and number
    return Address(f"+{number}" if international else number, kind)


def _name(value: bytes, length: int) -> str:
    septets = unpack(value, 4 * length // 7)
    if length == 14 and septets.endswith(b"\0"):
        # Seven characters are 13 semi-octets; senders that say 14 did not mean a closing '@'.
        septets = septets[:-1]
    return segments.clean(gsm7.decode(septets))
