"""A call's events, trimmed, so that a person can see why the call was judged so."""

from collections import deque
from collections.abc import Mapping
from datetime import datetime

from textback.asterisk.events import Headers

_KEPT_HEADERS = frozenset(
    (
        "Event",
        "Channel",
        "ChannelStateDesc",
        "CallerIDNum",
        "CID-CallingPres",
        "Context",
        "Exten",
        "Uniqueid",
        "Linkedid",
        "DestChannel",
        "DestUniqueid",
        "DialStatus",
        "BridgeUniqueid",
        "BridgeTechnology",
        "BridgeNumChannels",
        "LocalOneChannel",
        "LocalTwoChannel",
        "Application",
        "AppData",
        "Mailbox",
        "Waiting",
        "Queue",
        "Newname",
        "Cause",
        "Cause-txt",
    )
)
_FIRST_KEPT = 40
_LAST_KEPT = 120


class Trail:
    """The first and the last events of a call; a long one stays bounded."""

    def __init__(self) -> None:
        self._first: list[tuple[Headers, datetime]] = []
        self._last: deque[tuple[Headers, datetime]] = deque(maxlen=_LAST_KEPT)

    def add(self, headers: Headers, at: datetime) -> None:
        if len(self._first) < _FIRST_KEPT:
            self._first.append((headers, at))
        else:
            self._last.append((headers, at))

    def events(self) -> tuple[Mapping[str, str], ...]:
        """The kept events, oldest first, each with the headers worth reading only.

        Timestamp is AMI's own header (timestampevents in manager.conf): seconds since 1970.
        """
        return tuple(_trimmed(headers, at) for headers, at in (*self._first, *self._last))


def _trimmed(headers: Headers, at: datetime) -> Mapping[str, str]:
    kept = {name: value for name, value in headers.items() if name in _KEPT_HEADERS and value}
    kept["Timestamp"] = f"{at.timestamp():.3f}"
    return kept
