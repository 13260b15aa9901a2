"""A call being played: what its people do, and what AMI says of it.

`Call.talk` is the only place where anybody is noted to have spoken, and it knows nothing of
bridges. What the PBX says meanwhile goes to `Call.events`, in an order that real Asterisk was seen
to use.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

Headers = dict[str, str]
Channel = dict[str, str]

UP, RING, RINGING, DOWN = "6", "4", "5", "0"


@dataclass
class Truth:
    """What really happened in one call."""

    shape: str
    inbound: str = ""  # the caller's Uniqueid, "" when the call did not come from outside
    spoke: bool = False
    voicemail: bool = False
    withheld: bool = False
    lost: bool = False  # somebody spoke with the caller, then lost them
    mobile: bool = False  # it was a mobile, over the trunk, that was spoken with
    outbound: str = ""  # the number that was called, "" when none was
    outbound_spoke: bool = False


@dataclass
class Call:
    """One call being played; `serial` numbers channels, the same for the whole office."""

    random: Random
    serial: Iterator[int]
    truth: Truth
    events: list[Headers] = field(default_factory=list)
    linkedid: str = ""
    place: tuple[str, str] = ("from-trunk", "2001")

    def say(self, event: str, *channels: Channel, **more: str) -> None:
        headers = {name.replace("_", "-"): value for name, value in more.items()}
        merged = {name: value for channel in channels for name, value in channel.items()}
        self.events.append({"Event": event, **merged, **headers})

    def new_id(self) -> str:
        return f"1700000000.{next(self.serial)}"

    def channel(self, name: str, linked: Channel | None = None, **more: str) -> Channel:
        uniqueid = self.new_id()
        number = uniqueid.rpartition(".")[2]
        return {
            "Channel": f"{name}-{int(number):08x}",
            "Uniqueid": uniqueid,
            "Linkedid": linked["Linkedid"] if linked else uniqueid,
            **more,
        }

    def technology(self) -> str:
        return self.random.choice(("PJSIP", "PJSIP", "SIP", "IAX2", "DAHDI"))

    # What people and the PBX do

    def arrive(self, did: str = "2001", context: str = "") -> Channel:
        technology = self.technology()
        trunk = {"DAHDI": "DAHDI/i1/5550100"}.get(technology, f"{technology}/provider")
        caller = self.channel(trunk, Context=context or "from-trunk", Exten=did)
        self.truth.inbound = caller["Uniqueid"]
        shown = {"CallerIDNum": "5550100", "CallerIDName": "Zoë"}
        if technology == "SIP":
            self.say("Newchannel", caller, shown, ChannelState=DOWN)
            self.say("Newstate", caller, shown, ChannelState=RING)
        else:
            self.say("Newchannel", caller, shown, ChannelState=RING)
        if self.truth.withheld:
            pres = "32 (Presentation Prohibited, Not Screened)"
            self.say("NewCallerid", caller, shown, CID_CallingPres=pres)
        caller.update({"Context": "did-2001", "Exten": "s"})
        return caller

    def leg(self, caller: Channel, name: str, context: str = "from-internal") -> Channel:
        leg = self.channel(name, caller, Context=context, Exten="s")
        self.say("Newchannel", leg, ChannelState=DOWN)
        return leg

    def dial(self, dialler: Channel, leg: Channel, string: str = "", *, rings: bool = True) -> None:
        dest = {f"Dest{name}": value for name, value in leg.items()}
        self.say("DialBegin", dialler, dest, DialString=string or leg["Channel"].split("/")[1])
        if rings:
            self.say("Newstate", leg, ChannelState=RINGING)

    def dial_ends(self, dialler: Channel, leg: Channel, status: str) -> None:
        dest = {f"Dest{name}": value for name, value in leg.items()}
        self.say("DialEnd", dialler, dest, DialStatus=status)

    def answer(self, dialler: Channel, leg: Channel) -> None:
        self.say("Newstate", leg, ChannelState=UP)
        self.dial_ends(dialler, leg, "ANSWER")
        self.up(dialler)

    def up(self, channel: Channel) -> None:
        self.say("Newstate", channel, ChannelState=UP)

    def bridge(self, *channels: Channel, technology: str = "simple_bridge") -> str:
        bridge = f"b-{next(self.serial)}"
        for channel in self.shuffled(channels):
            self.enter(channel, bridge, technology)
        return bridge

    def enter(self, channel: Channel, bridge: str, technology: str = "simple_bridge") -> None:
        self.say("BridgeEnter", channel, BridgeUniqueid=bridge, BridgeTechnology=technology)

    def leave(self, bridge: str, *channels: Channel) -> None:
        for channel in self.shuffled(channels):
            self.say("BridgeLeave", channel, BridgeUniqueid=bridge)

    def local(self, caller: Channel, what: str = "101@ext-local") -> tuple[Channel, Channel]:
        name = f"Local/{what}-{next(self.serial):08x}"
        one, two = (
            {**self.channel(name, caller, Context="ext-local"), "Channel": f"{name};{half}"}
            for half in (1, 2)
        )
        self.say("Newchannel", one, ChannelState=DOWN)
        self.say("Newchannel", two, ChannelState=RING)
        halves = {"LocalOneUniqueid": one["Uniqueid"], "LocalTwoUniqueid": two["Uniqueid"]}
        self.say("LocalBridge", halves, LocalOneLinkedid=one["Linkedid"])
        return one, two

    def talk(self) -> None:
        """The caller and a person hear each other now."""
        self.truth.spoke = True
        self.truth.lost = False

    def hang_up(self, caller: Channel, *legs: Channel, cause: str = "16") -> None:
        """All channels end; the caller's Hangup comes before another leg's as often as not."""
        if self.random.random() < 0.5:
            self.say("HangupRequest", caller)
        for channel in self.shuffled((caller, *legs)):
            self.say("Hangup", channel, Cause=cause)

    def shuffled(self, channels: tuple[Channel, ...]) -> list[Channel]:
        return self.random.sample(channels, len(channels))

    # Steps that many shapes share

    def ring(self, caller: Channel, *phones: str) -> list[Channel]:
        legs = [self.leg(caller, f"PJSIP/{phone}") for phone in phones]
        for leg in legs:
            self.dial(caller, leg)
        return legs

    def answered_by_101(self, caller: Channel) -> tuple[Channel, str]:
        (phone,) = self.ring(caller, "101")
        self.answer(caller, phone)
        bridge = self.bridge(phone, caller)
        self.talk()
        return phone, bridge

    def enter_voicemail(self, channel: Channel) -> None:
        self.up(channel)
        self.say("Newexten", channel, Application="VoiceMail", AppData="101@default,us")
