"""One simulated call: turns the steps of a scenario into the events Asterisk sends for them."""

import itertools
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from textback.asterisk.simulator.channels import Emit
from textback.asterisk.simulator.script import Step

_STATES = {0: "Down", 4: "Ring", 5: "Ringing", 6: "Up", 7: "Busy"}
_CAUSES = {0: "Unknown", 16: "Normal Clearing", 17: "User busy", 26: "Answered elsewhere"}
_CAUSE_TEXTS = {**_CAUSES, 20: "Subscriber absent", 127: "Interworking, unspecified"}
_DIAL_CAUSES = {"NOANSWER": 0, "BUSY": 17, "CHANUNAVAIL": 20, "CANCEL": 26}
_PRIVILEGES = {"Newexten": "dialplan,all", "Cdr": "cdr,all"}


class Numbers:
    """Uniqueids and channel numbers, never the same again, also not after a restart."""

    def __init__(self, epoch: int) -> None:
        self._epoch = epoch
        self._uniqueids = itertools.count()
        self._channels = itertools.count()

    def uniqueid(self) -> str:
        return f"{self._epoch}.{next(self._uniqueids)}"

    def channel(self, peer: str) -> str:
        return f"{peer}-{next(self._channels):08x}"


@dataclass(slots=True)
class SimulatedChannel:
    name: str
    uniqueid: str
    linkedid: str
    number: str
    display: str
    context: str
    exten: str
    state: int = 0
    bridge: str = ""

    def headers(self, prefix: str = "") -> dict[str, str]:
        """The channel snapshot that nearly every event carries."""
        return {
            f"{prefix}Channel": self.name,
            f"{prefix}ChannelState": str(self.state),
            f"{prefix}ChannelStateDesc": _STATES.get(self.state, "Unknown"),
            f"{prefix}CallerIDNum": self.number or "<unknown>",
            f"{prefix}CallerIDName": self.display or "<unknown>",
            f"{prefix}ConnectedLineNum": "<unknown>",
            f"{prefix}ConnectedLineName": "<unknown>",
            f"{prefix}Language": "en",
            f"{prefix}AccountCode": "",
            f"{prefix}Context": self.context,
            f"{prefix}Exten": self.exten,
            f"{prefix}Priority": "1",
            f"{prefix}Uniqueid": self.uniqueid,
            f"{prefix}Linkedid": self.linkedid,
        }


