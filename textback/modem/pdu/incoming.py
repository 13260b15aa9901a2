"""PDUs by their type: what a modem hands over, and any PDU at all."""

from textback.modem.pdu import status_report, submit
from textback.modem.pdu.address import decode_smsc
from textback.modem.pdu.deliver import Deliver, read_deliver
from textback.modem.pdu.errors import PduError, Unreadable
from textback.modem.pdu.octets import Octets, from_hex
from textback.modem.pdu.status_report import StatusReport, read_status_report
from textback.modem.pdu.submit import Submit, decode_submit


def decode_incoming(pdu: str) -> Deliver | StatusReport:
    """A PDU from the network in hex, with the service centre's address before it.

    The reserved type reads as a DELIVER (3GPP TS 23.040, clause 9.2.3.1). Raises PduError.
    """
    octets = Octets(from_hex(pdu))
    smsc = decode_smsc(octets)
    first_at = octets.position
    first = octets.octet("first octet of the TPDU")
    message_type = first & 0x3
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
        return Unreadable(pdu, str(error))


def decode_any(pdu: str) -> Deliver | StatusReport | Submit:
    """A PDU of the kind that its type bits say; types the directions share read as incoming.

    Raises PduError.
    """
    octets = Octets(from_hex(pdu))
    decode_smsc(octets)
    if octets.octet("first octet of the TPDU") & 0x3 == submit.MESSAGE_TYPE:
        return decode_submit(pdu)
    return decode_incoming(pdu)
