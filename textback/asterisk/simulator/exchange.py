"""What Asterisk says on AMI of channels, dials and bridges, event by event."""

import itertools
import uuid
from dataclasses import dataclass, field

from textback.asterisk.simulator.channels import Emit

DOWN, RING, RINGING, UP, BUSY = 0, 4, 5, 6, 7

_STATES = {DOWN: "Down", RING: "Ring", RINGING: "Ringing", UP: "Up", BUSY: "Busy"}
_CAUSES = {
    0: "Unknown",
    16: "Normal Clearing",
    17: "User busy",
    20: "Subscriber absent",
    26: "Answered elsewhere",
    127: "Interworking, unspecified",
}
_PRIVILEGES = {"Newexten": "dialplan,all"}
_KINDS = {  # BridgeType: its technology, its creator, and how many channels nothing is said of
    "basic": ("simple_bridge", "<unknown>", 0),
    "parking": ("holding_bridge", "Parking", 0),
    "base": ("softmix", "ConfBridge", 1),  # a conference; Asterisk's own announcer is in it
}


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


@dataclass(slots=True, eq=False)
class Channel:
    """A live channel; `shows` is the number of whoever it talks to."""

    name: str
    uniqueid: str
    linkedid: str
    number: str
    context: str
    exten: str
    state: int = DOWN
    display: str = ""
    shows: str = ""
    bridge: "Bridge | None" = None

    def headers(self, prefix: str = "") -> dict[str, str]:
        """The channel snapshot that nearly every event carries."""
        return {
            f"{prefix}Channel": self.name,
            f"{prefix}ChannelState": str(self.state),
            f"{prefix}ChannelStateDesc": _STATES[self.state],
            f"{prefix}CallerIDNum": self.number or "<unknown>",
            f"{prefix}CallerIDName": self.display or "<unknown>",
            f"{prefix}ConnectedLineNum": self.shows or "<unknown>",
            f"{prefix}ConnectedLineName": "<unknown>",
            f"{prefix}Language": "en",
            f"{prefix}AccountCode": "",
            f"{prefix}Context": self.context,
            f"{prefix}Exten": self.exten,
            f"{prefix}Priority": "1",
            f"{prefix}Uniqueid": self.uniqueid,
            f"{prefix}Linkedid": self.linkedid,
        }


@dataclass(slots=True, eq=False)
class Bridge:
    uniqueid: str
    kind: str
    name: str
    members: list[Channel] = field(default_factory=list)

    def headers(self) -> dict[str, str]:
        technology, creator, unsaid = _KINDS[self.kind]
        return {
            "BridgeUniqueid": self.uniqueid,
            "BridgeType": self.kind,
            "BridgeTechnology": technology,
            "BridgeCreator": creator,
            "BridgeName": self.name,
            "BridgeNumChannels": str(len(self.members) + unsaid),
            "BridgeVideoSourceMode": "none",
        }


