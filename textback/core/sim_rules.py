"""What one SIM may send, so that its operator does not take it for a spammer's. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

HOUR, DAY = timedelta(hours=1), timedelta(hours=24)
_NEAR = 0.75  # of the limit of a day
LIMIT = "the SIM's limit of"  # how the reason begins for which a text waits


@dataclass(frozen=True, slots=True)
class SimRules:
    """The limits of a SIM, counted in SMS: a long text is several. 0 is no limit.

    From the start of one text to that of the next there is `interval` for each SMS of it.
    `per_hour` and `per_day` (any 24 hours) hold automatic texts back; what a person writes goes
    out, and counts. `failover_after` is how long the texts of this SIM wait for a modem that does
    not work, before another modem may take them.
    """

    interval: timedelta = timedelta(0)
    per_hour: int = 0
    per_day: int = 0
    failover_after: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Held:
    """Automatic texts wait until then, and why."""

    until: datetime
    why: str


def next_start(rules: SimRules, started_at: datetime, sms: int, now: datetime) -> datetime:
    """When the next text may start, after one of so many `sms`; `now` when at once."""
    if started_at > now:  # the clock was set back: nobody knows how long ago that was
        return now
    return max(now, started_at + sms * rules.interval)


def held(rules: SimRules, sent: Sequence[datetime], now: datetime) -> Held | None:
    """Whether automatic texts must wait; `sent` is when each SMS left, the oldest first."""
    found = [
        Held(sent[-limit] + span, f"{LIMIT} {limit} SMS {words} is reached")
        for limit, span, words in (
            (rules.per_hour, HOUR, "an hour"),
            (rules.per_day, DAY, "a day"),
        )
        if limit and len(sent) >= limit and now < sent[-limit] + span
    ]
    return max(found, key=lambda held: held.until, default=None)


def warning(rules: SimRules, sent: Sequence[datetime], now: datetime) -> str:
    """What staff should know of this SIM's limits now; "" while there is room."""
    if why := held(rules, sent, now):
        return f"{why.why[0].upper()}{why.why[1:]}: automatic texts wait, replies still go out."
    near = ceil(_NEAR * rules.per_day)
    if near and sum(now < at + DAY for at in sent) >= near:
        return f"{near} SMS were sent in 24 hours: automatic texts stop at {rules.per_day}."
    return ""
