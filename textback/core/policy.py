"""Whether a call gets a text, and which: one readable decision with its reason."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from textback.core import verdict
from textback.core.calls import CallEnded
from textback.core.office import Office
from textback.core.texts import render

ONE_GREETING_IN = timedelta(hours=24)
TOO_LATE_AFTER = timedelta(minutes=15)


class PolicyReason(StrEnum):
    """Why a call that deserves a text gets none."""

    NOT_SET_UP = "not_set_up"
    INVALID_NUMBER = "invalid_number"
    OPTED_OUT = "opted_out"
    TEXTED_RECENTLY = "texted_recently"
    TOO_LATE = "too_late"


_WORDS = {
    PolicyReason.NOT_SET_UP: "The office is not set up yet, so there is no text to send.",
    PolicyReason.INVALID_NUMBER: "The caller's number is not a valid phone number.",
    PolicyReason.OPTED_OUT: "This number asked for no more texts.",
    PolicyReason.TEXTED_RECENTLY: "This number was already texted within the last 24 hours.",
    PolicyReason.TOO_LATE: "The call was learned of too late for a text to make sense.",
}


def words(reason: str) -> str:
    """A reason, of the verdict or of the policy, in words for staff.

    One that this version does not know (a newer one wrote it) is told as it is.
    """
    if reason in set(PolicyReason):
        return _WORDS[PolicyReason(reason)]
    if reason in set(verdict.Reason):
        return verdict.words(verdict.Reason(reason))
    return f"{reason.replace('_', ' ').capitalize()}."


@dataclass(frozen=True, slots=True)
class Known:
    """What the office knows when a call ended. `number` is E.164, None where it is not valid."""

    now: datetime
    office: Office | None
    number: str | None
    opted_out: bool = False
    last_greeting_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Send:
    """Text the caller, unless it has not gone out by `expires_at`."""

    text: str
    expires_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Skip:
    """No text, and why."""

    reason: str


def decide(call: CallEnded, known: Known) -> Send | Skip:
    """What the caller gets. What happened comes first, then who it is, then when."""
    judged = verdict.judge(call)
    if not judged.would_text:
        return Skip(judged.reason)
    if known.office is None:
        return Skip(PolicyReason.NOT_SET_UP)
    if known.number is None:
        return Skip(PolicyReason.INVALID_NUMBER)
    if known.opted_out:
        return Skip(PolicyReason.OPTED_OUT)
    if _recent(known):
        return Skip(PolicyReason.TEXTED_RECENTLY)
    if known.now - call.ended_at > TOO_LATE_AFTER:
        return Skip(PolicyReason.TOO_LATE)
    return Send(
        _greeting(known.office, call.ended_at), call.ended_at + TOO_LATE_AFTER, judged.reason
    )


def _recent(known: Known) -> bool:
    last = known.last_greeting_at
    return last is not None and known.now - last < ONE_GREETING_IN


def _greeting(office: Office, at: datetime) -> str:
    is_open = office.hours.is_open(at, office.zone)
    return filled(office.text_open if is_open else office.text_closed, office)


def filled(template: str, office: Office) -> str:
    """One of the office's texts with its variables filled in."""
    return render(template, {"firm": office.firm})
