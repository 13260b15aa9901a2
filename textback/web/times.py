"""Times as people say them, by the clock on the office's wall."""

from datetime import datetime, timedelta

from textback.core.office import Office

# Countries whose clocks have am and pm, and whose dates begin with the month or the day.
TWELVE_HOURS = frozenset({"US", "CA", "AU", "NZ", "PH"})
MONTH_FIRST = frozenset({"US", "CA", "PH"})


def clock(at: datetime, office: Office) -> str:
    """The time of day: '2:05 pm' or '14:05'."""
    local = at.astimezone(office.zone)
    if office.country in TWELVE_HOURS:
        return f"{local.hour % 12 or 12}:{local:%M} {'am' if local.hour < 12 else 'pm'}"
    return f"{local:%H:%M}"


def day(at: datetime, now: datetime, office: Office) -> str:
    """'Today', 'Yesterday', a weekday of the last six days, or a date."""
    local, today = at.astimezone(office.zone).date(), now.astimezone(office.zone).date()
    ago = (today - local).days
    if 0 <= ago < 2:
        return ("Today", "Yesterday")[ago]
    if 2 <= ago < 7:
        return f"{local:%A}"
    date = f"{local:%b} {local.day}" if office.country in MONTH_FIRST else f"{local.day} {local:%b}"
    return date if local.year == today.year else f"{date}, {local.year}"


def moment(at: datetime, now: datetime, office: Office) -> str:
    """Day and time: 'Yesterday, 2:05 pm'."""
    return f"{day(at, now, office)}, {clock(at, office)}"


def short(at: datetime, now: datetime, office: Office) -> str:
    """What fits beside a name: the time today, else the day."""
    said = day(at, now, office)
    return clock(at, office) if said == "Today" else said


def length(span: timedelta) -> str:
    """A span in one unit: 'less than a minute', '12 min', '3 h', '2 days'."""
    minutes = int(span.total_seconds()) // 60
    if minutes < 1:
        return "less than a minute"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h"
    return f"{minutes // (24 * 60)} days"


def duration(span: timedelta) -> str:
    """How long a call or a part of it took: '95 s', '3 min', '1 h'."""
    seconds = round(span.total_seconds())
    return f"{seconds} s" if seconds < 120 else length(timedelta(minutes=round(seconds / 60)))
