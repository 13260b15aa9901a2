"""What the PBX lists as under way: rebuilds the state at login, and audits it later on."""

from datetime import datetime, timedelta

from textback.asterisk.dialling import note_ringing
from textback.asterisk.dials import dialled_number
from textback.asterisk.events import ChannelState, CoreShowChannel, CoreShowChannelsComplete, Leg
from textback.asterisk.graph import Channel
from textback.asterisk.inbound import is_outgoing_leg
from textback.asterisk.state import PbxState

# A channel this old that we never heard of was not merely born a moment ago, in seconds.
_OLD_ENOUGH = 3


class Snapshots:
    """Collects CoreShowChannels and holds each whole list against the channels we know.

    The first list after `link_lost`, or ever, tells all there is. A later one may cross with events
    still under way, so it only adds what is unknown, and drops what two lists in a row lack.
    """

    def __init__(self, state: PbxState) -> None:
        self.unheard_of = False  # a channel lives whose birth was never told to us
        self._state = state
        self._items: list[CoreShowChannel] = []
        self._stale: set[str] = set()
        self._unlisted: set[str] = set()
        self._rebuilding = True

    def size(self) -> int:
        return len(self._items) + len(self._stale) + len(self._unlisted)

    def link_lost(self) -> None:
        self._state.link_lost()
        self._stale = set(self._state.graph)
        self._items.clear()
        self._unlisted.clear()
        self._rebuilding = True

    def forget(self, uniqueid: str) -> None:
        self._stale.discard(uniqueid)
        self._unlisted.discard(uniqueid)

    def item(self, event: CoreShowChannel, _now: datetime) -> None:
        self._items.append(event)

    def complete(self, _event: CoreShowChannelsComplete, now: datetime) -> None:
        items, self._items = self._items, []
        listed = {item.leg.uniqueid for item in items}
        rebuilt = False
        if self._rebuilding:
            self._rebuilding, self.unheard_of, rebuilt = False, False, True
            gone, self._stale = self._stale - listed, set()
        else:
            items = [item for item in items if self._is_unheard_of(item)]
            self.unheard_of = bool(items)
            unlisted = set(self._state.graph) - listed
            gone = unlisted & self._unlisted
            self._unlisted = unlisted - gone
        self._state.end_unseen(gone, now)
        self._take_in(items, now)
        if rebuilt:
            self._state.announce_again()
        self._state.graph.forget_empty_bridges()

    def _is_unheard_of(self, item: CoreShowChannel) -> bool:
        # What tells of a younger one may still be under way.
        return item.seconds >= _OLD_ENOUGH and item.leg.uniqueid not in self._state.graph

    def _take_in(self, items: list[CoreShowChannel], now: datetime) -> None:
        for item in items:
            self._place(item, now)
        for item in items:
            if is_outgoing_leg(item):
                self._place_outgoing(item)
        for item in items:
            self._state.look_around(item.leg.uniqueid, now, under_way=True)

    def _place(self, item: CoreShowChannel, now: datetime) -> None:
        leg, state = item.leg, self._state
        born_at = now - timedelta(seconds=item.seconds)
        state.add_channel(leg, born_at)
        if item.bridge:
            holding = state.graph.is_holding(item.bridge)
            state.graph.enter(leg.uniqueid, item.bridge, holding=holding)
        else:
            state.graph.leave_any(leg.uniqueid)
        if leg.uniqueid not in state.calls and state.inbound.is_call_under_way(item):
            state.begin_call(leg, born_at, partly_unseen=True)
            state.record(leg.linkedid, item)
        state.learn(leg)
        self._place_application(item)

    def _place_application(self, item: CoreShowChannel) -> None:
        first_argument = item.arguments.partition(",")[0]
        call = self._state.calls.get(item.leg.uniqueid)
        match item.application.lower():
            case "voicemail":
                self._state.saw_voicemail = True
                self._state.mailboxes.entered(item.leg.uniqueid, first_argument)
            case "queue" if call is not None and not call.in_queue:
                call.joined_queue(first_argument)

    def _place_outgoing(self, item: CoreShowChannel) -> None:
        leg, state = item.leg, self._state
        channel = state.graph.get(leg.uniqueid)
        calls = state.calls.linked(leg.linkedid)
        if calls and leg.state in (ChannelState.DOWN, ChannelState.RINGING):
            note_ringing(leg.channel, calls)
            for call in calls:
                call.dial_began(leg.uniqueid, leg.channel)
        elif channel is not None and channel.outside and not calls:
            self._begin_outbound(leg, channel)

    def _begin_outbound(self, leg: Leg, channel: Channel) -> None:
        state = self._state
        dialler = leg.linkedid if leg.linkedid != leg.uniqueid else ""
        state.findings += state.outbound.began(
            leg.uniqueid,
            leg.linkedid,
            number=dialled_number(leg.number),
            dialler=dialler if dialler in state.graph else "",
            by=state.office_phone(dialler),
            now=channel.born_at,
        )
