"""The GSM 7-bit alphabet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textback.core import gsm7

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
