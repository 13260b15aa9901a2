"""What a SIM may send, as tables."""

from datetime import timedelta

import pytest

from tests.conftest import NOW
from textback.core.sim_rules import Held, SimRules, held, next_start, warning

RULES = SimRules(interval=timedelta(seconds=4), per_hour=3, per_day=8)
HOUR_FULL = "the SIM's limit of 3 SMS an hour is reached"
DAY_FULL = "the SIM's limit of 8 SMS a day is reached"


@pytest.mark.parametrize(
    ("ago", "sms", "wait"),
    [(1, 1, 3), (4, 1, 0), (60, 1, 0), (1, 3, 11), (8, 3, 4), (-3600, 1, 0)],
)
def test_the_interval_counts_from_start_to_start_for_each_sms(
    ago: int, sms: int, wait: int
) -> None:
    started_at = NOW - timedelta(seconds=ago)
    assert next_start(RULES, started_at, sms, NOW) == NOW + timedelta(seconds=wait)


@pytest.mark.parametrize(
    ("minutes_ago", "free_in", "why"),
    [
        ([], None, ""),
        ([50, 40], None, ""),
        ([50, 40, 30], 10, HOUR_FULL),
        ([55, 50, 40, 30], 10, HOUR_FULL),
        ([60, 40, 30], None, ""),
        ([1439, 900, 800, 700, 600, 500, 400, 300], 1, DAY_FULL),
        ([1440, 900, 800, 700, 600, 500, 400, 300], None, ""),
        ([900, 800, 700, 600, 500, 30, 20, 10], 540, DAY_FULL),
    ],
)
def test_automatic_texts_wait_until_there_is_room_again(
    minutes_ago: list[int], free_in: int | None, why: str
) -> None:
    sent = [NOW - timedelta(minutes=m) for m in minutes_ago]
    expected = None if free_in is None else Held(NOW + timedelta(minutes=free_in), why)
    assert held(RULES, sent, NOW) == expected


def test_without_limits_nothing_waits() -> None:
    assert held(SimRules(), [NOW] * 10_000, NOW) is None
    assert warning(SimRules(), [NOW] * 10_000, NOW) == ""
    assert next_start(SimRules(), NOW, 9, NOW) == NOW


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (149, ""),
        (150, "150 SMS were sent in 24 hours: automatic texts stop at 200."),
        (199, "150 SMS were sent in 24 hours: automatic texts stop at 200."),
        (
            200,
            "The SIM's limit of 200 SMS a day is reached: automatic texts wait, "
            "replies still go out.",
        ),
    ],
)
def test_staff_are_warned_before_the_limit_of_a_day(count: int, words: str) -> None:
    assert warning(SimRules(per_day=200), [NOW] * count, NOW) == words
