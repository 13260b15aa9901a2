"""Short ways to write down what Asterisk would have."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from textback.asterisk.catch_up.layout import Record

BORN = 1772443800  # the caller's channel, in seconds since 1970
START = datetime.fromtimestamp(BORN, UTC)
CALLER = ("PJSIP/provider-01", f"{BORN}.1")
PHONE = ("PJSIP/101-02", f"{BORN}.2")
HALF_1 = ("Local/101@ext-0a;1", f"{BORN}.3")
HALF_2 = ("Local/101@ext-0a;2", f"{BORN}.4")

Channel = tuple[str, str]


def cel(
    event: str,
    channel: Channel = CALLER,
    *,
    after: float = 0,
    app: str = "",
    data: str = "",
    linkedid: str = CALLER[1],
    time: str = "",
    name: str = "",
    **extra: str,
) -> dict[str, str]:
    """A CEL row; `extra` goes into its JSON."""
    arrival = event == "CHAN_START" and channel is CALLER
    return {
        "event": event,
        "time": time or f"{BORN + after:.6f}",
        "name": name,
        "number": "5550100" if channel is CALLER else "101",
        "exten": "2001" if arrival else "s",
        "context": "from-trunk" if arrival else "from-internal",
        "channel": channel[0],
        "app": app,
        "data": data,
        "uniqueid": channel[1],
        "linkedid": linkedid,
        "extra": json.dumps(extra) if extra else "",
    }


def arrives(*, time: str = "", name: str = "") -> Record:
    return cel("CHAN_START", time=time, name=name)


def rings(channel: Channel = PHONE) -> Record:
    return cel("CHAN_START", channel)


def enters(channel: Channel, bridge: str, technology: str = "simple_bridge") -> Record:
    return cel("BRIDGE_ENTER", channel, bridge_id=bridge, bridge_technology=technology)


def ends(
    channel: Channel = CALLER, *, after: float = 10, cause: str = "16", by: str = "", dial: str = ""
) -> Sequence[Record]:
    app = "" if channel is CALLER or channel is HALF_2 else "AppDial"
    why = {"hangupcause": cause, "hangupsource": by, "dialstatus": dial}
    return (
        cel("HANGUP", channel, after=after, app=app, **why),
        cel("CHAN_END", channel, after=after, app=app),
    )


def cdr(
    destination: str = "",
    disposition: str = "NO ANSWER",
    *,
    channel: Channel = CALLER,
    app: str = "Dial",
    data: str = "",
    after: float = 0,
    seconds: float = 4,
    context: str = "did-2001",
    linkedid: str = "",
    did: str = "",
) -> Record:
    shown = START + timedelta(seconds=after)
    return {
        "time": f"{shown:%Y-%m-%d %H:%M:%S}",
        "clid": '"Zoë" <5550100>',
        "number": "5550100",
        "exten": "s",
        "context": context,
        "channel": channel[0],
        "destination": destination,
        "app": app,
        "data": data,
        "seconds": str(seconds),
        "disposition": disposition,
        "uniqueid": channel[1],
        "linkedid": linkedid,
        "did": did,
    }


def quoted(rows: Iterable[Sequence[str]]) -> str:
    """As Asterisk writes CSV: every field in quotes."""
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    return text.getvalue()


_SAMPLE = (
    *("event", "time", "name", "number", "", "", "", "exten", "context", "channel", "app"),
    *("data", "", "", "uniqueid", "linkedid", "", "", "", "extra"),
)
_MASTER = (
    *("", "number", "exten", "context", "clid", "channel", "destination", "app", "data", "time"),
    *("", "", "seconds", "", "disposition", "", "uniqueid"),
)


def cel_csv(records: Iterable[Record]) -> str:
    """cel-custom/Master.csv with the mapping of Asterisk's sample."""
    return quoted([record.get(name, "") for name in _SAMPLE] for record in records)


def cdr_csv(records: Iterable[Record], more: Sequence[str] = ()) -> str:
    """cdr-csv/Master.csv with loguniqueid = yes; `more` are the values of further columns."""
    return quoted([*(record.get(name, "") for name in _MASTER), *more] for record in records)
