"""What rings for whom: phones for an inbound call, and trunks for calls of the office's own."""

from collections.abc import Iterable
from datetime import datetime

from textback.asterisk.dials import dialled_number, dials_outside
from textback.asterisk.events import DialBegin, DialEnd
from textback.asterisk.inbound import device_of, endpoint_of
from textback.asterisk.livecall import LiveCall
from textback.asterisk.state import PbxState
from textback.core.calls import CallBegan, Voicemail


class Dialling:
    """The tracker's handlers for DialBegin and DialEnd."""

    def __init__(self, state: PbxState) -> None:
        self._state = state

    def began(self, event: DialBegin, now: datetime) -> None:
        calls = self._state.calls.dialled_by(event.dialler, event.linkedid)
        leads_outside = self._leads_outside(event)
        for call in calls:
            call.dial_began(event.destination, event.destination_channel)
            self._note_if_passed_on(call)
            self._note_if_out_of_voicemail(call)
        if leads_outside and not calls:
            self._begin_outbound(event, now)
        self._state.record(event.linkedid, event)

    def ended(self, event: DialEnd, _now: datetime) -> None:
        calls = self._state.calls.dialled_by(event.dialler, event.linkedid)
        for call in calls:
            call.dial_ended(event.destination, event.status)
            self._note_if_passed_on(call)
        if event.status == "ANSWER":
            note_ringing(event.destination_channel, calls)
        self._state.record(event.linkedid, event)

    def _leads_outside(self, event: DialBegin) -> bool:
        channel = self._state.graph.get(event.destination)
        if channel is None or channel.name.startswith("Local/"):
            return False
        endpoint = endpoint_of(channel.name)
        channel.outside = channel.outside or dials_outside(event.dial_string, endpoint)
        return channel.outside

    def _begin_outbound(self, event: DialBegin, now: datetime) -> None:
        state = self._state
        state.findings += state.outbound.began(
            event.destination,
            event.linkedid,
            number=dialled_number(event.dial_string),
            dialler=event.dialler,
            by=state.office_phone(event.dialler) or state.office_phone(event.linkedid),
            now=now,
        )

    def _note_if_out_of_voicemail(self, call: LiveCall) -> None:
        # Who leaves voicemail for a person (operator=yes) is on the line once more: a text waits.
        if call.voicemail is not Voicemail.NONE and call.caller:
            self._state.findings.append(CallBegan(call.uniqueid, call.caller))

    def _note_if_passed_on(self, call: LiveCall) -> None:
        # Something rings for a caller who spoke with a person and now hears none.
        if call.reached and not self._state.earshot.hears_a_person(call.uniqueid):
            call.passed_on()


def note_ringing(channel: str, calls: Iterable[LiveCall]) -> None:
    """A phone rings for these calls; what rings behind a Local channel is told of by itself."""
    if not channel.startswith("Local/"):
        for call in calls:
            call.rang.setdefault(device_of(channel))
