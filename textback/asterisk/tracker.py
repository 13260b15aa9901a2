"""Events in, finished inbound calls out: pure, decided when the caller's own channel hangs up.

A call is keyed on the caller's Uniqueid: Linkedid changes in transfers, pick-ups and parking. A
person was reached when the caller's channel ever shared sound with another real channel, through
bridges and Local channels; nothing else that AMI says (answered, connected) means that.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from textback.asterisk import events as ami
from textback.asterisk.graph import ChannelGraph
from textback.asterisk.inbound import InboundRule
from textback.asterisk.livecall import LiveCall
from textback.core.calls import CallEnded, Voicemail

_NOT_A_CALLER = frozenset({"", "anonymous", "unknown", "unavailable", "restricted", "private"})
_HIDDEN = frozenset({"anonymous", "restricted", "private"})


class CallTracker:
    """Follows every channel of one PBX and judges the inbound calls among them.

    Feed it all events in the order they came. It keeps only what belongs to live channels.
    """

    def __init__(self, inbound: InboundRule) -> None:
        self._inbound = inbound
        self._graph = ChannelGraph()
        self._calls: dict[str, LiveCall] = {}
        self._by_linkedid: dict[str, set[str]] = {}
        self._mailboxes: dict[str, str] = {}
        self._voicemails: dict[str, Voicemail] = {}
        self._stale: set[str] = set()
        self._snapshot: list[ami.CoreShowChannel] = []
        self._ended: list[CallEnded] = []
        self._handlers: dict[type[ami.Event], Callable[[Any, datetime], None]] = {
            ami.Newchannel: self._new_channel,
            ami.Newstate: self._new_state,
            ami.NewCallerid: self._new_callerid,
            ami.Rename: self._rename,
            ami.BridgeEnter: self._bridge_enter,
            ami.BridgeLeave: self._bridge_leave,
            ami.BridgeDestroy: self._bridge_destroy,
            ami.LocalBridge: self._local_bridge,
            ami.DialBegin: self._dial_begin,
            ami.DialEnd: self._dial_end,
            ami.VoicemailEntered: self._voicemail_entered,
            ami.MessageWaiting: self._message_waiting,
            ami.QueueCallerJoin: self._queue_join,
            ami.QueueCallerLeave: self._queue_leave,
            ami.QueueCallerAbandon: self._queue_abandon,
            ami.HangupRequest: self._hangup_request,
            ami.Hangup: self._hangup,
            ami.Shutdown: self._shutdown,
            ami.CoreShowChannel: self._snapshot_item,
            ami.CoreShowChannelsComplete: self._snapshot_complete,
            ami.Status: self._status,
            ami.BridgeListItem: self._bridge_list_item,
            ami.Presentation: self._presentation,
        }

    @property
    def live_channels(self) -> int:
        return len(self._graph)

    def is_call(self, uniqueid: str) -> bool:
        """Whether this channel is the caller of an inbound call under way."""
        return uniqueid in self._calls

    def callers(self) -> list[tuple[str, str]]:
        """Uniqueid and channel name of the caller of every inbound call under way."""
        return [(uniqueid, self._graph.name_of(uniqueid)) for uniqueid in self._calls]

    def feed(self, event: ami.Event, now: datetime) -> list[CallEnded]:
        """Take one event; return the calls it ended (nearly always none)."""
        handler = self._handlers.get(type(event))
        if handler is not None:
            handler(event, now)
        ended, self._ended = self._ended, []
        return ended

    def link_lost(self) -> None:
        """From now on events are missed: what the next snapshot does not show has ended unseen."""
        self._stale = set(self._graph)
        self._snapshot.clear()

    # Channels and calls

    def _new_channel(self, event: ami.Newchannel, now: datetime) -> None:
        self._graph.add(event.leg.uniqueid, event.leg.channel)
        self._new_state(event, now)

    def _new_state(self, event: ami.Newchannel | ami.Newstate, now: datetime) -> None:
        leg = event.leg
        if leg.uniqueid not in self._calls and self._inbound.is_new_call(leg):
            self._graph.add(leg.uniqueid, leg.channel)
            self._begin(leg, now, did=leg.exten)
        self._record(leg.linkedid, event)
        self._learn(leg)

    def _new_callerid(self, event: ami.NewCallerid, _now: datetime) -> None:
        self._record(event.leg.linkedid, event)
        self._learn(event.leg)

    def _begin(self, leg: ami.Leg, started_at: datetime, did: str) -> LiveCall:
        call = LiveCall(leg.uniqueid, leg.linkedid, started_at, did="" if did == "s" else did)
        self._calls[leg.uniqueid] = call
        self._by_linkedid.setdefault(leg.linkedid, set()).add(leg.uniqueid)
        return call

    def _learn(self, leg: ami.Leg) -> None:
        """Take over what an event says of the caller, on his own channel or on a leg that rings."""
        call = self._calls.get(leg.uniqueid)
        if call is not None:
            self._learn_from_caller(call, leg)
        elif leg.withheld:
            # A Local leg takes over the caller's number together with its presentation.
            for other in self._calls_linked(leg.linkedid):
                other.withheld = other.withheld or leg.number == other.caller

    def _learn_from_caller(self, call: LiveCall, leg: ami.Leg) -> None:
        self._relink(call, leg.linkedid)
        call.state_changed(leg.state)
        # The dialplan may hide or rewrite the number later; what came first is the caller's own.
        call.withheld = call.withheld or leg.withheld or leg.number.lower() in _HIDDEN
        if not call.caller and leg.number.lower() not in _NOT_A_CALLER:
            call.caller = leg.number
        call.caller_name = call.caller_name or leg.name

    def _relink(self, call: LiveCall, linkedid: str) -> None:
        if linkedid and linkedid != call.linkedid:
            self._unlink(call)
            call.linkedid = linkedid
            self._by_linkedid.setdefault(linkedid, set()).add(call.uniqueid)

    def _unlink(self, call: LiveCall) -> None:
        linked = self._by_linkedid.get(call.linkedid, set())
        linked.discard(call.uniqueid)
        if not linked:
            self._by_linkedid.pop(call.linkedid, None)

    def _calls_linked(self, linkedid: str) -> list[LiveCall]:
        return [self._calls[uniqueid] for uniqueid in self._by_linkedid.get(linkedid, ())]

    def _record(self, linkedid: str, event: ami.Event) -> None:
        for call in self._calls_linked(linkedid):
            call.trail.add(event.headers)

    def _rename(self, event: ami.Rename, _now: datetime) -> None:
        self._graph.rename(event.uniqueid, event.new_name)

    # Who hears whom

    def _bridge_enter(self, event: ami.BridgeEnter, _now: datetime) -> None:
        leg = event.leg
        self._graph.add(leg.uniqueid, leg.channel)
        self._graph.enter(leg.uniqueid, event.bridge, holding=event.holding)
        self._learn(leg)
        self._record(leg.linkedid, event)
        self._look_around(leg.uniqueid)

    def _bridge_leave(self, event: ami.BridgeLeave, _now: datetime) -> None:
        self._graph.leave(event.leg.uniqueid, event.bridge)
        self._record(event.leg.linkedid, event)

    def _bridge_destroy(self, event: ami.BridgeDestroy, _now: datetime) -> None:
        self._graph.destroy(event.bridge)

    def _local_bridge(self, event: ami.LocalBridge, _now: datetime) -> None:
        self._graph.join_halves(event.one, event.two)
        self._record(event.linkedid, event)
        self._look_around(event.one)

    def _look_around(self, uniqueid: str) -> None:
        """Note on every call within earshot of this channel whom, or which mailbox, it reached."""
        heard = self._graph.heard_by(uniqueid)
        callers = [self._calls[other] for other in heard if other in self._calls]
        if not callers:
            return
        persons = self._graph.persons(heard)
        for call in callers:
            call.reached = call.reached or bool(persons - {call.uniqueid})
            for other in heard & self._voicemails.keys():
                call.voicemail = _further(call.voicemail, self._voicemails[other])

    # Ringing, queues, voicemail

    def _dial_begin(self, event: ami.DialBegin, _now: datetime) -> None:
        for call in self._calls_linked(event.linkedid):
            call.dial_began(event.destination, event.destination_channel)
        self._record(event.linkedid, event)

    def _dial_end(self, event: ami.DialEnd, _now: datetime) -> None:
        for call in self._calls_linked(event.linkedid):
            call.dial_ended(event.destination, event.status)
        self._record(event.linkedid, event)

    def _queue_join(self, event: ami.QueueCallerJoin, _now: datetime) -> None:
        if call := self._calls.get(event.leg.uniqueid):
            call.queue = event.queue
        self._record(event.leg.linkedid, event)

    def _queue_leave(self, event: ami.QueueCallerLeave, _now: datetime) -> None:
        if call := self._calls.get(event.leg.uniqueid):
            call.left_queue()

    def _queue_abandon(self, event: ami.QueueCallerAbandon, _now: datetime) -> None:
        if call := self._calls.get(event.leg.uniqueid):
            call.abandoned_queue = True
        self._record(event.leg.linkedid, event)

    def _voicemail_entered(self, event: ami.VoicemailEntered, _now: datetime) -> None:
        uniqueid = event.leg.uniqueid
        self._record(event.leg.linkedid, event)
        if uniqueid in self._graph:
            self._mailboxes[uniqueid] = event.mailbox
            self._voicemail_reached(uniqueid, Voicemail.ENTERED)

    def _message_waiting(self, event: ami.MessageWaiting, _now: datetime) -> None:
        self._record(event.leg.linkedid, event)
        if not event.waiting:
            return
        for uniqueid in self._who_left(event):
            self._voicemail_reached(uniqueid, Voicemail.LEFT)

    def _who_left(self, event: ami.MessageWaiting) -> list[str]:
        if event.leg.uniqueid:
            return [event.leg.uniqueid] if event.leg.uniqueid in self._graph else []
        boxes = self._mailboxes.items()
        return [uniqueid for uniqueid, named in boxes if event.mailbox in named.split("&")]

    def _voicemail_reached(self, uniqueid: str, how_far: Voicemail) -> None:
        self._voicemails[uniqueid] = how_far
        self._look_around(uniqueid)

    # Ends

    def _hangup_request(self, event: ami.HangupRequest, _now: datetime) -> None:
        if call := self._calls.get(event.leg.uniqueid):
            call.caller_hung_up = True
            self._record(event.leg.linkedid, event)

    def _hangup(self, event: ami.Hangup, now: datetime) -> None:
        uniqueid = event.leg.uniqueid
        self._learn(event.leg)
        self._record(event.leg.linkedid, event)
        self._drop_channel(uniqueid)
        if call := self._drop_call(uniqueid):
            self._ended.append(call.ended(now, event.cause))

    def _shutdown(self, _event: ami.Shutdown, now: datetime) -> None:
        self._end_unseen(self._graph, now)

    def _end_unseen(self, uniqueids: Iterable[str], now: datetime) -> None:
        for uniqueid in uniqueids:
            self._drop_channel(uniqueid)
            if call := self._drop_call(uniqueid):
                self._ended.append(call.lost_sight_of(now))

    def _drop_channel(self, uniqueid: str) -> None:
        self._graph.remove(uniqueid)
        self._stale.discard(uniqueid)
        self._mailboxes.pop(uniqueid, None)
        self._voicemails.pop(uniqueid, None)

    def _drop_call(self, uniqueid: str) -> LiveCall | None:
        call = self._calls.pop(uniqueid, None)
        if call is not None:
            self._unlink(call)
        return call

    # Snapshots: what was under way when we connected

    def _snapshot_item(self, event: ami.CoreShowChannel, _now: datetime) -> None:
        self._snapshot.append(event)

    def _snapshot_complete(self, _event: ami.CoreShowChannelsComplete, now: datetime) -> None:
        items, self._snapshot = self._snapshot, []
        self._end_unseen(self._stale - {item.leg.uniqueid for item in items}, now)
        self._stale = set()
        for item in items:
            self._place(item, now)
        for item in items:
            self._look_around(item.leg.uniqueid)

    def _place(self, item: ami.CoreShowChannel, now: datetime) -> None:
        leg = item.leg
        self._graph.add(leg.uniqueid, leg.channel)
        if item.bridge:
            holding = self._graph.is_holding(item.bridge)
            self._graph.enter(leg.uniqueid, item.bridge, holding=holding)
        else:
            self._graph.leave_any(leg.uniqueid)
        if leg.uniqueid not in self._calls and self._inbound.is_call_under_way(item):
            did = leg.exten if self._inbound.covers_context(leg.context) else ""
            self._begin(leg, now - timedelta(seconds=item.seconds), did)
            self._record(leg.linkedid, item)
        self._learn(leg)
        if item.application.lower() == "voicemail":
            self._voicemails.setdefault(leg.uniqueid, Voicemail.ENTERED)

    def _status(self, event: ami.Status, _now: datetime) -> None:
        call = self._calls.get(event.uniqueid)
        if call is not None and not call.did:
            call.did = event.dnid

    def _bridge_list_item(self, event: ami.BridgeListItem, _now: datetime) -> None:
        self._graph.set_holding(event.bridge, holding=event.holding)

    def _presentation(self, event: ami.Presentation, _now: datetime) -> None:
        call = self._calls.get(event.uniqueid)
        if call is not None:
            call.withheld = call.withheld or event.withheld


def _further(one: Voicemail, other: Voicemail) -> Voicemail:
    order = (Voicemail.NONE, Voicemail.ENTERED, Voicemail.LEFT)
    return max(one, other, key=order.index)
