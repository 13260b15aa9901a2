"""What happened in a call, step by step, read from its AMI events (in words: `call_story`)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

Headers = Mapping[str, str]

OUTSIDE = "a number outside"
SOMEBODY = "a colleague"

_HELPERS = ("Local/", "CBAnn/", "CBRec/", "Snoop/", "Announcer/", "Recorder/", "Message/")


class Did(StrEnum):
    """What the caller, a phone or the phone system did."""

    CAME = "came"
    RINGS = "rings"
    STOPS = "stops_ringing"
    SYSTEM_ANSWERS = "system_answers"  # a menu, an announcement, music
    JOINS_QUEUE = "joins_queue"
    LEAVES_QUEUE = "leaves_queue"
    GIVES_UP_IN_QUEUE = "gives_up_in_queue"
    ENTERS_VOICEMAIL = "enters_voicemail"
    LEAVES_MESSAGE = "leaves_message"
    TALKS = "talks"
    PARTS = "parts"
    IS_PARKED = "is_parked"
    HEARS_BUSY = "hears_busy"
    HANGS_UP = "hangs_up"
    ENDS = "ends"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened.

    `what` is the phone, the queue or the mailbox, and with CAME the line; `how` is the caller's
    number with CAME, and with STOPS Asterisk's DialStatus. `at` is in seconds since the first
    event, None where the events have no time (AMI's own header Timestamp).
    """

    did: Did
    what: str = ""
    how: str = ""
    at: float | None = None


def steps_of(events: Sequence[Headers]) -> list[Step]:
    """The steps of a whole call; the first event must be of the caller's own channel."""
    follower = StepFollower(events[0].get("Uniqueid", "")) if events else None
    return [step for event in events for step in follower.take(event)] if follower else []


