"""SMS-SUBMIT: what goes out (3GPP TS 23.040, clause 9.2.2.2)."""

from dataclasses import dataclass, field
from datetime import timedelta

from textback.core.segments import Encoding, split
from textback.modem.pdu.address import (
    Address,
    decode_address,
    decode_smsc,
    encode_address,
    parse_number,
)
from textback.modem.pdu.dcs import GSM7_DCS, UCS2_DCS, DataCoding, decode_dcs
from textback.modem.pdu.errors import PduError
from textback.modem.pdu.octets import Octets, from_hex
from textback.modem.pdu.user_data import (
    Concat,
    UserData,
    decode_user_data,
    encode_concat,
    encode_user_data,
)

MESSAGE_TYPE = 0x01
_HEADER, _REPORT = 0x40, 0x20
_RELATIVE_VALIDITY = 0x10
_VALIDITY_RANGES = (  # up to, counted from, in steps of, value of zero steps
    (timedelta(hours=12), timedelta(), timedelta(minutes=5), -1),
    (timedelta(hours=24), timedelta(hours=12), timedelta(minutes=30), 143),
    (timedelta(days=30), timedelta(), timedelta(days=1), 166),
    (timedelta(weeks=63), timedelta(), timedelta(weeks=1), 192),
)
_VALIDITY_SIZES = {0: 0, 1: 7, 2: 1, 3: 7}  # by TP-VPF: none, enhanced, relative, absolute


@dataclass(frozen=True, slots=True)
class SubmitPdu:
    """One part ready for AT+CMGS: `length` counts the TPDU's octets, without the SMSC's."""

    hex: str = field(repr=False)
    length: int
    number: int = 1
    total: int = 1


@dataclass(frozen=True, slots=True)
class Submit:
    """A decoded SMS-SUBMIT."""

    recipient: Address
    user_data: UserData
    coding: DataCoding
    reference: int
    status_report: bool
    smsc: Address | None = None


def encode_submit(
    to: str,
    text: str,
    *,
    reference: int,
    status_report: bool = True,
    validity: timedelta | None = None,
) -> tuple[SubmitPdu, ...]:
    """The PDUs that carry `text` to `to`, in order, the service centre left to the modem.

    `reference` (0 to 255) ties the parts together: a new one for each text to the same number.
    `validity` is how long the network may try, 5 minutes to 63 weeks, rounded up to what the field
    can say; None leaves it to the network. Raises ValueError for a bad number or too long a text.
    """
    if not 0 <= reference <= 255:
        raise ValueError(f"reference {reference} is not between 0 and 255")
    segments = split(text)
    recipient = encode_address(parse_number(to))
    flags = MESSAGE_TYPE | _REPORT * status_report | _RELATIVE_VALIDITY * (validity is not None)
    dcs = GSM7_DCS if segments.encoding is Encoding.GSM7 else UCS2_DCS
    period = b"" if validity is None else bytes([_relative_validity(validity)])
    pdus: list[SubmitPdu] = []
    for number, part in enumerate(segments.parts, 1):
        several = segments.count > 1
        header = encode_concat(Concat(reference, segments.count, number)) if several else b""
        first = bytes([flags | _HEADER * several, 0])  # TP-MR 0: the modem gives its own
        tpdu = first + recipient + bytes([0, dcs]) + period
        tpdu += encode_user_data(part, segments.encoding, header)
        pdus.append(SubmitPdu("00" + tpdu.hex().upper(), len(tpdu), number, segments.count))
    return tuple(pdus)


def decode_submit(pdu: str) -> Submit:
    """A SUBMIT in hex, with the service centre's address before it. Raises PduError."""
    octets = Octets(from_hex(pdu))
    smsc = decode_smsc(octets)
    first_at = octets.position
    first = octets.octet("first octet of the TPDU")
    if first & 0x3 != MESSAGE_TYPE:
        raise PduError("not an SMS-SUBMIT", first_at)
    reference = octets.octet("message reference")
    recipient = decode_address(octets, "recipient's address")
    octets.octet("protocol identifier")
    coding = decode_dcs(octets.octet("data coding scheme"))
    octets.take(_VALIDITY_SIZES[first >> 3 & 0x3], "validity period")
    user_data = decode_user_data(octets, coding, has_header=bool(first & _HEADER))
    return Submit(recipient, user_data, coding, reference, bool(first & _REPORT), smsc)


def _relative_validity(validity: timedelta) -> int:
    """TP-VP in relative format (TS 23.040, clause 9.2.3.12.1), never shorter than asked."""
    for longest, start, step, base in _VALIDITY_RANGES:
        if validity <= longest:
            steps = -((start - validity) // step)  # rounded up
            return max(base + steps, 0)
    raise ValueError("a text can be valid for 63 weeks at most")
