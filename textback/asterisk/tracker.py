"""Events in, findings out: pure, decided when the caller's own channel hangs up.

A call is keyed on the caller's Uniqueid: Linkedid changes in transfers, pick-ups and parking. A
person was reached when the caller's channel ever shared sound with another real channel, through
bridges and Local channels; nothing else that AMI says (answered, connected) means that.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from textback.asterisk import events as ami
from textback.asterisk.dialling import Dialling, note_ringing
from textback.asterisk.inbound import InboundRule
from textback.asterisk.snapshot import Snapshots
from textback.asterisk.state import PbxState
from textback.core.calls import Finding


class CallTracker:
    """Follows every channel of one PBX and judges the calls among them.

    Feed it all events in the order they came. It keeps only what belongs to live channels.
    """

    def __init__(self, inbound: InboundRule) -> None:
        self._state = PbxState(inbound)
        self._graph, self._calls = self._state.graph, self._state.calls
        self._mailboxes = self._state.mailboxes
        self._dialling = Dialling(self._state)
        self._snapshots = Snapshots(self._state)
        self._handlers: dict[type[ami.Event], Callable[[Any, datetime], None]] = {
            ami.Newchannel: self._new_channel,
            ami.Newstate: self._new_state,
            ami.NewCallerid: self._new_callerid,
            ami.Rename: self._rename,
            ami.BridgeEnter: self._bridge_enter,
            ami.BridgeLeave: self._bridge_leave,
            ami.BridgeDestroy: self._bridge_destroy,
            ami.LocalBridge: self._local_bridge,
            ami.DialBegin: self._dialling.began,
            ami.DialEnd: self._dialling.ended,
            ami.BlindTransfer: self._blind_transfer,
            ami.VoicemailEntered: self._voicemail_entered,
            ami.MessageWaiting: self._message_waiting,
            ami.QueueCallerJoin: self._queue_join,
            ami.QueueCallerLeave: self._queue_leave,
            ami.QueueCallerAbandon: self._queue_abandon,
            ami.HangupRequest: self._hangup_request,
            ami.Hangup: self._hangup,
            ami.Shutdown: self._shutdown,
            ami.CoreShowChannel: self._snapshots.item,
            ami.CoreShowChannelsComplete: self._snapshots.complete,
            ami.Status: self._status,
            ami.BridgeListItem: self._bridge_list_item,
            ami.Presentation: self._presentation,
        }

    @property
    def unheard_of(self) -> bool:
        """Whether the PBX last listed calls whose events did not reach us."""
        return self._snapshots.unheard_of

    @property
    def voicemail_unseen(self) -> bool:
        """Whether a caller left a message, though we were never told of one entering voicemail."""
        return self._state.voicemail_unseen

    @property
    def live_channels(self) -> int:
        return len(self._graph)

    def remembers(self) -> int:
        """How many things are kept: 0 when no channel is live."""
        return self._state.size() + self._snapshots.size()

    def is_call(self, uniqueid: str) -> bool:
        """Whether this channel is the caller of an inbound call under way."""
        return uniqueid in self._calls

    def callers(self) -> list[tuple[str, str]]:
        """Uniqueid and channel name of the caller of every inbound call under way."""
        return [(uniqueid, self._graph.name_of(uniqueid)) for uniqueid in self._calls]

    def feed(self, event: ami.Event, now: datetime) -> list[Finding]:
        """Take one event; return what it brought to light (nearly always nothing)."""
        handler = self._handlers.get(type(event))
        if handler is not None:
            self._state.now = now
            handler(event, now)
        if not self._state.findings:
            return []
        findings, self._state.findings = self._state.findings, []
        return findings

    def link_lost(self) -> None:
        """From now on events are missed: what the next snapshot does not show has ended unseen."""
        self._snapshots.link_lost()

    # Channels and calls

    def _new_channel(self, event: ami.Newchannel, now: datetime) -> None:
        self._state.add_channel(event.leg, now)
        self._new_state(event, now)

    def _new_state(self, event: ami.Newchannel | ami.Newstate, now: datetime) -> None:
        leg = event.leg
        if leg.uniqueid not in self._calls and self._state.inbound.is_new_call(leg):
            self._state.add_channel(leg, now)
            self._state.begin_call(leg, now)
        elif leg.state == ami.ChannelState.RINGING:
            note_ringing(leg.channel, self._calls.linked(leg.linkedid))
        self._state.record(leg.linkedid, event)
        self._state.learn(leg)

    def _new_callerid(self, event: ami.NewCallerid, _now: datetime) -> None:
        self._state.record(event.leg.linkedid, event)
        self._state.learn(event.leg)

    def _rename(self, event: ami.Rename, _now: datetime) -> None:
        self._graph.rename(event.uniqueid, event.new_name)

    # Who hears whom

    def _bridge_enter(self, event: ami.BridgeEnter, now: datetime) -> None:
        leg = event.leg
        self._state.add_channel(leg, now)
        self._graph.enter(leg.uniqueid, event.bridge, holding=event.holding)
        self._state.learn(leg)
        self._state.record(leg.linkedid, event)
        if call := self._calls.get(leg.uniqueid):
            call.entered_bridge(leg.context, leg.exten, holding=event.holding)
        self._state.look_around(leg.uniqueid, now)

    def _bridge_leave(self, event: ami.BridgeLeave, _now: datetime) -> None:
        leg = event.leg
        self._graph.leave(leg.uniqueid, event.bridge)
        self._state.record(leg.linkedid, event)
        if call := self._calls.get(leg.uniqueid):
            call.left_bridge(leg.context, leg.exten)

    def _bridge_destroy(self, event: ami.BridgeDestroy, _now: datetime) -> None:
        self._graph.destroy(event.bridge)

    def _local_bridge(self, event: ami.LocalBridge, now: datetime) -> None:
        self._graph.join_halves(event.one, event.two)
        self._state.record(event.linkedid, event)
        self._state.look_around(event.one, now)

    # Ringing, queues, voicemail

    def _blind_transfer(self, event: ami.BlindTransfer, now: datetime) -> None:
        if call := self._calls.get(event.transferee):
            call.passed_on()
            call.trail.add(event.headers, now)

    def _queue_join(self, event: ami.QueueCallerJoin, _now: datetime) -> None:
        if call := self._calls.get(event.leg.uniqueid):
            call.joined_queue(event.queue)
        self._state.record(event.leg.linkedid, event)

    def _queue_leave(self, event: ami.QueueCallerLeave, _now: datetime) -> None:
        if call := self._calls.get(event.leg.uniqueid):
            call.left_queue()

    def _queue_abandon(self, event: ami.QueueCallerAbandon, _now: datetime) -> None:
        self._state.record(event.leg.linkedid, event)

    def _voicemail_entered(self, event: ami.VoicemailEntered, now: datetime) -> None:
        uniqueid = event.leg.uniqueid
        self._state.saw_voicemail = True
        self._state.record(event.leg.linkedid, event)
        if uniqueid in self._graph:
            self._mailboxes.entered(uniqueid, event.mailbox)
            self._state.look_around(uniqueid, now)

    def _message_waiting(self, event: ami.MessageWaiting, now: datetime) -> None:
        self._state.record(event.leg.linkedid, event)
        named = event.leg.uniqueid
        # A mailbox that mails its messages and deletes them (delete=yes) has none waiting.
        if not event.waiting and not self._mailboxes.is_in_one(named):
            return
        if named in self._calls and not self._state.saw_voicemail:
            self._state.voicemail_unseen = True
        for uniqueid in [named] if named else self._mailboxes.in_front_of(event.mailbox):
            if uniqueid in self._graph:
                self._mailboxes.left(uniqueid)
                self._state.look_around(uniqueid, now)

    # Ends

    def _hangup_request(self, event: ami.HangupRequest, _now: datetime) -> None:
        if call := self._calls.get(event.leg.uniqueid):
            call.caller_hung_up = True
            self._state.record(event.leg.linkedid, event)

    def _hangup(self, event: ami.Hangup, now: datetime) -> None:
        uniqueid = event.leg.uniqueid
        self._state.learn(event.leg)
        self._state.record(event.leg.linkedid, event)
        self._snapshots.forget(uniqueid)
        if call := self._state.drop_channel(uniqueid, now):
            self._state.findings.append(call.ended(now, event.cause))

    def _shutdown(self, _event: ami.Shutdown, now: datetime) -> None:
        self._state.end_unseen(self._graph, now)

    # What we asked for

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
