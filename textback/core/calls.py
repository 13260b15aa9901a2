"""What an inbound call turned out to be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class Outcome(StrEnum):
    """How an inbound call ended."""

    ANSWERED = "answered"  # a person spoke with the caller
    NO_ANSWER = "no_answer"  # phones rang, or could not be rung, and nobody took the call
    BUSY = "busy"
    ABANDONED = "abandoned"  # the caller gave up while ringing, in a menu or in a queue
    VOICEMAIL = "voicemail"
    CLOSED = "closed"  # an announcement and no one to ask
    FAILED = "failed"
    UNKNOWN = "unknown"  # the link to the PBX was lost meanwhile


class Voicemail(StrEnum):
    """How far the caller got with voicemail."""

    NONE = "none"
    ENTERED = "entered"
    LEFT = "left"


class LostIn(StrEnum):
    """Where a caller was when the call was lost."""

    NOWHERE = ""
    RINGING = "ringing"
    QUEUE = "queue"
    MENU = "menu"
    VOICEMAIL = "voicemail"
    ANNOUNCEMENT = "announcement"
    TRANSFER = "transfer"  # a person spoke with the caller, then lost them passing them on
    PARKING = "parking"
    SIM = "sim"  # they called the number we text from, where nobody can answer


@dataclass(frozen=True, slots=True)
class CallEnded:
    """One inbound call from outside, decided when the caller's own channel hung up.

    `caller` is the number as the trunk sent it, "" when there was none; `withheld` says that the
    caller asked for it not to be shown. `events` are the trimmed AMI events, oldest first, kept so
    that a person can see why the call was judged so.
    """

    uniqueid: str
    linkedid: str
    caller: str
    did: str
    outcome: Outcome
    person_reached: bool
    started_at: datetime
    ended_at: datetime
    voicemail: Voicemail = Voicemail.NONE
    withheld: bool = False
    caller_name: str = ""
    lost_in: LostIn = LostIn.NOWHERE
    queue: str = ""
    trunk: str = ""  # the caller's channel without its serial number, such as PJSIP/provider
    rang: tuple[str, ...] = ()  # the phones that rang, such as PJSIP/101, in the order they did
    answered_by: str = ""  # the first phone that spoke with the caller
    answered_at: datetime | None = None
    presentation_unknown: bool = False  # nobody can tell whether the caller withheld the number
    partly_unseen: bool = False  # nobody listened for a while: a person may have been reached then
    forwarded: bool = False  # who answered was outside, over a trunk: perhaps a mobile's voicemail
    events: tuple[Mapping[str, str], ...] = field(default=(), repr=False)

    @property
    def waited(self) -> timedelta:
        """How long the caller waited for a person, in vain or not."""
        return max((self.answered_at or self.ended_at) - self.started_at, timedelta(0))


@dataclass(frozen=True, slots=True)
class CallBegan:
    """Somebody is on the line with us from now on: an inbound caller, or a number we called."""

    uniqueid: str
    number: str  # as the trunk sent it, or as it was dialled


@dataclass(frozen=True, slots=True)
class VoicemailReached:
    """An inbound call enters voicemail now; `call` is what is known of it so far."""

    call: CallEnded


@dataclass(frozen=True, slots=True)
class OutboundEnded:
    """A call from the office to an outside number, after it ended.

    `by` is the phone that called, such as PJSIP/101, "" when it is not known. `answered_at` is
    None when nobody answered.
    """

    uniqueid: str
    linkedid: str
    number: str
    by: str
    started_at: datetime
    ended_at: datetime
    answered_at: datetime | None = None


Finding = CallBegan | VoicemailReached | CallEnded | OutboundEnded
