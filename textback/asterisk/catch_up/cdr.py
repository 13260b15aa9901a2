"""CDR rows to finished calls, where there is no CEL.

A person was reached when any record of the call is ANSWERED and names another channel than a Local
one. That errs where a mobile took the call but never accepted it (follow-me with confirmation).
A call detail record shows neither in which context the call came in, nor who hung up, nor whether
a message was left.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from textback.asterisk.catch_up.layout import Record
from textback.asterisk.catch_up.times import WallClock, born_at, naming_bad_times, shown_time
from textback.asterisk.events import CoreShowChannel
from textback.asterisk.graph import Channel
from textback.asterisk.inbound import InboundRule, device_of
from textback.asterisk.reading import to_event
from textback.core.calls import CallEnded, LostIn, Outcome, Voicemail

_MENU_APPS = frozenset({"background", "waitexten", "read"})
_CLID = re.compile(r'\s*"(?P<name>.*)"\s*<(?P<number>[^<>]*)>\s*', re.DOTALL)
_NO_NUMBERS = frozenset({"", "anonymous", "unknown", "unavailable", "restricted", "private"})
_A_MOMENT = timedelta(seconds=5)


def judge_cdr(records: Sequence[Record], inbound: InboundRule, clock: WallClock) -> list[CallEnded]:
    """The inbound calls these records tell of. Asterisk writes a record when its channel is gone.

    Raises ConfigError when a time cannot be read.
    """
    with naming_bad_times("history: calldate"):
        written = sorted((_Written.read(record) for record in records), key=lambda row: row.at)
    index = _Index(written)
    calls = [own for own in index.by_uniqueid.values() if _is_call(own[0].record, inbound)]
    return [_judged(_Call(own, index.family_of(own)), inbound, clock) for own in calls]


@dataclass(frozen=True, slots=True)
class _Written:
    """A record with its times; `shown` may be a wall clock's, `at` is good for comparing only."""

    record: Record
    shown: datetime
    at: datetime
    lasted: timedelta

    @classmethod
    def read(cls, record: Record) -> "_Written":
        shown = shown_time(record["time"])
        at = shown if shown.tzinfo else shown.replace(tzinfo=UTC)
        return cls(record, shown, at, timedelta(seconds=float(record["seconds"] or 0)))

    @property
    def end(self) -> datetime:
        return self.at + self.lasted

    @property
    def is_answered(self) -> bool:
        return self.record["disposition"] == "ANSWERED"

    @property
    def phone(self) -> str:
        """Whom it called, "" if nobody or a Local channel."""
        name = self.record["destination"]
        channel = Channel("", name, outside=False, born_at=self.at)
        return name if name and channel.is_person else ""

    def runs(self, *apps: str) -> bool:
        return self.record["app"].lower() in apps


