"""The data coding scheme: how a text is written and what it is for (3GPP TS 23.038, clause 4)."""

from dataclasses import dataclass
from enum import StrEnum

from textback.modem.pdu.waiting import Indication, by_coding


class Alphabet(StrEnum):
    """What the octets of the user data are."""

    GSM7 = "gsm7"
    BINARY = "8bit"
    UCS2 = "ucs2"


@dataclass(frozen=True, slots=True)
class DataCoding:
    """`message_class` is 0 (shown at once) to 3. What is `compressed` (TS 23.042) is not read."""

    alphabet: Alphabet
    message_class: int | None = None
    waiting: Indication | None = None
    compressed: bool = False


GSM7_DCS = 0x00
UCS2_DCS = 0x08

_GENERAL = {0: Alphabet.GSM7, 1: Alphabet.BINARY, 2: Alphabet.UCS2, 3: Alphabet.GSM7}


def decode_dcs(octet: int) -> DataCoding:
    """The meaning of a TP-DCS; reserved values read as the default alphabet, as 23.038 has it."""
    group = octet >> 4
    if group <= 0x7:
        return _general(octet)
    if group in (0xC, 0xD, 0xE):
        alphabet = Alphabet.UCS2 if group == 0xE else Alphabet.GSM7
        return DataCoding(alphabet, waiting=by_coding(octet))
    if group == 0xF:
        return DataCoding(Alphabet.BINARY if octet & 0x4 else Alphabet.GSM7, octet & 0x3)
    return DataCoding(Alphabet.GSM7)


def _general(octet: int) -> DataCoding:
    message_class = octet & 0x3 if octet & 0x10 else None
    if octet & 0x20:
        return DataCoding(Alphabet.BINARY, message_class, compressed=True)
    return DataCoding(_GENERAL[octet >> 2 & 0x3], message_class)
