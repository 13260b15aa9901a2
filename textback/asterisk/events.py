"""AMI events as typed values: only those the tracker needs, whatever else the PBX sends.

Names and meanings are those of Asterisk's AMI event reference, 16 and 22. What an event did not
say, or said oddly, is "" or None.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

Headers = Mapping[str, str]


class ChannelState(IntEnum):
    """Asterisk's channel states, as far as they matter here."""

    DOWN = 0
    RING = 4  # a call is coming in on this channel
    RINGING = 5
    UP = 6
    BUSY = 7


class Leg(NamedTuple):
    """One channel, as an event shows it. `number` and `name` are "" when the PBX knows none."""

    uniqueid: str
    linkedid: str
    channel: str
    state: int | None
    number: str
    name: str
    context: str
    exten: str
    withheld: bool  # the event says that the number must not be shown


@dataclass(frozen=True, slots=True)
class Event:
    """Anything the tracker listens to; `headers` are all headers as they came."""

    headers: Headers = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Newchannel(Event):
    leg: Leg


@dataclass(frozen=True, slots=True)
class Newstate(Event):
    leg: Leg


@dataclass(frozen=True, slots=True)
class NewCallerid(Event):
    leg: Leg


@dataclass(frozen=True, slots=True)
class Rename(Event):
    uniqueid: str
    new_name: str


@dataclass(frozen=True, slots=True)
class BridgeEnter(Event):
    leg: Leg
    bridge: str
    holding: bool  # nobody in it hears another: parking, waiting


@dataclass(frozen=True, slots=True)
class BridgeLeave(Event):
    leg: Leg
    bridge: str


@dataclass(frozen=True, slots=True)
class BridgeDestroy(Event):
    bridge: str


@dataclass(frozen=True, slots=True)
class LocalBridge(Event):
    """The two halves of a Local channel are joined; what one hears, the other says."""

    one: str
    two: str
    linkedid: str


@dataclass(frozen=True, slots=True)
class DialBegin(Event):
    """`dialler` is the Uniqueid of who dials, "" for an Originate."""

    linkedid: str
    dialler: str
    destination: str
    destination_channel: str
    destination_context: str
    dial_string: str


@dataclass(frozen=True, slots=True)
class DialEnd(Event):
    linkedid: str
    dialler: str
    destination: str
    destination_channel: str
    status: str


@dataclass(frozen=True, slots=True)
class BlindTransfer(Event):
    """Somebody passes `transferee` on and leaves the call."""

    transferee: str


@dataclass(frozen=True, slots=True)
class VoicemailEntered(Event):
    leg: Leg
    mailbox: str


@dataclass(frozen=True, slots=True)
class MessageWaiting(Event):
    """A mailbox changed; `leg.uniqueid` is "" when no channel did it."""

    leg: Leg
    mailbox: str
    waiting: bool


@dataclass(frozen=True, slots=True)
class QueueCallerJoin(Event):
    """A caller waits in a queue; from Newexten, too, for users who lack read class agent."""

    leg: Leg
    queue: str


@dataclass(frozen=True, slots=True)
class QueueCallerLeave(Event):
    leg: Leg


@dataclass(frozen=True, slots=True)
class QueueCallerAbandon(Event):
    leg: Leg


@dataclass(frozen=True, slots=True)
class HangupRequest(Event):
    """The far end of a channel hung up."""

    leg: Leg


@dataclass(frozen=True, slots=True)
class Hangup(Event):
    leg: Leg
    cause: int | None


@dataclass(frozen=True, slots=True)
class Shutdown(Event):
    pass


@dataclass(frozen=True, slots=True)
class FullyBooted(Event):
    """Comes after each login of a user with read class system; `uptime` in seconds."""

    uptime: int | None


@dataclass(frozen=True, slots=True)
class CoreShowChannel(Event):
    """One live channel of a snapshot; `seconds` is its age."""

    leg: Leg
    bridge: str
    application: str
    arguments: str
    seconds: int


@dataclass(frozen=True, slots=True)
class CoreShowChannelsComplete(Event):
    pass


@dataclass(frozen=True, slots=True)
class Status(Event):
    """A live channel with the number that was dialled to reach us (its DNID)."""

    uniqueid: str
    dnid: str


@dataclass(frozen=True, slots=True)
class BridgeListItem(Event):
    bridge: str
    holding: bool


@dataclass(frozen=True, slots=True)
class Presentation(Event):
    """An answer to Getvar of a channel's presentation; `refused` when the AMI user may not ask."""

    uniqueid: str
    withheld: bool
    refused: bool = False
