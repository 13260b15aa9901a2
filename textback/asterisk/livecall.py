"""One inbound call while it lasts: what has happened so far, and what it adds up to."""

from dataclasses import dataclass, field
from datetime import datetime

from textback.asterisk.dials import Dials
from textback.asterisk.events import ChannelState
from textback.asterisk.trail import Trail
from textback.core.calls import CallEnded, LostIn, Outcome, Voicemail

_BUSY_CAUSE = 17
_GAVE_UP_CAUSES = (0, 127)
_CONGESTION_CAUSES = (34, 38, 41, 42, 44, 58)


@dataclass(slots=True)
class LiveCall:
    """What is known of a call that has not ended."""

    uniqueid: str
    linkedid: str
    started_at: datetime
    trunk: str = ""
    caller: str = ""
    caller_name: str = ""
    did: str = ""
    withheld: bool = False
    reached: bool = False
    answered_by: str = ""
    answered_at: datetime | None = None
    forwarded: bool = False
    partly_unseen: bool = False
    lost_after_talk: LostIn = LostIn.NOWHERE
    was_up: bool = False
    played_busy: bool = False
    caller_hung_up: bool = False
    voicemail: Voicemail = Voicemail.NONE
    place: LostIn = LostIn.RINGING  # where the caller waits, or waited last
    queue: str = ""
    in_queue: bool = False
    in_menu: bool = False  # the phone system itself goes on with the caller, after what came before
    rang: dict[str, None] = field(default_factory=dict)  # in the order they did
    phones: Dials = field(default_factory=Dials)
    local_channels: Dials = field(default_factory=Dials)
    bridged_at: tuple[str, str] | None = None  # context and exten on entering the last bridge
    trail: Trail = field(default_factory=Trail)

    def state_changed(self, state: int | None) -> None:
        if state == ChannelState.UP and not self.was_up:
            self.was_up = True
            self.in_menu = not (self.phones.still_ring() or self.local_channels.still_ring())
        self.played_busy = self.played_busy or state == ChannelState.BUSY

    def talks_with(self, phone: str, now: datetime, *, outside: bool) -> None:
        """A person is within earshot. The first one counts, and a phone of the office more."""
        if not self.reached or (self.forwarded and not outside):
            self.answered_by, self.answered_at, self.forwarded = phone, now, outside
        self.reached = True
        self.lost_after_talk = LostIn.NOWHERE

    def passed_on(self, place: LostIn = LostIn.TRANSFER) -> None:
        """Who spoke with the caller has left, and the caller waits for another."""
        if self.reached and self.lost_after_talk is not LostIn.PARKING:
            self.lost_after_talk = place

    def entered_bridge(self, context: str, exten: str, *, holding: bool) -> None:
        self.bridged_at = (context, exten)
        self.in_menu = False
        if holding:
            self.place = LostIn.PARKING
            self.passed_on(LostIn.PARKING)

    def left_bridge(self, context: str, exten: str) -> None:
        # A blind transfer has set where the caller goes next before the caller leaves.
        if self.bridged_at not in (None, (context, exten)):
            self.passed_on()

    def dial_began(self, destination: str, channel: str) -> None:
        dials = self.local_channels if channel.startswith("Local/") else self.phones
        dials.began(destination)
        self.in_menu = False
        if not self.in_queue:
            self.place = LostIn.RINGING

    def dial_ended(self, destination: str, status: str) -> None:
        self.phones.ended(destination, status)
        self.local_channels.ended(destination, status)

    def joined_queue(self, queue: str) -> None:
        self.queue, self.in_queue, self.place = queue, True, LostIn.QUEUE
        self.in_menu = False
        self.passed_on()

    def left_queue(self) -> None:
        # QueueCallerAbandon comes of a time-out, too: only a hang-up before tells who gave up.
        self.in_queue = self.caller_hung_up
        self.in_menu = not self.caller_hung_up

    def ended(self, now: datetime, cause: int | None) -> CallEnded:
        """The finished call, decided by all that happened and the hangup cause (Q.850)."""
        outcome, lost_in = self._outcome(cause)
        return self._finished(now, outcome, lost_in)

    def so_far(self, now: datetime) -> CallEnded:
        """The call as it would be if it ended now."""
        return self.ended(now, None)

    def lost_sight_of(self, now: datetime) -> CallEnded:
        """The finished call, when it ended while nobody was listening."""
        return self._finished(now, Outcome.UNKNOWN, LostIn.NOWHERE)

    def _finished(self, now: datetime, outcome: Outcome, lost_in: LostIn) -> CallEnded:
        return CallEnded(
            uniqueid=self.uniqueid,
            linkedid=self.linkedid,
            caller=self.caller,
            did=self.did,
            outcome=outcome,
            person_reached=self.reached,
            started_at=self.started_at,
            ended_at=now,
            voicemail=self.voicemail,
            withheld=self.withheld,
            caller_name=self.caller_name,
            lost_in=lost_in,
            queue=self.queue,
            trunk=self.trunk,
            rang=tuple(self.rang),
            answered_by=self.answered_by,
            answered_at=self.answered_at,
            forwarded=self.forwarded,
            partly_unseen=self.partly_unseen,
            events=self.trail.events(),
        )

    def _outcome(self, cause: int | None) -> tuple[Outcome, LostIn]:
        if self.reached:
            return Outcome.ANSWERED, self.lost_after_talk
        if self.voicemail is not Voicemail.NONE:
            return Outcome.VOICEMAIL, LostIn.VOICEMAIL
        if self.phones or self.local_channels or self.queue or self.place is LostIn.PARKING:
            return self._outcome_of_waiting()
        return self._outcome_without_ringing(cause)

    def _outcome_of_waiting(self) -> tuple[Outcome, LostIn]:
        dials = self.phones or self.local_channels
        if dials.all_busy():
            return Outcome.BUSY, self.place
        if self.caller_hung_up or dials.broken_off():
            return Outcome.ABANDONED, LostIn.MENU if self.in_menu else self.place
        return Outcome.NO_ANSWER, self.place

    def _outcome_without_ringing(self, cause: int | None) -> tuple[Outcome, LostIn]:
        if self.played_busy or cause == _BUSY_CAUSE:
            return Outcome.BUSY, LostIn.NOWHERE
        if not self.was_up and cause in _CONGESTION_CAUSES:
            return Outcome.FAILED, LostIn.NOWHERE
        if self.caller_hung_up or cause in _GAVE_UP_CAUSES:
            return Outcome.ABANDONED, LostIn.MENU if self.was_up else LostIn.RINGING
        if self.was_up:
            return Outcome.CLOSED, LostIn.ANNOUNCEMENT
        return Outcome.NO_ANSWER, LostIn.NOWHERE
