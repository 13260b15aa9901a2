"""CEL rows retold as the AMI events they stand for, so that the live tracker can judge them.

Rows are retold all at once: some of what AMI says early, CEL shows only on a later row.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from textback.asterisk.catch_up.layout import Record
from textback.asterisk.catch_up.times import born_at
from textback.asterisk.events import Headers
from textback.asterisk.inbound import endpoint_of

_ENDS = ("HANGUP", "CHAN_END")
_NOT_YET, _RINGS_AT_US, _RINGING, _UP = "0", "4", "5", "6"  # ChannelState
_STOPPED, _USER_BUSY = "0", "17"  # Q.850; Asterisk says 0 of all channels when it is stopped
# ... and causes of legs that never rang: no such user, unreachable, rejected at once, congestion
_NEVER_RANG = frozenset(
    {_USER_BUSY, "1", "3", "20", "21", "27", "34", "38", "41", "42", "44", "58"}
)
_DIALLING = ("Dial", "Queue")
# Applications that Asterisk shows on a channel it called itself.
_CALLED_BY_PBX = ("AppDial", "AppDial2", "AppQueue")


@dataclass(slots=True)
class _Channel:
    """A channel: first what all its rows say together, then how far the retelling has come."""

    first: Record
    called_by_pbx: bool = False
    last_end: int = -1  # the place of the row that is its end
    cause: str = ""
    hung_up_itself: bool = False
    dial_status: str = ""
    dialler: str = ""
    rings: bool = False


class Retelling:
    """The rows of one reading, in the order of writing; take them one by one, in that order."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._records = records
        self._channels: dict[str, _Channel] = {}
        self._called_by: dict[str, list[_Channel]] = {}
        self._live: dict[str, _Channel] = {}
        self._dialling: dict[str, str] = {}  # who is at that now, and the arguments
        for place, row in enumerate(records):
            self._read_ahead(place, row)

    def _read_ahead(self, place: int, row: Record) -> None:
        channel = self._channels.setdefault(row["uniqueid"], _Channel(row))
        channel.called_by_pbx = channel.called_by_pbx or row["app"] in _CALLED_BY_PBX
        if row["event"] in _ENDS:
            channel.last_end = place
        if row["event"] == "HANGUP":
            extra = _extra(row)
            channel.cause = extra.get("hangupcause", "")
            channel.hung_up_itself = extra.get("hangupsource") == row["channel"]
            channel.dial_status = extra.get("dialstatus", "")

    def events_of(self, place: int) -> Iterator[Headers]:
        """The AMI events that the row at this place stands for; mostly one or none."""
        row = self._records[place]
        channel = self._channels[row["uniqueid"]]
        match row["event"]:
            case "CHAN_START":
                yield from self._born(row, channel)
            case "ANSWER":
                yield from self._answered(row, channel)
            case "BRIDGE_ENTER" | "BRIDGE_EXIT":
                yield _bridge(row)
            case "APP_START":
                yield from self._app_started(row)
            case "APP_END":
                yield from self._app_ended(row, channel)
            case "BLINDTRANSFER":
                yield _transfer(row)
            case "HANGUP" | "CHAN_END":
                yield from self._hung_up(place, row, channel)

    def killed(self, born_by: datetime | None = None) -> Iterator[Headers]:
        """The PBX was killed: what it would have said of each live channel, had it been stopped.

        With `born_by`, of those channels only that were born until then.
        """
        dead = [c for c in self._live.values() if born_by is None or _is_born_by(born_by, c)]
        for channel in dead:
            if channel.rings:
                yield self._dial_ended(channel, "NOANSWER")
        for channel in dead:
            del self._live[channel.first["uniqueid"]]
            self._dialling.pop(channel.first["uniqueid"], None)
            yield _told("Hangup", channel.first, Cause=_STOPPED)

    def _born(self, row: Record, channel: _Channel) -> Iterator[Headers]:
        self._live[row["uniqueid"]] = channel
        begins_a_call = row["uniqueid"] == row["linkedid"] and not channel.called_by_pbx
        yield _told("Newchannel", row, ChannelState=_RINGS_AT_US if begins_a_call else _NOT_YET)
        if row["uniqueid"] != row["linkedid"] and self._is_dialled(row, channel):
            channel.dialler = self._dialler_of(row)
            channel.rings = True
            self._called_by.setdefault(channel.dialler, []).append(channel)
            yield self._dial("DialBegin", channel, DialString=self._dial_string(channel))
            if channel.cause not in _NEVER_RANG:
                yield _told("Newstate", row, ChannelState=_RINGING)

    def _is_dialled(self, row: Record, channel: _Channel) -> bool:
        # Later rows show it. A phone that rang when the PBX was killed has none.
        cut_off = channel.last_end < 0 and any(
            self._channels[u].first["linkedid"] == row["linkedid"] and _device(arguments, row)
            for u, arguments in self._dialling.items()
        )
        return channel.called_by_pbx or cut_off

    def _dialler_of(self, called: Record) -> str:
        """Who dials this channel, which CEL does not say: who is dialling, and such a device."""
        linkedid = called["linkedid"]
        at_it = [u for u in self._dialling if self._channels[u].first["linkedid"] == linkedid]
        named = [u for u in at_it if _device(self._dialling[u], called)]
        return next(iter([*reversed(named), *reversed(at_it)]), linkedid)

    def _dial_string(self, channel: _Channel) -> str:
        arguments = self._dialling.get(channel.dialler, "")
        return _device(arguments, channel.first).partition("/")[2]

    def _answered(self, row: Record, channel: _Channel) -> Iterator[Headers]:
        yield _told("Newstate", row, ChannelState=_UP)
        if channel.rings:
            yield self._dial_ended(channel, "ANSWER")
            yield from self._others_stop_ringing(channel.dialler, "CANCEL")

    def _app_started(self, row: Record) -> Iterator[Headers]:
        arguments = row.get("data", "")
        if row["app"] in _DIALLING:
            self._dialling[row["uniqueid"]] = arguments
        if row["app"] == "Queue":
            yield _told("QueueCallerJoin", row, Queue=arguments.partition(",")[0])
        elif row["app"].lower() == "voicemail":
            yield _told("Newexten", row, Application=row["app"], AppData=arguments)

    def _app_ended(self, row: Record, channel: _Channel) -> Iterator[Headers]:
        if row["app"] in _DIALLING:
            self._dialling.pop(row["uniqueid"], None)
            yield from self._others_stop_ringing(row["uniqueid"])
        if row["app"] == "Queue":
            if channel.hung_up_itself and channel.dial_status in ("", "CANCEL"):
                yield _told("HangupRequest", row)
                yield _told("QueueCallerAbandon", row)
            yield _told("QueueCallerLeave", row)

    def _hung_up(self, place: int, row: Record, channel: _Channel) -> Iterator[Headers]:
        if row["event"] == "HANGUP":
            if channel.hung_up_itself:
                yield _told("HangupRequest", row)
            if channel.rings:
                yield self._dial_ended(channel, self._status_of(channel))
        if place == channel.last_end:
            self._live.pop(row["uniqueid"], None)
            self._dialling.pop(row["uniqueid"], None)
            yield from self._others_stop_ringing(row["uniqueid"])
            yield _told("Hangup", row, Cause=channel.cause)

    def _others_stop_ringing(self, dialler: str, status: str = "") -> Iterator[Headers]:
        # Dialling is over before the caller goes on; the called channels' own rows come later.
        for called in self._called_by.get(dialler, ()):
            if called.rings:
                yield self._dial_ended(called, status or self._status_of(called))

    def _dial_ended(self, called: _Channel, status: str) -> Headers:
        called.rings = False
        return self._dial("DialEnd", called, DialStatus=status)

    def _dial(self, event: str, called: _Channel, **more: str) -> Headers:
        dialler = self._channels.get(called.dialler)
        told = _told(event, dialler.first if dialler else called.first, **more)
        return {**told, **{f"Dest{name}": value for name, value in _leg(called.first).items()}}

    def _status_of(self, called: _Channel) -> str:
        if called.cause == _USER_BUSY:
            return "BUSY"
        caller = self._channels.get(called.first["linkedid"])
        gave_up = caller is not None and caller.dial_status == "CANCEL"
        return "CANCEL" if gave_up else "NOANSWER"


