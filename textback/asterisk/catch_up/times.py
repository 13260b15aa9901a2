"""When something in CEL or CDR was: wall clocks of unknown zones, and what uniqueids tell."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from textback.core.errors import ConfigError, Problem

# Asterisk's ast_channel_alloc: [systemname-]SECONDS.COUNTER
_UNIQUEID = re.compile(r"(?:.*-)?(\d{9,11})\.\d+", re.ASCII | re.DOTALL)
_EPOCH = re.compile(r"\d{9,11}(\.\d+)?", re.ASCII)
_ZONES_DIFFER_BY = timedelta(minutes=15)
_SAME_CLOCK = timedelta(minutes=5)


def born_at(uniqueid: str) -> datetime | None:
    """When the channel with this uniqueid was made, to the second; None if it does not say.

    Whatever zone a PBX writes its records in, a uniqueid counts seconds since 1970 in UTC.
    """
    found = _UNIQUEID.fullmatch(uniqueid)
    return datetime.fromtimestamp(int(found[1]), UTC) if found else None


def shown_time(value: object) -> datetime:
    """A time as a record shows it: aware if it says which instant, naive if it is a wall clock's.

    Takes seconds since 1970 (CEL without a dateformat), ISO 8601 ("2026-11-23 12:14:24", with or
    without a fraction and an offset) and datetimes. Raises ValueError.
    """
    if isinstance(value, datetime):
        return value
    text = str(value).strip()
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(float(text), UTC)
    return datetime.fromisoformat(text)


class WallClock:
    """The clock of a PBX's records, which may be in any zone.

    Without a `zone` it learns how far it is from UTC from the channels' births, and goes on
    learning: the next call after a change to summer time sets it right. With a `zone` births only
    prove it: ConfigError when they are not in it.
    """

    def __init__(self, zone: tzinfo | None = None) -> None:
        self._zone = zone
        self._learnt: tzinfo = UTC

    def saw_birth(self, shown: datetime, uniqueid: str) -> None:
        """A channel with this uniqueid was born when the clock showed `shown`."""
        born = born_at(uniqueid)
        if born is None or shown.tzinfo is not None:
            return
        if self._zone is None:
            ahead = shown.replace(tzinfo=UTC) - born
            self._learnt = timezone(_ZONES_DIFFER_BY * round(ahead / _ZONES_DIFFER_BY))
        elif abs(self.utc(shown) - born) > _SAME_CLOCK:
            raise ConfigError([Problem("history", self._wrong_zone(shown, born))])

    def utc(self, shown: datetime) -> datetime:
        """The instant, by what is known up to now."""
        if shown.tzinfo is None:
            shown = shown.replace(tzinfo=self._zone or self._learnt)
        return shown.astimezone(UTC)

    def _wrong_zone(self, shown: datetime, born: datetime) -> str:
        return (
            f"its times are not in the zone {self._zone}: "
            f"a call of {born:%Y-%m-%d %H:%M} UTC is written as {shown:%Y-%m-%d %H:%M}"
        )


@contextmanager
def naming_bad_times(where: str) -> Iterator[None]:
    """Turn a time that nobody can read into a ConfigError: the PBX writes it in its own format."""
    try:
        yield
    except ValueError as error:
        told = f"a time is in a format of its own ({error}); leave dateformat unset"
        raise ConfigError([Problem(where, told)]) from error
