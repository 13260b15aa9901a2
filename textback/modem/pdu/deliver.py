"""SMS-DELIVER: what comes in (3GPP TS 23.040, clause 9.2.2.1)."""

from dataclasses import dataclass
from datetime import datetime

from textback.core.segments import Encoding, split
from textback.modem.pdu.address import (
    Address,
    decode_address,
    encode_address,
    parse_sender,
)
from textback.modem.pdu.dcs import GSM7_DCS, UCS2_DCS, DataCoding, decode_dcs
from textback.modem.pdu.octets import Octets
from textback.modem.pdu.timestamp import LENGTH, Timestamp, decode_timestamp, encode_timestamp
from textback.modem.pdu.user_data import (
    Concat,
    UserData,
    decode_user_data,
    encode_concat,
    encode_user_data,
)
from textback.modem.pdu.waiting import Indication, Waiting

# TP-PID (clause 9.2.3.9). 0x41 to 0x47 may replace an earlier message of their sender and type:
# here nothing is replaced, each is a text of its own.
SILENT, RETURN_CALL, SIM_DATA = 0x40, 0x5F, 0x7F

_NO_MORE_MESSAGES, _HEADER = 0x04, 0x40


@dataclass(frozen=True, slots=True)
class Envelope:
    """What stands before the text; `protocol` is the TP-PID."""

    sender: Address
    protocol: int
    coding: DataCoding
    sent_at: Timestamp


@dataclass(frozen=True, slots=True)
class Deliver:
    """A text, or one part of a text, that came for this SIM."""

    envelope: Envelope
    user_data: UserData
    smsc: Address | None = None

    @property
    def sender(self) -> Address:
        return self.envelope.sender

    @property
    def coding(self) -> DataCoding:
        return self.envelope.coding

    @property
    def sent_at(self) -> Timestamp:
        return self.envelope.sent_at

    @property
    def waiting(self) -> Indication | None:
        """What the operator says that waits elsewhere; the header counts before the coding."""
        told = self.user_data.waiting or self.coding.waiting
        if told is None and self.envelope.protocol == RETURN_CALL:
            return Indication(Waiting.VOICEMAIL, active=True, discard=False)
        return told

    @property
    def text(self) -> str:
        """This part's text; see `user_data` and `join_text` for texts of several parts."""
        return self.user_data.text

    @property
    def concat(self) -> Concat | None:
        """This part's place in a text of several."""
        return self.user_data.concat


def encode_deliver(
    sender: str, text: str, *, at: datetime, reference: int = 0
) -> tuple[bytes, ...]:
    """The TPDUs, without service centre, in which a network hands `text` to a phone.

    `at` is aware. Raises ValueError for a sender that is neither number nor name.
    """
    segments = split(text)
    origin = encode_address(parse_sender(sender))
    dcs = GSM7_DCS if segments.encoding is Encoding.GSM7 else UCS2_DCS
    tpdus: list[bytes] = []
    for number, part in enumerate(segments.parts, 1):
        several = segments.count > 1
        header = encode_concat(Concat(reference, segments.count, number)) if several else b""
        first = bytes([_NO_MORE_MESSAGES | _HEADER * several])
        fixed = first + origin + bytes([0, dcs]) + encode_timestamp(at)
        tpdus.append(fixed + encode_user_data(part, segments.encoding, header))
    return tuple(tpdus)


def read_deliver(octets: Octets, first: int, smsc: Address | None) -> Deliver:
    """The DELIVER whose first octet was `first`. Raises PduError."""
    envelope = read_envelope(octets)
    user_data = decode_user_data(octets, envelope.coding, has_header=bool(first & _HEADER))
    return Deliver(envelope, user_data, smsc)


def read_envelope(octets: Octets) -> Envelope:
    """A DELIVER from its sender to its time stamp. Raises PduError."""
    return Envelope(
        decode_address(octets, "sender's address"),
        octets.octet("protocol identifier"),
        decode_dcs(octets.octet("data coding scheme")),
        decode_timestamp(octets.take(LENGTH, "time stamp")),
    )