def _is_born_by(time: datetime, channel: _Channel) -> bool:
    born = born_at(channel.first["uniqueid"])
    return born is not None and born <= time


def _device(arguments: str, called: Record) -> str:
    """What of Dial's arguments led to this channel: of "PJSIP/101&PJSIP/102,20" one device."""
    technology = called["channel"].partition("/")[0]
    endpoint = endpoint_of(called["channel"])
    devices = arguments.partition(",")[0].split("&")
    return next((d for d in devices if d.startswith(f"{technology}/") and endpoint in d), "")


def _bridge(row: Record) -> Headers:
    extra = _extra(row)
    return _told(
        "BridgeEnter" if row["event"] == "BRIDGE_ENTER" else "BridgeLeave",
        row,
        BridgeUniqueid=extra.get("bridge_id", ""),
        BridgeTechnology=extra.get("bridge_technology", ""),
    )


def _transfer(row: Record) -> Headers:
    transferee = _extra(row).get("transferee_channel_uniqueid", "")
    return _told("BlindTransfer", row, TransfereeUniqueid=transferee)


def _told(event: str, row: Record, **more: str) -> dict[str, str]:
    return {"Event": event, **_leg(row), **more}


def _leg(row: Record) -> dict[str, str]:
    return {
        "Channel": row["channel"],
        "Uniqueid": row["uniqueid"],
        "Linkedid": row["linkedid"],
        "CallerIDNum": row["number"],
        "CallerIDName": row.get("name", ""),
        "Context": row["context"],
        "Exten": row["exten"],
    }


def _extra(row: Record) -> Mapping[str, str]:
    """The row's own details, JSON since Asterisk 12; empty when it is anything else."""
    try:
        parsed = json.loads(row["extra"] or "{}")
    except ValueError:
        return {}
    items = parsed.items() if isinstance(parsed, dict) else ()
    return {str(name): str(value) for name, value in items}