class StepFollower:
    """Takes one call's events in their order and tells each step as soon as it has happened.

    `caller` is the Uniqueid of the caller's channel; `came` says that the call is under way
    already. Whole or trimmed events do.
    """

    def __init__(self, caller: str, *, came: bool = False) -> None:
        self._caller = caller
        self._names: dict[str, str] = {}
        self._bridges: dict[str, set[str]] = {}
        self._ringing: dict[str, str] = {}
        self._talks_with: dict[str, str] = {}
        self._in_voicemail: set[str] = set()
        self._came = came
        self._answered = False
        self._answered_by = ""
        self._hung_up = False
        self._began: float | None = None
        self._readers: dict[str, Callable[[Headers], list[Step]]] = {
            "Newstate": self._newstate,
            "DialEnd": self._dial_end,
            "BridgeEnter": self._bridge_enter,
            "BridgeLeave": self._bridge_leave,
            "Newexten": self._newexten,
            "MessageWaiting": self._message_waiting,
            "QueueCallerJoin": lambda h: [Step(Did.JOINS_QUEUE, h.get("Queue", ""))],
            "QueueCallerLeave": lambda h: [Step(Did.LEAVES_QUEUE, h.get("Queue", ""))],
            "QueueCallerAbandon": lambda h: [Step(Did.GIVES_UP_IN_QUEUE, h.get("Queue", ""))],
            "HangupRequest": self._hangup_request,
            "Hangup": self._hangup,
        }

    def take(self, event: Headers) -> list[Step]:
        """The steps that this event shows, nearly always none or one."""
        if channel := event.get("Channel"):
            self._names[event.get("Uniqueid", "")] = channel
        at = self._time_of(event)
        return [Step(s.did, s.what, s.how, at) for s in (*self._arrival(event), *self._read(event))]

    def _read(self, event: Headers) -> list[Step]:
        reader = self._readers.get(event.get("Event", ""))
        steps = reader(event) if reader else []
        # What phones do after the caller's hang-up is of no interest.
        return [s for s in steps if not (self._hung_up and s.did in (Did.STOPS, Did.PARTS))]

    def _arrival(self, event: Headers) -> list[Step]:
        if self._came or not self._is_caller(event):
            return []
        self._came = True
        self._answered = event.get("ChannelStateDesc") == "Up"  # a snapshot's, long ago
        return [Step(Did.CAME, event.get("Exten", ""), event.get("CallerIDNum", ""))]

    def _time_of(self, event: Headers) -> float | None:
        try:
            at = float(event["Timestamp"])
        except (KeyError, ValueError):
            return None
        self._began = at if self._began is None else self._began
        return at - self._began

    def _is_caller(self, event: Headers) -> bool:
        return event.get("Uniqueid") == self._caller

    def _newstate(self, event: Headers) -> list[Step]:
        uniqueid, state = event.get("Uniqueid", ""), event.get("ChannelStateDesc")
        if uniqueid == self._caller:
            return self._caller_state(state)
        channel = event.get("Channel", "")
        if state == "Ringing" and not channel.startswith(_HELPERS):
            self._ringing[uniqueid] = self._phone(channel)
            return [Step(Did.RINGS, self._ringing[uniqueid])]
        return []

    def _caller_state(self, state: str | None) -> list[Step]:
        if state == "Busy":
            return [Step(Did.HEARS_BUSY)]
        if state != "Up" or self._answered:
            return []
        self._answered = True
        return [Step(Did.SYSTEM_ANSWERS)]

    def _dial_end(self, event: Headers) -> list[Step]:
        status, channel = event.get("DialStatus", ""), event.get("DestChannel", "")
        rang = self._ringing.pop(event.get("DestUniqueid", ""), "")
        if status == "ANSWER":
            # The caller's own channel is answered by a phone now, not by the dialplan.
            self._answered = self._answered or self._is_caller(event)
            self._answered_by = "" if channel.startswith(_HELPERS) else self._phone(channel)
            return []
        never_rang = status not in ("CANCEL", "NOANSWER", "")
        if rang or (never_rang and not channel.startswith(_HELPERS)):
            return [Step(Did.STOPS, rang or self._phone(channel), status)]
        return []

    def _newexten(self, event: Headers) -> list[Step]:
        if event.get("Application", "").lower() != "voicemail":
            return []
        self._answered = self._answered or self._is_caller(event)
        self._in_voicemail.add(event.get("Uniqueid", ""))
        return [Step(Did.ENTERS_VOICEMAIL, event.get("AppData", "").partition(",")[0])]

    def _message_waiting(self, event: Headers) -> list[Step]:
        # Where messages are mailed and deleted (delete=yes) none waits.
        waits = event.get("Waiting", "0") not in ("", "0")
        left = waits or event.get("Uniqueid", "") in self._in_voicemail - {""}
        return [Step(Did.LEAVES_MESSAGE, event.get("Mailbox", ""))] if left else []

    def _hangup_request(self, event: Headers) -> list[Step]:
        if not self._is_caller(event) or self._hung_up:
            return []
        self._hung_up = True
        return [Step(Did.HANGS_UP)]

    def _hangup(self, event: Headers) -> list[Step]:
        uniqueid = event.get("Uniqueid", "")
        if uniqueid == self._caller:
            return [] if self._hung_up else [Step(Did.ENDS)]
        stopped = self._ringing.pop(uniqueid, "")
        return [Step(Did.STOPS, stopped)] if stopped else self._gone(uniqueid)

    # Who hears whom

    def _bridge_enter(self, event: Headers) -> list[Step]:
        uniqueid, bridge = event.get("Uniqueid", ""), event.get("BridgeUniqueid", "")
        if event.get("BridgeTechnology") == "holding_bridge":
            return [*self._changed(), Step(Did.IS_PARKED)] if uniqueid == self._caller else []
        members = self._bridges.setdefault(bridge, set())
        members.add(uniqueid)
        if uniqueid == self._caller and self._meets_strangers(event, members):
            steps, self._talks_with = self._changed(), {bridge: self._answered_by or SOMEBODY}
            return [*steps, Step(Did.TALKS, self._talks_with[bridge])]
        return self._changed()

    def _meets_strangers(self, event: Headers, members: set[str]) -> bool:
        """Whether channels of which this call's events say nothing are in the bridge already."""
        count = event.get("BridgeNumChannels", "")
        # In a conference room, Asterisk's own announcer is counted but not told of.
        announcers = 1 if event.get("BridgeTechnology") == "softmix" else 0
        return count.isdecimal() and int(count) - announcers > len(members) == 1

    def _bridge_leave(self, event: Headers) -> list[Step]:
        uniqueid, bridge = event.get("Uniqueid", ""), event.get("BridgeUniqueid", "")
        self._bridges.get(bridge, set()).discard(uniqueid)
        # Where the caller leaves, the next bridge tells whether the phone comes along.
        return [] if uniqueid == self._caller else self._gone(uniqueid)

    def _gone(self, phone: str) -> list[Step]:
        name = self._talks_with.pop(phone, "")
        return [Step(Did.PARTS, name)] if name else []

    def _changed(self) -> list[Step]:
        """Whom the caller hears no more, and whom from now on."""
        before, heard = self._talks_with, self._within_earshot()
        self._talks_with = heard
        if heard:
            self._answered_by = ""
        gone = [Step(Did.PARTS, name) for u, name in before.items() if u not in heard]
        return [*gone, *(Step(Did.TALKS, name) for u, name in heard.items() if u not in before)]

    def _within_earshot(self) -> dict[str, str]:
        """The phones whose sound reaches the caller, through bridges and Local channels."""
        heard, frontier = {self._caller}, [self._caller]
        while frontier:
            for neighbour in self._neighbours(frontier.pop()) - heard:
                heard.add(neighbour)
                frontier.append(neighbour)
        names = {u: self._names.get(u, "") for u in heard - {self._caller}}
        return {u: self._phone(n) for u, n in names.items() if not n.startswith(_HELPERS)}

    def _neighbours(self, uniqueid: str) -> set[str]:
        found = {u for members in self._bridges.values() if uniqueid in members for u in members}
        base, _, half = self._names.get(uniqueid, "").rpartition(";")
        if half in ("1", "2"):
            other = f"{base};{'2' if half == '1' else '1'}"
            found |= {u for u, name in self._names.items() if name == other}
        return found

    def _phone(self, channel: str) -> str:
        """How people call the phone of a channel: "PJSIP/101-0000002a" is 101."""
        own_trunk = _endpoint(self._names.get(self._caller, ""))
        return OUTSIDE if _endpoint(channel) == own_trunk else _endpoint(channel)


def _endpoint(channel: str) -> str:
    peer = channel.partition("/")[2] or channel
    return peer.rpartition("-")[0] or peer
