"""Recorded AMI streams, made fit to be sent again as new calls."""

import re
import uuid
from collections.abc import Iterator
from pathlib import Path

from textback.asterisk.frames import FrameReader, event_name, parse, recorded
from textback.asterisk.simulator.channels import Headers
from textback.asterisk.simulator.exchange import Numbers

# Sent to one session only, or in answer to an action.
_NOT_FOR_ALL = frozenset({b"FullyBooted", b"SuccessfulAuth"})

_IDENTITY = re.compile(
    r"(?P<uniqueid>\b[0-9]{9,10}\.[0-9]+\b)"
    r"|(?P<bridge>\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b)"
    r"|(?P<channel>-[0-9a-f]{8}(?![0-9a-f-]))"
)


def recorded_events(path: Path, numbers: Numbers | None) -> Iterator[Headers]:
    """The events of a recording, in order.

    With `numbers`, ids of calls, channels and bridges are replaced, each by the same new one
    throughout, so that a second play is a new call. Raises OSError.
    """
    reader = FrameReader()
    renewed: dict[str, str] = {}
    for frame in reader.feed(recorded(path.read_bytes()) + b"\n\n"):
        name = event_name(frame)
        headers = parse(frame)
        if not name or name in _NOT_FOR_ALL or "ActionID" in headers:
            continue
        yield _renew(headers, numbers, renewed) if numbers else headers


def _renew(headers: Headers, numbers: Numbers, renewed: dict[str, str]) -> Headers:
    def new_one(match: re.Match[str]) -> str:
        old = match.group()
        if old not in renewed:
            renewed[old] = _new_identity(match, numbers)
        return renewed[old]

    return {name: _IDENTITY.sub(new_one, value) for name, value in headers.items()}


def _new_identity(match: re.Match[str], numbers: Numbers) -> str:
    if match["uniqueid"]:
        return numbers.uniqueid()
    if match["bridge"]:
        return str(uuid.uuid4())
    return numbers.channel("")
