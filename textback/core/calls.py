"""What an inbound call turned out to be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
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
    events: tuple[Mapping[str, str], ...] = field(default=(), repr=False)
