"""The GSM 7-bit alphabet."""

import gsmcodecs  # noqa: F401 - registers its codecs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from textback.core import gsm7
from textback.core.national_language import LOCKING_SHIFT, SINGLE_SHIFT

gsm7_text = st.text(alphabet=sorted(gsm7.ALPHABET))


@given(gsm7_text)
def test_what_is_encoded_reads_the_same(text: str) -> None:
    assert gsm7.join([gsm7.decode(gsm7.encode(text))]) == text


@given(st.lists(st.integers(0, 127)))
def test_any_septets_can_be_read(septets: list[int]) -> None:
    assert isinstance(gsm7.decode(septets), str)


@given(gsm7_text, st.integers(0, 400))
def test_a_text_torn_between_septets_joins_again(text: str, at: int) -> None:
    septets = gsm7.encode(text)
    parts = [gsm7.decode(septets[:at]), gsm7.decode(septets[at:])]
    assert gsm7.join(parts) == text


@pytest.mark.parametrize(
    ("char", "septets"),
    [("@", b"\x00"), ("§", b"\x5f"), ("Ç", b"\x09"), ("€", b"\x1b\x65"), ("\f", b"\x1b\x0a")],
)
def test_characters_have_the_codes_of_the_standard(char: str, septets: bytes) -> None:
    assert gsm7.encode(char) == septets


@pytest.mark.parametrize("char", ["ç", "`", "ÿ", "’", "\0", "\x1b", "👍"])
def test_characters_outside_are_refused_by_place(char: str) -> None:
    with pytest.raises(ValueError, match="position 3"):
        gsm7.encode(f"ab{char}")


def test_an_unknown_extension_reads_as_the_basic_character() -> None:
    assert gsm7.decode([0x1B, 0x41]) == "A"


def test_a_second_escape_reads_as_a_space() -> None:
    assert gsm7.decode([0x1B, 0x1B, 0x41]) == " A"


LANGUAGES = [
    gsm7.Language(locking, single)
    for locking in (0, *LOCKING_SHIFT)
    for single in (0, *SINGLE_SHIFT)
]


@pytest.mark.parametrize("language", LANGUAGES, ids=str)
def test_every_code_of_a_language_reads_as_another_decoder_has_it(language: gsm7.Language) -> None:
    codec = f"gsm23.038-{language.locking}-{language.single}"
    for code in set(range(128)) - {gsm7.ESCAPE}:
        assert gsm7.decode([code], language) == bytes([code]).decode(codec)
        if code in language.extension:
            escaped = bytes([gsm7.ESCAPE, code])
            assert gsm7.decode(escaped, language) == escaped.decode(codec)
        else:  # shown as the basic character
            assert gsm7.decode([gsm7.ESCAPE, code], language) == gsm7.decode([code], language)


@given(st.sampled_from(LANGUAGES), st.binary(max_size=200), st.integers(0, 200))
def test_a_text_of_a_language_torn_between_septets_joins_again(
    language: gsm7.Language, octets: bytes, at: int
) -> None:
    septets = bytes(octet & 0x7F for octet in octets)
    assume(b"\x1b\x1b" not in septets)  # reserved: no text has it
    parts = [gsm7.decode(half, language) for half in (septets[:at], septets[at:])]
    whole = gsm7.decode(septets, language).removesuffix("\x1b")
    assert gsm7.join(parts, language) == whole


def test_an_unknown_language_is_the_default_alphabet() -> None:
    every = bytes(range(128))
    assert gsm7.decode(every, gsm7.Language(99, 99)) == gsm7.decode(every)
