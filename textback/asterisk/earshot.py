"""Whom each call reached: what the graph of channels means for the calls in it."""

from datetime import datetime

from textback.asterisk.graph import Channel, ChannelGraph
from textback.asterisk.inbound import device_of
from textback.asterisk.livecall import LiveCall
from textback.asterisk.livecalls import LiveCalls
from textback.asterisk.mailboxes import Mailboxes
from textback.asterisk.outbound import OutboundCalls
from textback.core.calls import Finding, PersonReached, Voicemail, VoicemailReached


class Earshot:
    """Tells calls, inbound and outbound, of the persons and mailboxes that hear them."""

    def __init__(
        self, graph: ChannelGraph, calls: LiveCalls, outbound: OutboundCalls, mailboxes: Mailboxes
    ) -> None:
        self._graph = graph
        self._calls = calls
        self._outbound = outbound
        self._mailboxes = mailboxes

    def look_around(
        self, uniqueid: str, now: datetime, *, under_way: bool = False
    ) -> list[Finding]:
        """Tell every call within earshot of this channel whom, or which mailbox, it reached.

        `under_way`: it did so before we saw it; it began when the younger channel did, or later.
        """
        heard = self._graph.heard_by(uniqueid)
        callers = [call for other in heard if (call := self._calls.get(other)) is not None]
        called = heard & self._outbound.legs()
        if not callers and not called:
            return []
        persons = self._graph.persons(heard)
        found: list[Finding] = []
        for each in (*(call.uniqueid for call in callers), *called):
            if (other := self._first_other(each, persons)) is not None:
                since = self._since(each, other) if under_way else now
                found += self._tell(each, other, since)
        voicemail = self._mailboxes.furthest(heard)
        return found + [each for call in callers for each in _tell_voicemail(call, voicemail, now)]

    def hears_a_person(self, uniqueid: str) -> bool:
        persons = self._graph.persons(self._graph.heard_by(uniqueid))
        return self._first_other(uniqueid, persons) is not None

    def _first_other(self, uniqueid: str, persons: list[Channel]) -> Channel | None:
        return next((person for person in persons if person.uniqueid != uniqueid), None)

    def _since(self, uniqueid: str, other: Channel) -> datetime:
        own = self._graph.get(uniqueid)
        return max(own.born_at, other.born_at) if own else other.born_at

    def _tell(self, uniqueid: str, other: Channel, since: datetime) -> list[Finding]:
        device = device_of(other.name)
        call = self._calls.get(uniqueid)
        if call is None:
            return self._outbound.answered(uniqueid, "" if other.outside else device, since)
        own_trunk = device == device_of(self._graph.name_of(uniqueid))
        is_first = not call.reached
        call.talks_with(device, since, outside=other.outside or own_trunk)
        return [PersonReached(uniqueid, call.caller)] if is_first and not call.forwarded else []


def _tell_voicemail(call: LiveCall, voicemail: Voicemail, now: datetime) -> list[Finding]:
    if voicemail is Voicemail.NONE or call.voicemail is Voicemail.LEFT:
        return []
    is_first = call.voicemail is Voicemail.NONE
    call.voicemail = voicemail
    if not is_first:
        return []
    call.passed_on()
    return [VoicemailReached(call.so_far(now))]
