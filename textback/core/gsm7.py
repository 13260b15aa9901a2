"""The GSM 7-bit default alphabet and its extension table (3GPP TS 23.038, clause 6.2.1).

Written with these alone; read with the tables of a national language, too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from textback.core.national_language import LOCKING_SHIFT, SINGLE_SHIFT

ESCAPE = 0x1B

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
_EXTENSION = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}
_SEPTETS = {char: bytes([code]) for code, char in enumerate(_BASIC) if code != ESCAPE} | {
    char: bytes([ESCAPE, code]) for code, char in _EXTENSION.items()
}

ALPHABET = frozenset(_SEPTETS)


@dataclass(frozen=True, slots=True)
class Language:
    """The national language identifiers that a text is read with; 0 is the default alphabet."""

    locking: int = 0
    single: int = 0

    @property
    def basic(self) -> str:
        """The locking shift table; that of an unknown language reads as the default alphabet."""
        changed = LOCKING_SHIFT.get(self.locking)
        if changed is None:
            return _BASIC
        return "".join(changed.get(code, char) for code, char in enumerate(_BASIC))

    @property
    def extension(self) -> Mapping[int, str]:
        """The single shift table; that of an unknown language reads as the extension table."""
        return {**_EXTENSION, **SINGLE_SHIFT.get(self.single, {})}


DEFAULT = Language()


def is_gsm7(text: str) -> bool:
    """Whether every character has a place in the alphabet or its extension table."""
    return ALPHABET.issuperset(text)


def count_septets(text: str) -> int:
    """The septets `text` takes; a character of the extension table takes two.

    Raises ValueError for a character outside the alphabet.
    """
    return len(encode(text))


def encode(text: str) -> bytes:
    """`text` as septets, one a byte, unpacked. Raises ValueError for a character outside."""
    try:
        return b"".join([_SEPTETS[char] for char in text])
    except KeyError as error:
        char = str(error.args[0])
        raise ValueError(
            f"U+{ord(char):04X} at position {text.index(char) + 1} is not in the GSM 7-bit alphabet"
        ) from None


def decode(septets: Iterable[int], language: Language = DEFAULT) -> str:
    """The text of unpacked septets (0 to 127 each); never raises for those.

    An extension code without a meaning reads as the basic character (23.038, note 1 of the
    extension table). An escape with nothing after it stays as U+001B, so that a pair which a bad
    sender tore apart can be joined with the next part: see `join`.
    """
    basic, extension = language.basic, language.extension
    text: list[str] = []
    escaped = False
    for code in septets:
        if escaped:
            text.append(_escaped(code, basic, extension))
            escaped = False
        elif code == ESCAPE:
            escaped = True
        else:
            text.append(basic[code])
    return "".join(text) + ("\x1b" if escaped else "")


def join(parts: Iterable[str], language: Language = DEFAULT) -> str:
    """The text of decoded parts in order; an escape that closed one part joins the next one's."""
    whole = "".join(parts)
    if "\x1b" not in whole:
        return whole
    first, *pieces = whole.split("\x1b")
    basic, extension = language.basic, language.extension
    return first + "".join(_rejoined(piece, basic, extension) for piece in pieces)


def _rejoined(piece: str, basic: str, extension: Mapping[int, str]) -> str:
    code = basic.find(piece[0]) if piece else -1
    return extension.get(code, piece[:1]) + piece[1:]


def _escaped(code: int, basic: str, extension: Mapping[int, str]) -> str:
    if code == ESCAPE:  # reserved for a further table: shown as a space
        return " "
    return extension.get(code, basic[code])