@dataclass(slots=True)
class _Index:
    """Records by what ties them together."""

    rows: Sequence[_Written]
    by_uniqueid: dict[str, list[_Written]] = field(default_factory=dict)
    by_linkedid: dict[str, list[_Written]] = field(default_factory=dict)
    by_channel: dict[str, list[_Written]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for row in self.rows:
            self.by_uniqueid.setdefault(row.record["uniqueid"], []).append(row)
            self.by_linkedid.setdefault(row.record.get("linkedid", ""), []).append(row)
            self.by_channel.setdefault(row.record["channel"], []).append(row)

    def family_of(self, own: Sequence[_Written]) -> Sequence[_Written]:
        """A caller's records with those of the channels that worked for them."""
        if linkedid := own[0].record.get("linkedid"):
            return self.by_linkedid[linkedid]
        return list(self._by_local_channels(own))

    def _by_local_channels(self, own: Sequence[_Written]) -> Iterator[_Written]:
        # Master.csv has no linkedid unless newcdrcolumns is set: the halves of Local channels,
        # named alike, tell what a call went on with. The names begin anew with each Asterisk.
        first, last = own[0].at - _A_MOMENT, max(row.end for row in own) + _A_MOMENT
        frontier, seen = list(own), set[str]()
        while frontier:
            row = frontier.pop()
            yield row
            half = _other_half(row.record["destination"])
            if half and half not in seen:
                seen.add(half)
                frontier += [r for r in self.by_channel.get(half, ()) if first <= r.at <= last]


def _other_half(channel: str) -> str:
    if not channel.startswith("Local/") or not channel.endswith(";1"):
        return ""
    return f"{channel[:-2]};2"


def _is_call(record: Record, inbound: InboundRule) -> bool:
    # A record shows where the dialplan was last: the same as a channel met in mid-call.
    met = to_event(
        {
            "Event": "CoreShowChannel",
            "Channel": record["channel"],
            "ChannelState": "6",
            "Uniqueid": record["uniqueid"],
            "Linkedid": record.get("linkedid") or record["uniqueid"],
            "CallerIDNum": _number(record),
            "Context": record["context"],
            "Application": record["app"],
        }
    )
    return isinstance(met, CoreShowChannel) and inbound.is_call_under_way(met)


@dataclass(frozen=True, slots=True)
class _Call:
    """The caller's own records, oldest first, and those of the whole call."""

    own: Sequence[_Written]
    family: Sequence[_Written]

    @property
    def talks(self) -> Sequence[_Written]:
        return [row for row in self.family if row.is_answered and row.phone]

    @property
    def reached_voicemail(self) -> bool:
        return any(row.runs("voicemail") for row in self.family)

    @property
    def attempts(self) -> Sequence[_Written]:
        return [row for row in self.own if row.runs("dial", "queue") or row.phone]

    @property
    def queue(self) -> str:
        queues = [row.record.get("data", "") for row in self.own if row.runs("queue")]
        return queues[-1].partition(",")[0] if queues else ""

    @property
    def verdict(self) -> tuple[Outcome, LostIn]:
        if self.talks:
            return Outcome.ANSWERED, LostIn.NOWHERE
        if self.reached_voicemail:
            return Outcome.VOICEMAIL, LostIn.VOICEMAIL
        return self._of_attempts() if self.attempts else self._without_attempts()

    def _of_attempts(self) -> tuple[Outcome, LostIn]:
        place = LostIn.QUEUE if self.queue else LostIn.RINGING
        if {row.record["disposition"] for row in self.attempts} == {"BUSY"}:
            return Outcome.BUSY, place
        # When the dialplan gave up, what it did next, if only Hangup, has a record of its own.
        was_last = self.attempts[-1] is self.own[-1] and bool(self.own[-1].record["destination"])
        return (Outcome.ABANDONED if was_last else Outcome.NO_ANSWER), place

    def _without_attempts(self) -> tuple[Outcome, LostIn]:
        last = self.own[-1]
        if last.record["disposition"] == "BUSY":
            return Outcome.BUSY, LostIn.NOWHERE
        if last.record["disposition"] in ("FAILED", "CONGESTION"):
            return Outcome.FAILED, LostIn.NOWHERE
        if last.runs(*_MENU_APPS):
            return Outcome.ABANDONED, LostIn.MENU
        if last.is_answered:
            return Outcome.CLOSED, LostIn.ANNOUNCEMENT
        return Outcome.NO_ANSWER, LostIn.NOWHERE


def _judged(call: _Call, inbound: InboundRule, clock: WallClock) -> CallEnded:
    first = call.own[0]
    record = first.record
    clock.saw_birth(first.shown, record["uniqueid"])
    started_at = born_at(record["uniqueid"]) or clock.utc(first.shown)
    outcome, lost_in = call.verdict
    return CallEnded(
        uniqueid=record["uniqueid"],
        linkedid=record.get("linkedid") or record["uniqueid"],
        caller=_number(record),
        caller_name=_caller_id(record)[0],
        did=_did(record, inbound),
        outcome=outcome,
        person_reached=bool(call.talks),
        started_at=started_at,
        ended_at=started_at + (max(row.end for row in call.own) - first.at),
        voicemail=Voicemail.ENTERED if call.reached_voicemail else Voicemail.NONE,
        lost_in=lost_in,
        queue=call.queue,
        trunk=device_of(record["channel"]),
        rang=tuple(dict.fromkeys(device_of(row.phone) for row in call.family if row.phone)),
        answered_by=device_of(call.talks[0].phone) if call.talks else "",
        events=tuple(_trimmed(row.record) for row in call.family),
    )


def _did(record: Record, inbound: InboundRule) -> str:
    """What was dialled: FreePBX keeps it; elsewhere only a record that never left its context."""
    dialled = record.get("exten", "") if inbound.covers_context(record["context"]) else ""
    return record.get("did", "") or ("" if dialled == "s" else dialled)


def _number(record: Record) -> str:
    number = record.get("number", "") or _caller_id(record)[1]
    return "" if number.lower() in _NO_NUMBERS else number


def _caller_id(record: Record) -> tuple[str, str]:
    found = _CLID.fullmatch(record["clid"])
    return (found["name"], found["number"]) if found else ("", record["clid"].strip(" <>"))


def _trimmed(record: Record) -> Mapping[str, str]:
    shown = {
        "Event": "Cdr",
        "Channel": record["channel"],
        "CallerIDNum": _number(record),
        "Context": record["context"],
        "Exten": record.get("exten", ""),
        "Uniqueid": record["uniqueid"],
        "Linkedid": record.get("linkedid", ""),
        "DestChannel": record["destination"],
        "DialStatus": record["disposition"],
        "Application": record["app"],
        "AppData": record.get("data", ""),
    }
    return {name: value for name, value in shown.items() if value}
