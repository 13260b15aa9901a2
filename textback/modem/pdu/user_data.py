"""Header and text of a message (3GPP TS 23.040, clauses 9.2.3.16 and 9.2.3.24)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from textback.core import gsm7, segments
from textback.modem.pdu.dcs import Alphabet, DataCoding
from textback.modem.pdu.errors import PduError
from textback.modem.pdu.octets import Octets
from textback.modem.pdu.septets import pack, unpack
from textback.modem.pdu.waiting import Indication, by_element

MAX_OCTETS = 140
MAX_SEPTETS = 160

_CONCAT_8BIT, _CONCAT_16BIT = 0x00, 0x08
_INDICATION = 0x01
_PORTS_8BIT, _PORTS_16BIT = 0x04, 0x05
_SINGLE_SHIFT, _LOCKING_SHIFT = 0x24, 0x25

_Meaning = TypeVar("_Meaning")


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
        return self._last(_concat)

    @property
    def port(self) -> int | None:
        """The application port the message is addressed to, as 2948 for MMS notifications."""
        return self._last(_destination_port)

    @property
    def waiting(self) -> Indication | None:
        """What the header says that waits elsewhere."""
        return self._last(
            lambda element: by_element(element.data) if element.identifier == _INDICATION else None
        )

    @property
    def language(self) -> gsm7.Language:
        """The national language tables that septets are read with."""
        return _language(self.header)

    def _last(self, meaning: Callable[[Element], _Meaning | None]) -> _Meaning | None:
        """What the header says; of elements that say it twice the last one counts (9.2.3.24)."""
        found = (meaning(element) for element in reversed(self.header))
        return next((value for value in found if value is not None), None)


def join_text(parts: Iterable[UserData]) -> str:
    """The whole text of parts in order, with pairs that a bad sender tore apart made whole."""
    parts = list(parts)
    language = (
        parts[0].language if parts else gsm7.DEFAULT
    )  # each part names the same (9.2.3.24.15)
    return segments.clean(gsm7.join((part.fragment for part in parts), language))


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
    elements = _elements(data[1:header_size])
    body = data[header_size:]
    if not in_septets:
        return UserData(coding.alphabet, _fragment(coding, body, elements), body, elements)
    header_septets = (8 * header_size + 6) // 7
    fill_bits = 7 * header_septets - 8 * header_size
    septets = unpack(body, max(length - header_septets, 0), fill_bits)
    text = gsm7.decode(septets, _language(elements))
    return UserData(coding.alphabet, text, body, elements)


def _fragment(coding: DataCoding, body: bytes, elements: tuple[Element, ...]) -> str:
    if coding.alphabet is Alphabet.UCS2:
        odd = "\ufffd" if len(body) % 2 else ""
        text = body[: len(body) // 2 * 2].decode("utf-16-be", "surrogatepass")
        return text.replace("\x1b", "\ufffd") + odd
    ports = any(element.identifier in (_PORTS_8BIT, _PORTS_16BIT) for element in elements)
    if ports or coding.compressed:
        return ""  # nothing for a reader
    return "".join(chr(octet) if chr(octet).isprintable() else "\ufffd" for octet in body)


def _elements(header: bytes) -> tuple[Element, ...]:
    """The elements; none of a header whose last one is cut off, which 23.040 has us ignore."""
    elements: list[Element] = []
    at = 0
    while at < len(header):
        if at + 1 >= len(header) or at + 2 + header[at + 1] > len(header):
            return ()
        end = at + 2 + header[at + 1]
        elements.append(Element(header[at], header[at + 2 : end]))
        at = end
    return tuple(elements)


def _language(elements: Iterable[Element]) -> gsm7.Language:
    shifts = {
        element.identifier: element.data[0]
        for element in elements
        if element.identifier in (_SINGLE_SHIFT, _LOCKING_SHIFT) and len(element.data) == 1
    }
    return gsm7.Language(shifts.get(_LOCKING_SHIFT, 0), shifts.get(_SINGLE_SHIFT, 0))


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
