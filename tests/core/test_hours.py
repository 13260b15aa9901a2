from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from textback.core.hours import Hours, Interval, format_day, parse_day

NEW_YORK = ZoneInfo("America/New_York")
LUNCH_BREAK = Hours({"mon": parse_day("9:00-12:30, 13:30-17:00")})


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2026-11-23T08:59", False),
        ("2026-11-23T09:00", True),
        ("2026-11-23T12:29", True),
        ("2026-11-23T12:30", False),  # lunch
        ("2026-11-23T13:30", True),
        ("2026-11-23T17:00", False),
        ("2026-11-24T10:00", False),  # a day without hours is closed
    ],
)
def test_the_office_is_open_within_its_intervals(local: str, expected: bool) -> None:
    at = datetime.fromisoformat(local).replace(tzinfo=NEW_YORK)
    assert LUNCH_BREAK.is_open(at, NEW_YORK) is expected


def test_hours_are_those_of_the_clock_on_the_wall_through_daylight_saving() -> None:
    hours = Hours({"mon": parse_day("9:00-17:00")})
    summer = datetime(2026, 7, 6, 13, 30, tzinfo=UTC)  # 09:30 in New York
    winter = datetime(2026, 11, 23, 13, 30, tzinfo=UTC)  # 08:30 in New York
    assert hours.is_open(summer, NEW_YORK)
    assert not hours.is_open(winter, NEW_YORK)


def test_a_day_may_end_at_midnight() -> None:
    assert parse_day("18:00-24:00") == (Interval(time(18), time.max),)
    assert format_day(parse_day("18:00-24:00")) == "18:00-24:00"


@pytest.mark.parametrize("text", ["", "closed", "09:00-17:00", "09:00-12:30, 13:30-17:00"])
def test_a_day_reads_back_as_it_was_written(text: str) -> None:
    assert parse_day(format_day(parse_day(text))) == parse_day(text)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("nine to five", "'nine to five' is not a time span"),
        ("17:00-9:00", "ends before it begins"),
        ("9:00-25:00", "25:00 is not a time of day"),
        ("9:00-12:00, 11:00-15:00", "begins before 09:00-12:00 has ended"),
    ],
)
def test_a_bad_day_is_named(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_day(text)
