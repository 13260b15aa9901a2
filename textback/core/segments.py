"""How a text is split into SMS parts, and what each part still holds."""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from textback.core import gsm7

MAX_PARTS = 255  # the concatenation element counts parts in one octet (3GPP TS 23.040, 9.2.3.24.1)

_ZERO_WIDTH_JOINER = "\u200d"
# Joiner and non-joiner, and what extends a letter though it is no mark: Thai and Lao AM, the
# voicing signs of halfwidth Katakana.
_EXTENDING = frozenset("\u200c\u200d\u0e33\u0eb3\uff9e\uff9f")
_VIRAMA = 9  # a combining class: the consonants around one are written as one
_REPLACEMENT = "\ufffd"


class Encoding(StrEnum):
    """How the characters of a text travel."""

    GSM7 = "gsm7"
    UCS2 = "ucs2"


@dataclass(frozen=True, slots=True)
class _Limits:
    single: int  # units in a text of one part
    part: int  # units in a part that carries a header of 7 octets (6 and a fill)


_LIMITS = {Encoding.GSM7: _Limits(160, 153), Encoding.UCS2: _Limits(70, 67)}


@dataclass(frozen=True, slots=True)
class Segments:
    """A text as it will be sent: `parts` are the texts of the parts, never empty, in order."""

    encoding: Encoding
    parts: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many SMS the text takes."""
        return len(self.parts)

    @property
    def room(self) -> int:
        """Units (septets or UTF-16 code units) left in the last part."""
        limits = _LIMITS[self.encoding]
        limit = limits.single if self.count == 1 else limits.part
        return limit - _measure(self.encoding)(self.parts[-1])


def split(text: str) -> Segments:
    """`text` in as few parts as keep every character, and where they fit every cluster, whole.

    A part has 160 septets or 70 UTF-16 units; in a text of several, 153 or 67 (3GPP TS 23.040,
    9.2.3.24.1 with an 8-bit reference). What no SMS can carry is replaced: see `clean`. Raises
    ValueError when the text takes more than 255 parts.
    """
    text = clean(text)
    encoding = Encoding.GSM7 if gsm7.is_gsm7(text) else Encoding.UCS2
    measure = _measure(encoding)
    if measure(text) <= _LIMITS[encoding].single:
        return Segments(encoding, (text,))
    parts = tuple(_fill(text, _LIMITS[encoding].part, measure))
    if len(parts) > MAX_PARTS:
        raise ValueError(f"the text takes {len(parts)} SMS, and at most {MAX_PARTS} can be joined")
    return Segments(encoding, parts)


def clean(text: str) -> str:
    """`text` with NULs, escapes and halves of surrogate pairs replaced by U+FFFD.

    Databases refuse NULs and halves, and an escape is no character of any SMS. Two halves that meet
    are a pair.
    """
    whole = text.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "replace")
    return whole.replace("\0", _REPLACEMENT).replace("\x1b", _REPLACEMENT)


def clusters(text: str) -> Iterator[str]:
    """The characters of `text` as a reader sees them: emoji sequences, flags, letter and marks.

    A working subset of Unicode's extended grapheme clusters (UAX #29), enough to split well.
    """
    start = 0
    for index in range(1, len(text)):
        if _breaks(text, start, index):
            yield text[start:index]
            start = index
    if text:
        yield text[start:]


def _breaks(text: str, start: int, index: int) -> bool:
    before, char = text[index - 1], text[index]
    if before == "\r" and char == "\n":
        return False
    if _is_regional(before) and _is_regional(char):
        return (index - start) % 2 == 0
    return not (_extends(char) or _takes_the_next(before, char))


def _extends(char: str) -> bool:
    return (
        char in _EXTENDING
        or "\U0001f3fb" <= char <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= char <= "\U000e007f"  # tags, as in the flag of Scotland
        or "\u1160" <= char <= "\u11ff"  # the vowels and last consonants of a Hangul syllable
        or unicodedata.category(char) in ("Mn", "Mc", "Me")
    )


def _takes_the_next(before: str, char: str) -> bool:
    if before == _ZERO_WIDTH_JOINER:
        return True
    return unicodedata.combining(before) == _VIRAMA and char.isalpha()


def _is_regional(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _measure(encoding: Encoding) -> Callable[[str], int]:
    return gsm7.count_septets if encoding is Encoding.GSM7 else _utf16_units


def _utf16_units(text: str) -> int:
    return len(text) + sum(char > "\uffff" for char in text)


def _fill(text: str, limit: int, measure: Callable[[str], int]) -> Iterator[str]:
    part, used = "", 0
    for piece in _pieces(text, limit, measure):
        size = measure(piece)
        if used + size > limit:
            yield part
            part, used = "", 0
        part, used = part + piece, used + size
    yield part


def _pieces(text: str, limit: int, measure: Callable[[str], int]) -> Iterator[str]:
    """What must not be split: clusters, or the characters of a cluster longer than a part."""
    for cluster in clusters(text):
        if measure(cluster) > limit:
            yield from cluster
        else:
            yield cluster
