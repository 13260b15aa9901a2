"""SMS-STATUS-REPORT: what became of a text (3GPP TS 23.040, clauses 9.2.2.3 and 9.2.3.15)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from textback.modem.pdu.address import Address, decode_address, encode_address, parse_number
from textback.modem.pdu.octets import Octets
from textback.modem.pdu.timestamp import LENGTH, Timestamp, decode_timestamp, encode_timestamp

MESSAGE_TYPE = 0x02
_NO_MORE_MESSAGES = 0x04


class Delivery(StrEnum):
    """What a status report says of its text."""

    DELIVERED = "delivered"
    PENDING = "pending"  # the network is still trying; another report follows
    FAILED = "failed"  # the network has given up


@dataclass(frozen=True, slots=True)
class StatusReport:
    """`reference` is the TP-MR that +CMGS told; `status` is the octet as it came."""

    recipient: Address
    reference: int
    status: int
    sent_at: Timestamp
    done_at: Timestamp
    smsc: Address | None = None

    @property
    def delivery(self) -> Delivery:
        """The meaning of `status`; reserved values mean failure, as 23.040 has it."""
        if self.status < 0x20:
            return Delivery.DELIVERED
        return Delivery.PENDING if self.status < 0x40 else Delivery.FAILED


def encode_status_report(
    recipient: str, *, reference: int, status: int, sent_at: datetime, done_at: datetime
) -> bytes:
    """The TPDU, without service centre. Both times are aware."""
    return (
        bytes([MESSAGE_TYPE | _NO_MORE_MESSAGES, reference])
        + encode_address(parse_number(recipient))
        + encode_timestamp(sent_at)
        + encode_timestamp(done_at)
        + bytes([status])
    )


def read_status_report(octets: Octets, smsc: Address | None) -> StatusReport:
    """The report after its first octet; what may follow the status is left unread."""
    reference = octets.octet("message reference")
    recipient = decode_address(octets, "recipient's address")
    sent_at = decode_timestamp(octets.take(LENGTH, "time stamp"))
    done_at = decode_timestamp(octets.take(LENGTH, "discharge time"))
    status = octets.octet("status")
    return StatusReport(recipient, reference, status, sent_at, done_at, smsc)
