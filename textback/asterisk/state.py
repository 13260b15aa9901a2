"""What is known of one PBX now: its channels, who hears whom, and the calls among them."""

from collections.abc import Iterable
from datetime import UTC, datetime

from textback.asterisk.earshot import Earshot
from textback.asterisk.events import Event, Leg
from textback.asterisk.graph import ChannelGraph
from textback.asterisk.inbound import InboundRule, device_of
from textback.asterisk.livecall import LiveCall
from textback.asterisk.livecalls import LiveCalls
from textback.asterisk.mailboxes import Mailboxes
from textback.asterisk.outbound import OutboundCalls
from textback.core.calls import CallBegan, Finding

_NOT_A_CALLER = frozenset({"", "anonymous", "unknown", "unavailable", "restricted", "private"})
_HIDDEN = frozenset({"anonymous", "restricted", "private"})
# Extensions that Asterisk goes to by itself, or that a trunk without DIDs starts at.
_NO_DID = frozenset({"", "s", "h", "i", "t", "T", "o", "a", "e", "fax"})


class PbxState:
    """What the tracker's parts share; `findings` are those not yet handed over.

    `now` is the time of the event in hand.
    """

    def __init__(self, inbound: InboundRule) -> None:
        self.inbound = inbound
        self.graph = ChannelGraph()
        self.calls = LiveCalls()
        self.outbound = OutboundCalls()
        self.mailboxes = Mailboxes()
        self.earshot = Earshot(self.graph, self.calls, self.outbound, self.mailboxes)
        self.findings: list[Finding] = []
        self.saw_voicemail = False  # somebody entered it, and we were told
        self.voicemail_unseen = False  # somebody entered it, and we were not
        self.now = datetime.fromtimestamp(0, UTC)

    def size(self) -> int:
        """How many things are kept: 0 when no channel is live."""
        parts = (self.graph, self.calls, self.outbound, self.mailboxes)
        return sum(part.size() for part in parts)

    def add_channel(self, leg: Leg, born_at: datetime) -> None:
        if leg.uniqueid not in self.graph:
            outside = self.inbound.is_trunk(leg.channel, leg.context)
            self.graph.add(leg.uniqueid, leg.channel, born_at, outside=outside)

    def begin_call(self, leg: Leg, started_at: datetime, *, partly_unseen: bool = False) -> None:
        trunk = device_of(leg.channel)
        call = LiveCall(leg.uniqueid, leg.linkedid, started_at, trunk=trunk)
        call.partly_unseen = partly_unseen
        self.calls.add(call)

    def learn(self, leg: Leg) -> None:
        """Take over what an event says of the caller, on his own channel or on a leg that rings."""
        call = self.calls.get(leg.uniqueid)
        if call is not None:
            self._learn_from_caller(call, leg)
        elif leg.withheld:
            # A Local leg takes over the caller's number together with its presentation.
            for other in self.calls.linked(leg.linkedid):
                other.withheld = other.withheld or leg.number == other.caller

    def _learn_from_caller(self, call: LiveCall, leg: Leg) -> None:
        self.calls.relink(call, leg.linkedid)
        call.state_changed(leg.state)
        # The dialplan may hide or rewrite the number later; what came first is the caller's own.
        number = leg.number.lower()
        call.withheld = call.withheld or leg.withheld or number in _HIDDEN
        arriving = self.inbound.covers_context(leg.context)
        if not call.did and arriving and leg.exten not in _NO_DID:
            call.did = leg.exten
        call.caller_name = call.caller_name or leg.name
        # A number that comes up further on is the office's own idea of whom to show; of a call we
        # heard only partly no earlier one can be had.
        if not call.caller and number not in _NOT_A_CALLER and (arriving or call.partly_unseen):
            call.caller = leg.number
            self.findings.append(CallBegan(call.uniqueid, call.caller))

    def link_lost(self) -> None:
        """What happens to the calls under way is not seen from now on."""
        self.saw_voicemail = self.voicemail_unseen = False
        for call in self.calls.all():
            call.partly_unseen = True

    def announce_again(self) -> None:
        """After a lost link nobody knows any more who is on the line: say it once more."""
        live = self.calls.all()
        began = [CallBegan(call.uniqueid, call.caller) for call in live if call.caller]
        began += self.outbound.under_way()
        self.findings += [one for one in began if one not in self.findings]

    def record(self, linkedid: str, event: Event) -> None:
        """Keep an event with the calls it belongs to."""
        for call in self.calls.linked(linkedid):
            call.trail.add(event.headers, self.now)

    def look_around(self, uniqueid: str, now: datetime, *, under_way: bool = False) -> None:
        self.findings += self.earshot.look_around(uniqueid, now, under_way=under_way)

    def office_phone(self, uniqueid: str) -> str:
        """The device of a channel, "" when it is no phone of the office."""
        channel = self.graph.get(uniqueid)
        if channel is None or channel.outside or not channel.is_person:
            return ""
        return device_of(channel.name)

    def end_unseen(self, uniqueids: Iterable[str], now: datetime) -> None:
        """These channels are gone, and nobody saw how."""
        for uniqueid in uniqueids:
            if call := self.drop_channel(uniqueid, now):
                self.findings.append(call.lost_sight_of(now))

    def drop_channel(self, uniqueid: str, now: datetime) -> LiveCall | None:
        """Forget a channel; return the call it was the caller of."""
        self.graph.remove(uniqueid)
        self.mailboxes.forget(uniqueid)
        self.findings += self.outbound.gone(uniqueid, now)
        return self.calls.pop(uniqueid)
