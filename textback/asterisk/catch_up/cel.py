"""CEL rows to finished calls, judged by the live tracker.

CEL (channel event logging) says less than AMI: neither whether a number was withheld nor whether a
message was left. What it says of channels and bridges is enough to know who heard whom.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from textback.asterisk.catch_up.layout import Record
from textback.asterisk.catch_up.retelling import Retelling
from textback.asterisk.catch_up.times import WallClock, born_at, naming_bad_times, shown_time
from textback.asterisk.events import Headers
from textback.asterisk.inbound import InboundRule
from textback.asterisk.reading import to_event
from textback.asterisk.tracker import CallTracker
from textback.core.calls import CallEnded, Finding, OutboundEnded
from textback.core.errors import ConfigError, Problem

_COUNTED = re.compile(r"(?:.*-)?(\d+)\.(\d+)", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Restart:
    """The PBX was still alive at `alive_at`, and started anew at `booted_at`."""

    alive_at: datetime
    booted_at: datetime


def judge_cel(
    records: Sequence[Record],
    inbound: InboundRule,
    clock: WallClock,
    restart: Restart | None = None,
) -> list[CallEnded | OutboundEnded]:
    """The calls, either way, that ended within these rows, which stand in the order of writing.

    A killed PBX writes no end of its calls: by `restart`, or by the calls that come after it, they
    are known to be over. Raises ConfigError when events that the verdict hangs on are not written
    at all.
    """
    _check_events(records)
    tracker = CallTracker(inbound)
    findings: list[Finding] = []
    for headers, now in _story(records, clock, restart):
        event = to_event(headers)
        findings += tracker.feed(event, now) if event else []
    return [_dated(each) for each in findings if isinstance(each, CallEnded | OutboundEnded)]


def _story(
    records: Sequence[Record], clock: WallClock, restart: Restart | None
) -> Iterator[tuple[Headers, datetime]]:
    """The AMI events that the rows stand for, each with its time."""
    retelling, boots = Retelling(records), _Boots()
    last = datetime.fromtimestamp(0, UTC)
    for place, row in enumerate(records):
        now = _time_of(row, clock)
        if row["event"] == "CHAN_START" and boots.began_anew(row["uniqueid"]):
            killed_at = _killed_at(last, now, restart)
            yield from ((headers, killed_at) for headers in retelling.killed())
        yield from ((headers, now) for headers in retelling.events_of(place))
        last = now
    if restart is not None:
        killed_at = _killed_at(last, restart.booted_at, restart)
        dead = retelling.killed(born_by=restart.booted_at)
        yield from ((headers, killed_at) for headers in dead)


def _killed_at(last_row: datetime, next_sign: datetime, restart: Restart | None) -> datetime:
    """As early as can be, so that nobody is texted late: after the last sign of life."""
    alive_at = max(last_row, restart.alive_at) if restart else last_row
    return min(alive_at, next_sign)


def _time_of(row: Record, clock: WallClock) -> datetime:
    with naming_bad_times("history: eventtime"):
        shown = shown_time(row["time"])
    if row["event"] == "CHAN_START":
        clock.saw_birth(shown, row["uniqueid"])
    return clock.utc(shown)


def _dated(call: CallEnded | OutboundEnded) -> CallEnded | OutboundEnded:
    born = born_at(call.uniqueid)
    return call if born is None else replace(call, started_at=born)


def _check_events(records: Sequence[Record]) -> None:
    """Without its bridges every answered call would look missed."""
    written = {row["event"] for row in records}
    connected = any(row["event"] == "ANSWER" and row["app"] == "Dial" for row in records)
    missing = [] if "CHAN_START" in written or not written else ["CHAN_START"]
    if connected and "BRIDGE_ENTER" not in written:
        missing.append("BRIDGE_ENTER")
    if missing:
        told = f"cel.conf does not log {', '.join(missing)}: see deploy/asterisk/cel.conf"
        raise ConfigError([Problem("history", told)])


class _Boots:
    """Notices that Asterisk was killed: its channels have no end, and it counts from 0 again."""

    def __init__(self) -> None:
        self._last = (0, 0)

    def began_anew(self, uniqueid: str) -> bool:
        """Whether the channel born now is the first of another Asterisk than the last one was."""
        found = _COUNTED.fullmatch(uniqueid)
        if found is None:
            return False
        (born, count), (last_born, last_count) = (int(found[1]), int(found[2])), self._last
        # Two channels born at once may be counted in the other order.
        anew = count <= last_count and born > last_born + 1
        if anew or count > last_count:
            self._last = (born, count)
        return anew
