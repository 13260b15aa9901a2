"""Header and text of a message (3GPP TS 23.040, clauses 9.2.3.16 and 9.2.3.24)."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from textback.core import gsm7, segments
from textback.modem.pdu.dcs import Alphabet, DataCoding
from textback.modem.pdu.errors import PduError
from textback.modem.pdu.octets import Octets
from textback.modem.pdu.septets import pack, unpack

MAX_OCTETS = 140
MAX_SEPTETS = 160

_CONCAT_8BIT, _CONCAT_16BIT = 0x00, 0x08
_PORTS_8BIT, _PORTS_16BIT = 0x04, 0x05


@dataclass(frozen=True, slots=True)
class Concat:
    """A part's place in a text of several: `number` counts from 1 to `total`."""

    reference: int
    total: int
    number: int


@dataclass(frozen=True, slots=True)
class Element:
    """One information element of a user data header."""

    identifier: int
    data: bytes


@dataclass(frozen=True, slots=True)
class UserData:
    """What a message carries. `fragment` is this part's text as it came: it may close with half a
    surrogate pair or an escape whose other half is in the next part, see `join_text`. `octets` are
    the data after the header, for what is no text."""

    alphabet: Alphabet
    fragment: str = field(repr=False)
    octets: bytes = field(default=b"", repr=False)
    header: tuple[Element, ...] = ()

    @property
    def text(self) -> str:
        """This part alone, fit for every database and page."""
        return join_text([self])

    @property
    def concat(self) -> Concat | None:
        """The part's place, or None for a text of one part; an absurd element counts for none."""
        places = (_concat(element) for element in self.header)
        return next((place for place in places if place is not None), None)

    @property
    def port(self) -> int | None:
        """The application port the message is addressed to, as 2948 for MMS notifications."""
        ports = (_destination_port(element) for element in self.header)
        return next((port for port in ports if port is not None), None)


def join_text(parts: Iterable[UserData]) -> str:
    """The whole text of parts in order, with pairs that a bad sender tore apart made whole."""
    return segments.clean(gsm7.join(part.fragment for part in parts))


def encode_user_data(text: str, encoding: segments.Encoding, header: bytes = b"") -> bytes:
    """TP-UDL and TP-UD for `text`; `header` is a whole header with its length octet."""
    if encoding is segments.Encoding.UCS2:
        data = header + text.encode("utf-16-be")
        return bytes([len(data)]) + data
    septets = gsm7.encode(text)
    header_septets = (8 * len(header) + 6) // 7
    fill_bits = 7 * header_septets - 8 * len(header)
    return bytes([header_septets + len(septets)]) + header + pack(septets, fill_bits)


def encode_concat(concat: Concat) -> bytes:
    """A header of six octets with an 8-bit reference."""
    return bytes([5, _CONCAT_8BIT, 3, concat.reference, concat.total, concat.number])


def decode_user_data(octets: Octets, coding: DataCoding, *, has_header: bool) -> UserData:
    """Reads TP-UDL and TP-UD. Raises PduError."""
    length_at = octets.position
    length = octets.octet("length of the user data")
    in_septets = coding.alphabet is Alphabet.GSM7
    limit, unit = (MAX_SEPTETS, "septets") if in_septets else (MAX_OCTETS, "octets")
    if length > limit:
        raise PduError(f"the user data has {length} {unit}, at most {limit}", length_at)
    size = (7 * length + 7) // 8 if in_septets else length
    start = octets.position
    data = octets.take(size, "user data")
    header_size = data[0] + 1 if has_header and data else 0
    if header_size > len(data):
        raise PduError(
            f"the header says {header_size} octets, the user data has {len(data)}", start
        )
    elements = _elements(data[1:header_size], start + 1)
    body = data[header_size:]
    if not in_septets:
        return UserData(coding.alphabet, _fragment(coding, body, elements), body, elements)
    header_septets = (8 * header_size + 6) // 7
    fill_bits = 7 * header_septets - 8 * header_size
    septets = unpack(body, max(length - header_septets, 0), fill_bits)
    return UserData(coding.alphabet, gsm7.decode(septets), body, elements)


def _fragment(coding: DataCoding, body: bytes, elements: tuple[Element, ...]) -> str:
    if coding.alphabet is Alphabet.UCS2:
        odd = "\ufffd" if len(body) % 2 else ""
        text = body[: len(body) // 2 * 2].decode("utf-16-be", "surrogatepass")
        return text.replace("\x1b", "\ufffd") + odd
    if any(element.identifier in (_PORTS_8BIT, _PORTS_16BIT) for element in elements):
        return ""  # for an application, not for a reader
    return "".join(chr(octet) if chr(octet).isprintable() else "\ufffd" for octet in body)


def _elements(header: bytes, start: int) -> tuple[Element, ...]:
    elements: list[Element] = []
    at = 0
    while at < len(header):
        if at + 1 >= len(header) or at + 2 + header[at + 1] > len(header):
            raise PduError("an element of the user data header is cut off", start + at)
        end = at + 2 + header[at + 1]
        elements.append(Element(header[at], header[at + 2 : end]))
        at = end
    return tuple(elements)


def _concat(element: Element) -> Concat | None:
    sizes = {_CONCAT_8BIT: 3, _CONCAT_16BIT: 4}
    if sizes.get(element.identifier) != len(element.data):
        return None
    *reference, total, number = element.data
    if not 1 <= number <= total:
        return None
    return Concat(int.from_bytes(bytes(reference), "big"), total, number)


def _destination_port(element: Element) -> int | None:
    sizes = {_PORTS_8BIT: 2, _PORTS_16BIT: 4}
    if sizes.get(element.identifier) != len(element.data):
        return None
    return int.from_bytes(element.data[: len(element.data) // 2], "big")