class SimulatedCall:
    """Plays steps, one at a time; `wait` is left to whoever plays them."""

    def __init__(
        self,
        caller: str,
        did: str,
        numbers: Numbers,
        emit: Emit,
        hide: Callable[[str], None],
    ) -> None:
        self._emit = emit
        self._hide = hide
        self._numbers = numbers
        uniqueid = numbers.uniqueid()
        name = numbers.channel("PJSIP/trunk")
        self.caller = SimulatedChannel(
            name, uniqueid, uniqueid, caller, "", "from-trunk", did, state=4
        )
        self._legs: dict[str, list[SimulatedChannel]] = {}
        self._dials: list[tuple[SimulatedChannel, SimulatedChannel]] = []
        self._queue = ""
        self._steps: dict[str, Callable[..., None]] = {
            "arrive": self._arrive,
            "context": self._context,
            "answer": self._answer,
            "dial": self._dial,
            "dial-local": self._dial_local,
            "take": self._take,
            "end": self._end,
            "release": self._release,
            "queue": self._join_queue,
            "leave-queue": self._leave_queue,
            "abandon-queue": self._abandon_queue,
            "voicemail": self._voicemail,
            "message": self._message,
            "play-busy": self._play_busy,
            "caller-hangs-up": self._caller_hangs_up,
            "office-hangs-up": self._office_hangs_up,
        }

    def play(self, step: Step) -> None:
        self._steps[step.verb](*step.arguments)

    # The caller

    def _arrive(self, how: str = "") -> None:
        if how == "anonymous":
            self.caller.number = self.caller.display = "anonymous"
        if how in ("withheld", "hidden"):
            self._hide(self.caller.name)
        self._say("Newchannel", self.caller)
        if how == "withheld":
            presentation = {"CID-CallingPres": "32 (Presentation Prohibited, Not Screened)"}
            self._say("NewCallerid", self.caller, presentation)
        self._context(f"did-{self.caller.exten}")

    def _context(self, name: str) -> None:
        self.caller.context, self.caller.exten = name, "s"

    def _answer(self) -> None:
        if self.caller.state != 6:
            self._change_state(self.caller, 6)

    def _play_busy(self) -> None:
        self._change_state(self.caller, 7)

    def _join_queue(self, name: str) -> None:
        self._queue = name
        self._say("QueueCallerJoin", self.caller, {"Queue": name, "Position": "1", "Count": "1"})

    def _leave_queue(self) -> None:
        place = {"Queue": self._queue, "Position": "1", "Count": "0"}
        self._say("QueueCallerLeave", self.caller, place)

    def _abandon_queue(self) -> None:
        self._cancel_dials()
        place = {"Queue": self._queue, "Position": "1", "OriginalPosition": "1", "HoldTime": "1"}
        self._say("QueueCallerAbandon", self.caller, place)
        self._leave_queue()

    def _voicemail(self, box: str) -> None:
        application = {"Application": "VoiceMail", "AppData": f"{box},u"}
        self._say("Newexten", self.caller, {"Extension": "s", **application})
        self._answer()

    def _message(self, box: str) -> None:
        counts = {"Waiting": "1", "New": "1", "Old": "0"}
        self._say("MessageWaiting", self.caller, {"Mailbox": box, **counts})

    def _caller_hangs_up(self) -> None:
        self._say("HangupRequest", self.caller)
        self._end_of_call(cause=16 if self.caller.state == 6 else 127)

    def _office_hangs_up(self) -> None:
        self._end_of_call(cause=17 if self.caller.state == 7 else 16)

    def _end_of_call(self, cause: int) -> None:
        self._cancel_dials()
        legs = [leg for phone in self._legs.values() for leg in phone]
        for channel in (self.caller, *legs):
            self._leave_bridge(channel)
        self._legs.clear()
        for leg in legs:
            self._hang_up(leg, 16)
        self._hang_up(self.caller, cause)

    # Phones

    def _dial(self, *phones: str) -> None:
        for phone in phones:
            leg = self._new_leg(f"PJSIP/{phone}", phone, "from-internal")
            self._legs[phone] = [leg]
            self._begin_dial(self.caller, leg)
        for phone in phones:
            self._change_state(self._legs[phone][-1], 5)

    def _dial_local(self, *phones: str) -> None:
        for phone in phones:
            base = self._numbers.channel(f"Local/{phone}@from-queue")
            one = self._new_leg(f"{base};1", phone, "from-queue", numbered=True)
            two = self._new_leg(f"{base};2", self.caller.number, "from-queue", 4, numbered=True)
            halves = {**one.headers("LocalOne"), **two.headers("LocalTwo")}
            self._emit_event("LocalBridge", {**halves, "Exten": phone, "LocalOptimization": "No"})
            self._begin_dial(self.caller, one)
            leg = self._new_leg(f"PJSIP/{phone}", phone, "from-internal")
            self._begin_dial(two, leg)
            self._change_state(leg, 5)
            self._change_state(one, 5)
            self._legs[phone] = [one, two, leg]

    def _take(self, phone: str) -> None:
        legs = self._legs[phone]
        for leg in reversed(legs):
            self._change_state(leg, 6)
        for parties in [parties for parties in self._dials if parties[1] in legs]:
            self._end_dial(parties, "ANSWER")
        for parties in tuple(self._dials):
            self._end_dial(parties, "CANCEL")
        for other in [name for name in self._legs if self._legs[name][-1].state == 5]:
            self._hang_up_phone(other, 26)
        self._answer()
        self._talk(legs)

    def _talk(self, legs: list[SimulatedChannel]) -> None:
        """Bridge phone and caller; behind a Local channel there is a bridge at either half."""
        parties = [*reversed(legs), self.caller]
        for one, other in zip(parties[::2], parties[1::2], strict=True):
            bridge = str(uuid.uuid4())
            self._enter_bridge(one, bridge, count=1)
            self._enter_bridge(other, bridge, count=2)

    def _end(self, status: str, *phones: str) -> None:
        for phone in phones:
            for parties in [pair for pair in self._dials if pair[1] in self._legs[phone]]:
                self._end_dial(parties, status)
            self._hang_up_phone(phone, _DIAL_CAUSES.get(status, 0))

    def _release(self, phone: str) -> None:
        self._leave_bridge(self.caller)
        for leg in self._legs[phone]:
            self._leave_bridge(leg)
        self._hang_up_phone(phone, 16)

    def _cancel_dials(self) -> None:
        for parties in tuple(self._dials):
            self._end_dial(parties, "CANCEL")

    def _hang_up_phone(self, phone: str, cause: int) -> None:
        for leg in self._legs.pop(phone):
            self._hang_up(leg, cause)

    def _new_leg(
        self, peer: str, number: str, context: str, state: int = 0, *, numbered: bool = False
    ) -> SimulatedChannel:
        name = peer if numbered else self._numbers.channel(peer)
        uniqueid = self._numbers.uniqueid()
        leg = SimulatedChannel(
            name, uniqueid, self.caller.linkedid, number, "", context, "s", state
        )
        self._say("Newchannel", leg)
        return leg

    # Single events

    def _begin_dial(self, caller: SimulatedChannel, leg: SimulatedChannel) -> None:
        self._dials.append((caller, leg))
        self._say("DialBegin", caller, {**leg.headers("Dest"), "DialString": leg.number})

    def _end_dial(self, parties: tuple[SimulatedChannel, SimulatedChannel], status: str) -> None:
        self._dials.remove(parties)
        caller, leg = parties
        self._say("DialEnd", caller, {**leg.headers("Dest"), "DialStatus": status})

    def _change_state(self, channel: SimulatedChannel, state: int) -> None:
        channel.state = state
        self._say("Newstate", channel)

    def _enter_bridge(self, channel: SimulatedChannel, bridge: str, count: int) -> None:
        channel.bridge = bridge
        self._emit_event("BridgeEnter", {**_bridge(bridge, count), **channel.headers()})

    def _leave_bridge(self, channel: SimulatedChannel) -> None:
        if channel.bridge:
            headers = {**_bridge(channel.bridge, 0), **channel.headers()}
            channel.bridge = ""
            self._emit_event("BridgeLeave", headers)

    def _hang_up(self, channel: SimulatedChannel, cause: int) -> None:
        text = _CAUSE_TEXTS.get(cause, "Unknown")
        self._say("Hangup", channel, {"Cause": str(cause), "Cause-txt": text})

    def _say(
        self, event: str, channel: SimulatedChannel, more: dict[str, str] | None = None
    ) -> None:
        self._emit_event(event, {**channel.headers(), **(more or {})})

    def _emit_event(self, event: str, headers: dict[str, str]) -> None:
        rights = "agent,all" if event.startswith("Queue") else _PRIVILEGES.get(event, "call,all")
        self._emit({"Event": event, "Privilege": rights, **headers})


def _bridge(bridge: str, count: int) -> dict[str, str]:
    return {
        "BridgeUniqueid": bridge,
        "BridgeType": "basic",
        "BridgeTechnology": "simple_bridge",
        "BridgeCreator": "<unknown>",
        "BridgeName": "<unknown>",
        "BridgeNumChannels": str(count),
        "BridgeVideoSourceMode": "none",
    }
