"""PDUs by their type: what a modem hands over, and any PDU at all."""

from contextlib import suppress
from dataclasses import dataclass, field

from textback.modem.pdu import status_report, submit
from textback.modem.pdu.address import decode_smsc
from textback.modem.pdu.deliver import Deliver, Envelope, read_deliver, read_envelope
from textback.modem.pdu.errors import PduError
from textback.modem.pdu.octets import Octets, from_hex
from textback.modem.pdu.status_report import StatusReport, read_status_report
from textback.modem.pdu.submit import Submit, decode_submit

_MESSAGE_TYPE = 0x3  # the bits of a TPDU's first octet
_DELIVERS = (0x0, 0x3)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A PDU kept as it came, because it could not be read, and why.

    `envelope` is there where all before the text makes sense, as in a PDU that is cut off.
    """

    raw: str = field(repr=False)
    why: str
    envelope: Envelope | None = None


def decode_incoming(pdu: str) -> Deliver | StatusReport:
    """A PDU from the network in hex, with the service centre's address before it.

    The reserved type reads as a DELIVER (3GPP TS 23.040, clause 9.2.3.1). Raises PduError.
    """
    octets = Octets(from_hex(pdu))
    smsc = decode_smsc(octets)
    first_at = octets.position
    first = octets.octet("first octet of the TPDU")
    message_type = first & _MESSAGE_TYPE
    if message_type == status_report.MESSAGE_TYPE:
        return read_status_report(octets, smsc)
    if message_type == submit.MESSAGE_TYPE:
        raise PduError("an SMS-SUBMIT, which no network hands over", first_at)
    return read_deliver(octets, first, smsc)


def read_incoming(pdu: str) -> Deliver | StatusReport | Unreadable:
    """As `decode_incoming`, with an unreadable PDU kept whole instead of an error."""
    try:
        return decode_incoming(pdu)
    except PduError as error:
        return Unreadable(pdu, str(error), _envelope(pdu))


def _envelope(pdu: str) -> Envelope | None:
    """What stands before a text that cannot be read; a real time stamp says that it makes sense."""
    with suppress(PduError):
        octets = Octets(from_hex(pdu))
        decode_smsc(octets)
        if octets.octet("first octet of the TPDU") & _MESSAGE_TYPE in _DELIVERS:
            envelope = read_envelope(octets)
            return envelope if envelope.sent_at.at else None
    return None


def decode_any(pdu: str) -> Deliver | StatusReport | Submit:
    """A PDU of the kind that its type bits say; types the directions share read as incoming.

    Raises PduError.
    """
    octets = Octets(from_hex(pdu))
    decode_smsc(octets)
    if octets.octet("first octet of the TPDU") & _MESSAGE_TYPE == submit.MESSAGE_TYPE:
        return decode_submit(pdu)
    return decode_incoming(pdu)