class Exchange:
    """The channels, dials and bridges of one simulated call."""

    def __init__(self, numbers: Numbers, emit: Emit) -> None:
        self.numbers = numbers
        self._emit = emit
        self._live: list[Channel] = []
        self._dials: dict[Channel, Channel] = {}

    # Channels

    def born(self, channel: Channel) -> Channel:
        """A channel that was made appears."""
        self._live.append(channel)
        self.say("Newchannel", channel)
        return channel

    def new(
        self,
        peer: str,
        number: str,
        linked_to: Channel | None = None,
        *,
        context: str = "from-internal",
        exten: str = "s",
        state: int = DOWN,
    ) -> Channel:
        """A new channel of `peer` ("PJSIP/101"), alone or in the call that another one began."""
        return self.named(
            self.numbers.channel(peer), number, linked_to, context=context, exten=exten, state=state
        )

    def named(
        self,
        name: str,
        number: str,
        linked_to: Channel | None,
        *,
        context: str,
        exten: str,
        state: int,
    ) -> Channel:
        uniqueid = self.numbers.uniqueid()
        linkedid = linked_to.linkedid if linked_to else uniqueid
        return self.born(Channel(name, uniqueid, linkedid, number, context, exten, state))

    def change_state(self, channel: Channel, state: int) -> None:
        """Newstate, unless the channel is in that state already."""
        if channel.state != state:
            channel.state = state
            self.say("Newstate", channel)

    def hang_up(self, channel: Channel, cause: int = 16) -> None:
        """The end of a channel, wherever it is; nothing happens when it is gone already."""
        if channel not in self._live:
            return
        self.leave(channel)
        self._live.remove(channel)
        self._dials.pop(channel, None)
        self.say("Hangup", channel, {"Cause": str(cause), "Cause-txt": _CAUSES[cause]})

    def others(self, channel: Channel) -> tuple[Channel, ...]:
        return tuple(other for other in self._live if other is not channel)

    # Dials

    def begin_dial(self, dialler: Channel, leg: Channel, dialled: str = "") -> None:
        self._dials[leg] = dialler
        dialled = dialled or leg.name.partition("/")[2].rpartition("-")[0]
        self.say("DialBegin", dialler, {**leg.headers("Dest"), "DialString": dialled})

    def end_dial(self, leg: Channel, status: str, instead: Channel | None = None) -> None:
        """The dial of `leg` ended; `instead` is shown as its destination after a pick-up."""
        if dialler := self._dials.pop(leg, None):
            shown = (instead or leg).headers("Dest")
            self.say("DialEnd", dialler, {**shown, "DialStatus": status})

    def dialled_by(self, dialler: Channel) -> tuple[Channel, ...]:
        return tuple(leg for leg, who in self._dials.items() if who is dialler)

    def dialler_of(self, leg: Channel) -> Channel:
        return self._dials[leg]

    def take_over_dials(self, old: Channel, new: Channel) -> None:
        """What `old` dials, `new` dials from now on, without a word (a masquerade)."""
        for leg in self.dialled_by(old):
            self._dials[leg] = new

    # Bridges

    def new_bridge(self, kind: str = "basic", name: str = "<unknown>") -> Bridge:
        bridge = Bridge(str(uuid.uuid4()), kind, name)
        self.tell("BridgeCreate", bridge.headers())
        return bridge

    def enter(self, channel: Channel, bridge: Bridge) -> None:
        self.leave(channel)
        bridge.members.append(channel)
        channel.bridge = bridge
        # Whoever meets in a bridge belongs to the older of their calls from then on.
        oldest = min((m.linkedid for m in bridge.members), key=_age)
        for member in bridge.members:
            member.linkedid = oldest
        self.tell("BridgeEnter", {**bridge.headers(), **channel.headers()})

    def leave(self, channel: Channel) -> None:
        bridge = channel.bridge
        if bridge is None:
            return
        bridge.members.remove(channel)
        channel.bridge = None
        self.tell("BridgeLeave", {**bridge.headers(), **channel.headers()})
        if not bridge.members:
            self.tell("BridgeDestroy", bridge.headers())

    def talk(self, one: Channel, other: Channel) -> Bridge:
        """Two channels hear one another, in a bridge of their own."""
        one.shows, other.shows = other.number, one.number
        bridge = self.new_bridge()
        self.enter(one, bridge)
        self.enter(other, bridge)
        return bridge

    # Events

    def say(self, event: str, channel: Channel, more: dict[str, str] | None = None) -> None:
        self.tell(event, {**channel.headers(), **(more or {})})

    def tell(self, event: str, headers: dict[str, str]) -> None:
        rights = "agent,all" if event.startswith("Queue") else _PRIVILEGES.get(event, "call,all")
        self._emit({"Event": event, "Privilege": rights, **headers})


def _age(uniqueid: str) -> tuple[int, int]:
    epoch, _, count = uniqueid.partition(".")
    return int(epoch), int(count)
