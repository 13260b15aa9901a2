"""Messages that a network pushes to a phone's programs over port 2948 (OMA WAP-230-WSP, 8.2.4).

Read just far enough to know a picture message by its notification, and whom it is from
(OMA-TS-MMS_ENC, clause 6.2 and 7.3).
"""

import re
from dataclasses import dataclass, field

from textback.modem.pdu.errors import PduError
from textback.modem.pdu.octets import Octets

WAP_PUSH_PORT = 2948
MMS_TYPE = "application/vnd.wap.mms-message"

_PUSH = 0x06
_WELL_KNOWN = {0x3E: MMS_TYPE}
_LONGEST_SHORT_LENGTH, _LENGTH_QUOTE = 30, 31
_TEXT_QUOTE = 0x7F
_MESSAGE_TYPE, _FROM = 0x8C, 0x89
_NOTIFICATION = 0x82
_ADDRESS_PRESENT = b"\x80"
_NUMBER = re.compile(rb"(\+?[0-9]{3,15})/TYPE=PLMN", re.ASCII)


@dataclass(frozen=True, slots=True)
class WapPush:
    """`picture`: a picture message waits at the operator; `sender` is its sender's number."""

    content_type: str
    picture: bool = False
    sender: str | None = field(default=None, repr=False)


def read_wap_push(data: bytes) -> WapPush | None:
    """What was pushed, by the beginning of it at least; None when it is no push."""
    octets = Octets(data)
    try:
        octets.octet("transaction id")
        if octets.octet("type") != _PUSH:
            return None
        headers = Octets(octets.take(_uintvar(octets), "headers"))
        content_type = _content_type(headers)
    except PduError:
        return None
    if content_type != MMS_TYPE:
        return WapPush(content_type)
    fields = _mms_headers(octets)
    return WapPush(
        content_type,
        picture=fields.get(_MESSAGE_TYPE) == bytes([_NOTIFICATION]),
        sender=_number(fields.get(_FROM, b"")),
    )


def _content_type(headers: Octets) -> str:
    value = _value(headers)
    if len(value) > 1 and value[0] >= 0x80:  # in its general form a value with parameters
        value = value[:1]
    if len(value) == 1:
        return _WELL_KNOWN.get(value[0] & 0x7F, f"0x{value[0] & 0x7F:02x}")
    return value.split(b"\0")[0].decode("ascii", "replace").lower()


def _mms_headers(octets: Octets) -> dict[int, bytes]:
    """The headers up to where they end or are cut off, each by its field's octet."""
    found: dict[int, bytes] = {}
    try:
        while octets.left:
            name = octets.octet("field")
            found[name] = _value(octets)
    except PduError:
        pass  # the rest is in another part, or was never there
    return found


def _value(octets: Octets) -> bytes:
    """A header's value without its length (WSP, clause 8.4.1.2)."""
    first = octets.octet("value")
    if first <= _LONGEST_SHORT_LENGTH:
        return octets.take(first, "value")
    if first == _LENGTH_QUOTE:
        return octets.take(_uintvar(octets), "value")
    if first >= 0x80:
        return bytes([first])
    text = b"" if first == _TEXT_QUOTE else bytes([first])
    while char := octets.octet("text"):
        text += bytes([char])
    return text


def _uintvar(octets: Octets) -> int:
    number = 0
    while True:
        octet = octets.octet("length")
        number = number << 7 | octet & 0x7F
        if octet < 0x80:
            return number


def _number(address: bytes) -> str | None:
    found = _NUMBER.search(address) if address.startswith(_ADDRESS_PRESENT) else None
    return found[1].decode("ascii") if found else None
