"""Times as people say them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.web.make import NOW, OFFICE
from textback.web import times

LONDON = replace(OFFICE, country="GB", timezone="Europe/London")


@pytest.mark.parametrize(
    ("at", "new_york", "london"),
    [
        ("2026-11-23T19:05", "Today, 2:05 pm", "Today, 19:05"),
        ("2026-11-23T05:00", "Today, 12:00 am", "Today, 05:00"),
        ("2026-11-23T04:59", "Yesterday, 11:59 pm", "Today, 04:59"),
        ("2026-11-23T17:30", "Today, 12:30 pm", "Today, 17:30"),
        ("2026-11-20T15:00", "Friday, 10:00 am", "Friday, 15:00"),
        ("2026-11-16T15:00", "Nov 16, 10:00 am", "16 Nov, 15:00"),
        ("2025-12-31T15:00", "Dec 31, 2025, 10:00 am", "31 Dec, 2025, 15:00"),
        ("2026-11-24T19:05", "Nov 24, 2:05 pm", "24 Nov, 19:05"),
    ],
)
def test_a_moment_is_said_by_the_clock_on_the_offices_wall(
    at: str, new_york: str, london: str
) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert times.moment(moment, NOW, OFFICE) == new_york
    assert times.moment(moment, NOW, LONDON) == london


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=-3), "less than a minute"),
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(minutes=119), "1 h"),
        (timedelta(hours=47), "47 h"),
        (timedelta(hours=48), "2 days"),
    ],
)
def test_a_span_is_said_in_one_unit(span: timedelta, said: str) -> None:
    assert times.length(span) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (119.4, "119 s"),
        (120, "2 min"),
        (149, "2 min"),
        (151, "3 min"),
        (59 * 60, "59 min"),
        (3600, "1 h"),
    ],
)
def test_short_calls_are_told_in_seconds(seconds: float, said: str) -> None:
    assert times.duration(timedelta(seconds=seconds)) == said
