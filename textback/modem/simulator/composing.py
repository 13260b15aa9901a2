"""SUBMITs that a simulated modem makes itself, of what is typed in text mode (27.005, 3.5)."""

from textback.core import gsm7
from textback.core.segments import Encoding
from textback.modem.pdu import Alphabet, PduError
from textback.modem.pdu.address import decode_address, decode_smsc, encode_address, parse_number
from textback.modem.pdu.dcs import decode_dcs
from textback.modem.pdu.octets import Octets
from textback.modem.pdu.user_data import MAX_OCTETS, MAX_SEPTETS, encode_user_data
from textback.modem.simulator import charset
from textback.modem.simulator.results import INVALID_TEXT_PARAMETER, CmsError
from textback.modem.simulator.settings import Settings

_SUBMIT, _HEADER = 0x01, 0x40
_NO_VALIDITY, _RELATIVE = 0, 2


def compose(to: str, typed: str, settings: Settings) -> bytes:
    """The SUBMIT, service centre first, with the coding that AT+CSMP set. Raises CmsError."""
    first, validity, pid, dcs = _parameters(settings)
    if first & 0x3 != _SUBMIT:
        raise CmsError(INVALID_TEXT_PARAMETER)
    try:
        address = encode_address(parse_number(charset.read(to, settings["+CSCS"])))
        data = _user_data(typed, first, dcs, settings["+CSCS"])
    except ValueError:
        raise CmsError(INVALID_TEXT_PARAMETER) from None
    return bytes([0, first, 0]) + address + bytes([pid, dcs]) + validity + data


def redirected(pdu: bytes, to: str, settings: Settings) -> bytes:
    """A stored SUBMIT for another recipient, as AT+CMSS=index,da sends it. Raises CmsError."""
    octets = Octets(pdu)
    try:
        address = encode_address(parse_number(charset.read(to, settings["+CSCS"])))
        decode_smsc(octets)
        start = octets.position + 1  # past first octet and TP-MR, counted from 0
        octets.take(2, "first octet and message reference")
        decode_address(octets, "recipient's address")
    except (PduError, ValueError):
        raise CmsError(INVALID_TEXT_PARAMETER) from None
    return pdu[:start] + address + octets.rest()


def _parameters(settings: Settings) -> tuple[int, bytes, int, int]:
    try:
        first, validity, pid, dcs = (int(value) for value in settings["+CSMP"].split(","))
        sizes = {_NO_VALIDITY: b"", _RELATIVE: bytes([validity])}
        coding = bytes([first, pid, dcs])
        return coding[0], sizes[coding[0] >> 3 & 0x3], pid, dcs
    except (KeyError, ValueError):
        raise CmsError(INVALID_TEXT_PARAMETER) from None


def _user_data(typed: str, first: int, dcs: int, characters: str) -> bytes:
    alphabet = decode_dcs(dcs).alphabet
    if alphabet is Alphabet.GSM7 and not first & _HEADER:
        text = charset.read(typed, characters)
        text = "".join(char if gsm7.is_gsm7(char) else "?" for char in text)
        if gsm7.count_septets(text) > MAX_SEPTETS:
            raise ValueError("too long")
        return encode_user_data(text, Encoding.GSM7)
    octets = bytes.fromhex(typed)
    if len(octets) > MAX_OCTETS:
        raise ValueError("too long")
    length = len(octets) * 8 // 7 if alphabet is Alphabet.GSM7 else len(octets)
    return bytes([length]) + octets
