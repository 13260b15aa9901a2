"""Opening hours: several intervals a day, in the office's own time zone."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

from textback.core.errors import Problem

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_INTERVAL = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")


@dataclass(frozen=True, slots=True)
class Interval:
    """Open from `opens` until just before `closes`; midnight as an end is 23:59:59.999999."""

    opens: time
    closes: time

    def __str__(self) -> str:
        closes = "24:00" if self.closes == time.max else f"{self.closes:%H:%M}"
        return f"{self.opens:%H:%M}-{closes}"


@dataclass(frozen=True, slots=True)
class Hours:
    """A week of opening hours. A day without intervals is closed."""

    week: Mapping[str, tuple[Interval, ...]] = field(default_factory=dict)

    def is_open(self, at: datetime, zone: ZoneInfo) -> bool:
        """Whether the office is open at `at` (any aware time), by the clock on its wall."""
        local = at.astimezone(zone)
        today = self.week.get(DAYS[local.weekday()], ())
        return any(i.opens <= local.time() < i.closes for i in today)


def parse_day(text: str) -> tuple[Interval, ...]:
    """One day as people write it: '9:00-12:30, 13:30-17:00', or '' or 'closed'.

    Raises ValueError naming what is wrong.
    """
    if text.strip().casefold() in ("", "closed"):
        return ()
    intervals = tuple(_interval(piece.strip()) for piece in text.split(","))
    for before, after in pairwise(intervals):
        if after.opens < before.closes:
            raise ValueError(f"{after} begins before {before} has ended")
    return intervals


def _interval(text: str) -> Interval:
    match = _INTERVAL.fullmatch(text)
    if not match:
        raise ValueError(f"'{text}' is not a time span such as 9:00-17:00")
    open_hour, open_minute, close_hour, close_minute = map(int, match.groups())
    interval = Interval(_time(open_hour, open_minute), _closing(close_hour, close_minute))
    if interval.closes <= interval.opens:
        raise ValueError(f"'{text}' ends before it begins")
    return interval


def _closing(hour: int, minute: int) -> time:
    return time.max if (hour, minute) == (24, 0) else _time(hour, minute)


def _time(hour: int, minute: int) -> time:
    if hour > 23 or minute > 59:
        raise ValueError(f"{hour}:{minute:02} is not a time of day")
    return time(hour, minute)


def format_day(intervals: tuple[Interval, ...]) -> str:
    """The inverse of parse_day."""
    return ", ".join(str(i) for i in intervals)


def week_to_fields(hours: Hours) -> dict[str, str]:
    """A week as plain strings, for a form or a table: `hours_mon` to `hours_sun`."""
    return {f"hours_{day}": format_day(tuple(hours.week.get(day, ()))) for day in DAYS}


def week_from_fields(fields: Mapping[str, str]) -> Hours:
    """The inverse of week_to_fields. Raises ValueError: ask week_problems first."""
    return Hours({day: parse_day(fields[f"hours_{day}"]) for day in DAYS})


def week_problems(fields: Mapping[str, str]) -> Iterator[Problem]:
    """What is wrong with a week of plain strings, each day under its field's name."""
    for day in DAYS:
        try:
            parse_day(fields[f"hours_{day}"])
        except ValueError as error:
            yield Problem(f"hours_{day}", str(error))


WEEKDAYS_NINE_TO_FIVE = Hours(
    {day: (Interval(time(9), time(17)),) for day in ("mon", "tue", "wed", "thu", "fri")}
)
