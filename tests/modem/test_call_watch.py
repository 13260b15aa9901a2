"""Calls to the SIM, recognised in what a modem tells by itself (3GPP TS 27.007, clause 7.11)."""

import pytest

from textback.modem.events import CallWatch, Ring
from textback.modem.sorter import Line

CLIP = '+CLIP: "+15551234567",145,,,,0'
OTHER = '+CLIP: "+15557654321",145,,,,0'


def told(*lines: str, seconds_between: float = 1.0) -> list[str]:
    """The callers that are told of."""
    watch = CallWatch()
    rings = [watch.feed(Line(text), at * seconds_between) for at, text in enumerate(lines)]
    return [ring.caller for ring in rings if ring]


@pytest.mark.parametrize(
    ("lines", "callers"),
    [
        (["RING", CLIP], ["+15551234567"]),
        (["+CRING: VOICE", CLIP], ["+15551234567"]),
        (["RING", CLIP, "RING", CLIP, "RING", CLIP], ["+15551234567"]),
        (["RING", "RING", "RING"], [""]),
        (["RING", CLIP, "RING", OTHER], ["+15551234567", "+15557654321"]),
        (["RING", CLIP, "NO CARRIER", "RING", CLIP], ["+15551234567", "+15551234567"]),
        (["RING", "NO CARRIER"], [""]),
        (["RING", CLIP, "NO CARRIER"], ["+15551234567"]),
        (["NO CARRIER"], []),
        (["RING"], []),
    ],
)
def test_a_call_is_told_once_however_often_it_rings(lines: list[str], callers: list[str]) -> None:
    assert told(*lines) == callers


def test_the_same_caller_after_a_silence_calls_again() -> None:
    assert told("RING", CLIP, "RING", CLIP, seconds_between=10) == ["+15551234567"] * 2


@pytest.mark.parametrize(
    ("clip", "caller"),
    [
        ('+CLIP: "5551234567",129', "5551234567"),
        ('+CLIP: "15551234567",145', "+15551234567"),
        ('+CLIP: "+15551234567",145,"",,"Smith, Ann",0', "+15551234567"),
        ('+CLIP: "+15551234567",145,,,"Smith, Ann",1', ""),
        ('+CLIP: "+15551234567",145,,,,1', ""),
        ('+CLIP: "",128,,,,1', ""),
        ('+CLIP: "",128', ""),
        ('+CLIP: "",145', ""),
    ],
)
def test_a_number_is_told_whole_and_a_withheld_one_is_not(clip: str, caller: str) -> None:
    assert CallWatch().feed(Line(clip), 0) == Ring(caller)
