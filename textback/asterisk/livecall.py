"""One inbound call while it lasts: what has happened so far, and what it adds up to."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from textback.asterisk.events import ChannelState, Headers
from textback.core.calls import CallEnded, LostIn, Outcome, Voicemail

_BUSY_CAUSE = 17
_GAVE_UP_CAUSES = (0, 127)
_CONGESTION_CAUSES = (34, 38, 41, 42, 44, 58)

# What a person needs to see why a call was judged so.
_KEPT_HEADERS = (
    "Event",
    "Channel",
    "ChannelStateDesc",
    "CallerIDNum",
    "CID-CallingPres",
    "Context",
    "Exten",
    "Uniqueid",
    "Linkedid",
    "DestChannel",
    "DestUniqueid",
    "DialStatus",
    "BridgeUniqueid",
    "BridgeTechnology",
    "BridgeNumChannels",
    "LocalOneChannel",
    "LocalTwoChannel",
    "Application",
    "AppData",
    "Mailbox",
    "Waiting",
    "Queue",
    "Newname",
    "Cause",
    "Cause-txt",
)
_FIRST_KEPT = 40
_LAST_KEPT = 120


class Trail:
    """A call's trimmed events: the first and the last ones, so that a long call stays bounded."""

    def __init__(self) -> None:
        self._first: list[Mapping[str, str]] = []
        self._last: deque[Mapping[str, str]] = deque(maxlen=_LAST_KEPT)

    def add(self, headers: Headers) -> None:
        trimmed = {name: headers[name] for name in _KEPT_HEADERS if headers.get(name)}
        if len(self._first) < _FIRST_KEPT:
            self._first.append(trimmed)
        else:
            self._last.append(trimmed)

    def events(self) -> tuple[Mapping[str, str], ...]:
        return (*self._first, *self._last)


class Dials:
    """Devices that were rung: which still ring, and how the others ended (DialStatus)."""

    def __init__(self) -> None:
        self._ringing: set[str] = set()
        self._statuses: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self._ringing or self._statuses)

    def began(self, destination: str) -> None:
        self._ringing.add(destination)

    def ended(self, destination: str, status: str) -> None:
        # A queue reports an attempt's end twice, the second time as CANCEL: the first one counts.
        if destination in self._ringing:
            self._ringing.discard(destination)
            self._statuses.add(status)

    def all_busy(self) -> bool:
        return not self._ringing and self._statuses == {"BUSY"}

    def broken_off(self) -> bool:
        return bool(self._ringing) or "CANCEL" in self._statuses


@dataclass(slots=True)
class LiveCall:
    """What is known of a call that has not ended."""

    uniqueid: str
    linkedid: str
    started_at: datetime
    caller: str = ""
    caller_name: str = ""
    did: str = ""
    withheld: bool = False
    reached: bool = False
    was_up: bool = False
    played_busy: bool = False
    caller_hung_up: bool = False
    voicemail: Voicemail = Voicemail.NONE
    queue: str = ""
    abandoned_queue: bool = False
    phones: Dials = field(default_factory=Dials)
    local_channels: Dials = field(default_factory=Dials)
    trail: Trail = field(default_factory=Trail)

    def state_changed(self, state: int | None) -> None:
        self.was_up = self.was_up or state == ChannelState.UP
        self.played_busy = self.played_busy or state == ChannelState.BUSY

    def dial_began(self, destination: str, channel: str) -> None:
        dials = self.local_channels if channel.startswith("Local/") else self.phones
        dials.began(destination)

    def dial_ended(self, destination: str, status: str) -> None:
        self.phones.ended(destination, status)
        self.local_channels.ended(destination, status)

    def left_queue(self) -> None:
        if not self.abandoned_queue:
            self.queue = ""

    def ended(self, now: datetime, cause: int | None) -> CallEnded:
        """The finished call, decided by all that happened and the hangup cause (Q.850)."""
        outcome, lost_in = self._outcome(cause)
        return self._finished(now, outcome, lost_in)

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
            events=self.trail.events(),
        )

    def _outcome(self, cause: int | None) -> tuple[Outcome, LostIn]:
        if self.reached:
            return Outcome.ANSWERED, LostIn.NOWHERE
        if self.voicemail is not Voicemail.NONE:
            return Outcome.VOICEMAIL, LostIn.VOICEMAIL
        if self.phones or self.local_channels or self.queue:
            return self._outcome_of_ringing()
        return self._outcome_without_ringing(cause)

    def _outcome_of_ringing(self) -> tuple[Outcome, LostIn]:
        dials = self.phones or self.local_channels
        place = LostIn.QUEUE if self.queue else LostIn.RINGING
        if dials.all_busy():
            return Outcome.BUSY, place
        if self.abandoned_queue or self.caller_hung_up or dials.broken_off():
            return Outcome.ABANDONED, place
        return Outcome.NO_ANSWER, place

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
