"""Who can hear whom: live channels, the bridges they are in, and the halves of Local channels."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

# Channels that Asterisk makes for itself; nobody listens at their other end.
_PSEUDO_CHANNELS = (
    "Announcer/",
    "AsyncGoto/",
    "CBAnn/",
    "CBRec/",
    "Message/",
    "MulticastRTP/",
    "Recorder/",
    "Snoop/",
    "Surrogate/",
)


@dataclass(slots=True)
class Channel:
    """A live channel, known since `born_at`; `bridge` and `other_half` are "" when it has none."""

    uniqueid: str
    name: str
    outside: bool  # it leads to the telephone network
    born_at: datetime
    bridge: str = ""
    other_half: str = ""

    @property
    def is_person(self) -> bool:
        """Whether somebody may be at its other end: a phone, a trunk; no Local half, no helper."""
        is_helper = self.name.startswith(("Local/", *_PSEUDO_CHANNELS))
        return not is_helper and not self.name.endswith("<ZOMBIE>")


class ChannelGraph:
    """Live channels by Uniqueid. What is said of a channel it does not know is passed over."""

    def __init__(self) -> None:
        self._channels: dict[str, Channel] = {}
        self._members: dict[str, set[str]] = {}
        self._holding: set[str] = set()
        self._waiting_halves: dict[str, str] = {}

    def __contains__(self, uniqueid: str) -> bool:
        return uniqueid in self._channels

    def __len__(self) -> int:
        return len(self._channels)

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._channels))

    def size(self) -> int:
        """How many things are kept: 0 when no channel is live."""
        bridges = len(self._members) + len(self._holding)
        return len(self._channels) + bridges + len(self._waiting_halves)

    def name_of(self, uniqueid: str) -> str:
        channel = self._channels.get(uniqueid)
        return channel.name if channel else ""

    def get(self, uniqueid: str) -> Channel | None:
        return self._channels.get(uniqueid)

    def add(self, uniqueid: str, name: str, born_at: datetime, *, outside: bool) -> None:
        """A channel was born, or is seen for the first time."""
        if not uniqueid or uniqueid in self._channels:
            return
        self._channels[uniqueid] = Channel(uniqueid, name, outside, born_at)
        self._join_halves_by_name(uniqueid, name)

    def rename(self, uniqueid: str, name: str) -> None:
        if uniqueid in self._channels and name:
            self._channels[uniqueid].name = name

    def remove(self, uniqueid: str) -> None:
        """A channel hung up."""
        channel = self._channels.get(uniqueid)
        if channel is None:
            return
        self._forget_member(channel)
        self._part_halves(uniqueid)
        self._waiting_halves.pop(channel.name, None)
        del self._channels[uniqueid]

    def enter(self, uniqueid: str, bridge: str, *, holding: bool) -> None:
        """A channel is in `bridge` now, and in no other. In a holding bridge nobody is heard."""
        channel = self._channels.get(uniqueid)
        if channel is None or not bridge:
            return
        self._forget_member(channel)
        channel.bridge = bridge
        self._members.setdefault(bridge, set()).add(uniqueid)
        self.set_holding(bridge, holding=holding)

    def leave(self, uniqueid: str, bridge: str) -> None:
        channel = self._channels.get(uniqueid)
        if channel is not None and channel.bridge == bridge:
            self._forget_member(channel)

    def leave_any(self, uniqueid: str) -> None:
        if channel := self._channels.get(uniqueid):
            self._forget_member(channel)

    def destroy(self, bridge: str) -> None:
        for uniqueid in self._members.pop(bridge, ()):
            self._channels[uniqueid].bridge = ""
        self._holding.discard(bridge)

    def set_holding(self, bridge: str, *, holding: bool) -> None:
        if holding:
            self._holding.add(bridge)
        else:
            self._holding.discard(bridge)

    def forget_empty_bridges(self) -> None:
        """Whoever enters one of them later says again whether it holds."""
        self._holding &= self._members.keys()

    def is_holding(self, bridge: str) -> bool:
        return bridge in self._holding

    def join_halves(self, one: str, two: str) -> None:
        """Two channels are the halves of one Local channel, and of no other."""
        if one in self._channels and two in self._channels:
            self._part_halves(one)
            self._part_halves(two)
            self._channels[one].other_half = two
            self._channels[two].other_half = one

    def _part_halves(self, uniqueid: str) -> None:
        other = self._channels.get(self._channels[uniqueid].other_half)
        self._channels[uniqueid].other_half = ""
        if other is not None:
            other.other_half = ""

    def heard_by(self, uniqueid: str) -> set[str]:
        """All channels whose sound reaches this one, itself included; empty when it is unknown."""
        if uniqueid not in self._channels:
            return set()
        found = {uniqueid}
        frontier = [uniqueid]
        while frontier:
            for neighbour in self._neighbours(frontier.pop()):
                if neighbour not in found:
                    found.add(neighbour)
                    frontier.append(neighbour)
        return found

    def persons(self, uniqueids: Iterable[str]) -> list[Channel]:
        """Those of these channels with somebody at the other end, phones of the office first."""
        channels = (self._channels[uniqueid] for uniqueid in uniqueids)
        found = [channel for channel in channels if channel.is_person]
        return sorted(found, key=lambda channel: (channel.outside, channel.born_at))

    def _neighbours(self, uniqueid: str) -> set[str]:
        channel = self._channels[uniqueid]
        neighbours: set[str] = set()
        if channel.bridge and channel.bridge not in self._holding:
            neighbours |= self._members[channel.bridge]
        if channel.other_half:
            neighbours.add(channel.other_half)
        return neighbours

    def _forget_member(self, channel: Channel) -> None:
        members = self._members.get(channel.bridge)
        if members is not None:
            members.discard(channel.uniqueid)
            if not members:
                del self._members[channel.bridge]
                self._holding.discard(channel.bridge)
        channel.bridge = ""

    def _join_halves_by_name(self, uniqueid: str, name: str) -> None:
        # "Local/101@ctx-0000002a;1" and ";2": a snapshot has no LocalBridge that would say so.
        base, semicolon, half = name.rpartition(";")
        if not semicolon or half not in ("1", "2"):
            return
        other = self._waiting_halves.pop(f"{base};{'2' if half == '1' else '1'}", "")
        if other in self._channels:
            self.join_halves(uniqueid, other)
        else:
            self._waiting_halves[name] = uniqueid
