"""Texts split into SMS parts."""

import pytest
import smsutil
from hypothesis import given, settings
from hypothesis import strategies as st

from textback.core import gsm7
from textback.core.segments import Encoding, clean, clusters, split

FAMILY = "👨‍👩‍👧‍👦"
SEEN_AS_ONE = [FAMILY, "👍🏽", "🇫🇷", "e\u0301", "ж\u0301\u0302", "\r\n", "1\ufe0f\u20e3", "กำ"]
# The flag of Scotland in short, a heart on fire, a conjunct, a Hangul syllable in pieces.
SEEN_AS_ONE += ["🏴\U000e0067\U000e007f", "❤️\u200d🔥", "क्ष", "\u1100\u1161\u11a8"]
any_text = st.text(alphabet=st.characters())  # lone surrogates too


def utf16_units(text: str) -> int:
    return len(text.encode("utf-16-be")) // 2


@pytest.mark.parametrize(
    ("text", "encoding", "parts"),
    [
        ("", Encoding.GSM7, 1),
        ("a" * 160, Encoding.GSM7, 1),
        ("a" * 161, Encoding.GSM7, 2),
        ("a" * 306, Encoding.GSM7, 2),
        ("a" * 307, Encoding.GSM7, 3),
        ("€" * 80, Encoding.GSM7, 1),
        ("€" * 81, Encoding.GSM7, 2),
        ("ж" * 70, Encoding.UCS2, 1),
        ("ж" * 71, Encoding.UCS2, 2),
        ("ж" * 134, Encoding.UCS2, 2),
        ("ж" * 135, Encoding.UCS2, 3),
        ("👍" * 35, Encoding.UCS2, 1),
        ("👍" * 36, Encoding.UCS2, 2),
    ],
)
def test_parts_hold_what_the_standard_gives_them(text: str, encoding: Encoding, parts: int) -> None:
    segments = split(text)
    assert (segments.encoding, segments.count) == (encoding, parts)


@given(st.one_of(any_text, st.text("aé€ж👍\u0301\u200d🇫🇷🏽\n", max_size=600)))
@settings(deadline=None)
def test_no_character_is_lost_and_no_part_is_too_long(text: str) -> None:
    segments = split(text)
    assert "".join(segments.parts) == clean(text)
    measure = gsm7.count_septets if segments.encoding is Encoding.GSM7 else utf16_units
    limits = {Encoding.GSM7: (160, 153), Encoding.UCS2: (70, 67)}[segments.encoding]
    assert all(measure(part) <= limits[segments.count > 1] for part in segments.parts)
    assert segments.room >= 0


@pytest.mark.parametrize("offset", range(8))
def test_an_extension_pair_stays_in_one_part(offset: int) -> None:
    segments = split("a" * offset + "€" * 200)
    assert all(gsm7.count_septets(part) <= 153 for part in segments.parts)


@pytest.mark.parametrize("cluster", SEEN_AS_ONE)
@pytest.mark.parametrize("offset", range(12))
def test_what_a_reader_sees_as_one_stays_in_one_part(cluster: str, offset: int) -> None:
    for part in split("я" * offset + cluster * 60).parts:
        assert part.strip("я").replace(cluster, "") == ""


def test_a_cluster_longer_than_a_part_is_split_between_characters() -> None:
    text = "e" + "\u0301" * 200
    assert "".join(split(text).parts) == text


def test_flags_in_a_row_are_told_apart() -> None:
    assert list(clusters("🇫🇷🇩🇪🇫🇷")) == ["🇫🇷", "🇩🇪", "🇫🇷"]


def test_half_a_surrogate_pair_and_nul_become_replacement_characters() -> None:
    assert split("a\ud83d\0b").parts == ("a\ufffd\ufffdb",)


def test_two_halves_that_meet_are_a_pair() -> None:
    assert clean("\ud83d\udc4d") == "👍"


def test_ten_thousand_characters_are_no_trouble() -> None:
    assert split("👍" * 5000 + "a" * 5000).count > 100


def test_more_than_255_parts_are_refused() -> None:
    with pytest.raises(ValueError, match="at most 255"):
        split("a" * (153 * 255 + 1))


def test_room_counts_down_to_the_next_part() -> None:
    assert [split("a" * n).room for n in (0, 159, 160, 161)] == [160, 1, 0, 145]


@given(
    st.text(
        alphabet=st.one_of(st.sampled_from("abc€[]@ éñ"), st.sampled_from("жåя✓")), max_size=500
    )
)
@settings(deadline=None)
def test_counts_agree_with_smsutil(text: str) -> None:
    assert split(text).count == max(len(smsutil.split(text).parts), 1)
