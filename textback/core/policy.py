"""Whether a call gets a text, and which: one readable decision with its reason."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from textback.core import lines, verdict
from textback.core.calls import CallEnded, Outcome
from textback.core.lines import LineRules, Loss, VoicemailTiming
from textback.core.office import Office
from textback.core.texts import render

ONE_GREETING_IN = timedelta(hours=24)
TOO_LATE_AFTER = timedelta(minutes=15)
UNKNOWN_PHONE = "our usual number"  # in a text, where the office has not told it


class PolicyReason(StrEnum):
    """Why a call that deserves a text gets none."""

    LOSS_NOT_TEXTED = "loss_not_texted"
    STILL_IN_VOICEMAIL = "still_in_voicemail"
    MESSAGE_LEFT = "message_left"
    TOO_SHORT = "too_short"
    MAYBE_WITHHELD = "maybe_withheld"
    GOT_THROUGH = "got_through"
    NOT_DECIDED = "not_decided"
    NOT_SET_UP = "not_set_up"
    INVALID_NUMBER = "invalid_number"
    OPTED_OUT = "opted_out"
    TEXTED_RECENTLY = "texted_recently"
    TOO_LATE = "too_late"


_WORDS: dict[str, str] = {
    Loss.GAVE_UP_RINGING: "The caller hung up while the phones rang.",
    Loss.GAVE_UP_IN_QUEUE: "The caller hung up while waiting in a queue, or parked.",
    Loss.GAVE_UP_IN_MENU: "The caller hung up in the menu.",
    Loss.ANNOUNCEMENT: "The caller heard an announcement only.",
    Loss.LOST_IN_TRANSFER: "The caller was lost while being passed on.",
    Loss.FORWARDED: "The call was answered outside, perhaps by a mobile's voicemail.",
    Loss.SIM_CALLED: "They called the number we text from, where nobody can answer.",
    PolicyReason.LOSS_NOT_TEXTED: "This line does not text callers who are lost in this way.",
    PolicyReason.STILL_IN_VOICEMAIL: "The caller is in voicemail; it is decided at the hang-up.",
    PolicyReason.MESSAGE_LEFT: "The caller left a message, and this line then sends no text.",
    PolicyReason.TOO_SHORT: "The call was too short to count on this line.",
    PolicyReason.NOT_DECIDED: "An error in textback kept it from being decided; see its log.",
    PolicyReason.GOT_THROUGH: "They called again, or were called back, and got through.",
    PolicyReason.MAYBE_WITHHELD: "Nobody could find out whether the caller withheld the number.",
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
    if reason in _WORDS:
        return _WORDS[reason]
    if reason in set(verdict.Reason):
        return verdict.words(verdict.Reason(reason))
    return f"{reason.replace('_', ' ').capitalize()}."


@dataclass(frozen=True, slots=True)
class Known:
    """What the office knows of a call. `number` is E.164, None where it is not valid.

    `ended` is False while the call is in voicemail and still goes on. `got_through`: a person spoke
    with them in another call, of either side, since this one began.
    """

    now: datetime
    office: Office | None
    number: str | None
    rules: LineRules = field(default_factory=LineRules)
    ended: bool = True
    got_through: bool = False
    opted_out: bool = False
    last_greeting_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Send:
    """Text the caller at `not_before` or soon after, and not after `expires_at`."""

    text: str
    not_before: datetime
    expires_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Skip:
    """No text, and why."""

    reason: str


def decide(call: CallEnded, known: Known) -> Send | Skip:
    """What the caller gets. What happened comes first, then who it is, then when."""
    not_due = _not_due(call, known)
    if not_due is not None:
        return Skip(not_due)
    if known.got_through:
        return Skip(PolicyReason.GOT_THROUGH)
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
        text=_greeting(known.office, known.rules, call),
        not_before=known.now + known.rules.grace_time,
        expires_at=call.ended_at + TOO_LATE_AFTER,
        reason=lines.loss_of(call) or "",
    )


def _not_due(call: CallEnded, known: Known) -> str | None:
    """Why what happened in the call calls for no text on this line; None when it does."""
    rules, loss = known.rules, lines.loss_of(call)
    if loss is None:
        return verdict.judge(call).reason
    if nobody := verdict.no_one_to_text(call):
        return nobody
    if not lines.wants_text(rules, call, ended=known.ended):
        return _not_wanted(call, known)
    # A call to the SIM is as short as we make it.
    if loss is not Loss.SIM_CALLED and call.waited.total_seconds() < rules.least_ring:
        return PolicyReason.TOO_SHORT
    return PolicyReason.MAYBE_WITHHELD if call.presentation_unknown else None


def _not_wanted(call: CallEnded, known: Known) -> str:
    if call.person_reached:
        return verdict.Reason.PERSON_REACHED
    never = known.rules.voicemail is VoicemailTiming.NEVER
    if call.outcome is Outcome.VOICEMAIL and Loss.VOICEMAIL in known.rules.texted and not never:
        return PolicyReason.MESSAGE_LEFT if known.ended else PolicyReason.STILL_IN_VOICEMAIL
    return PolicyReason.LOSS_NOT_TEXTED


def _recent(known: Known) -> bool:
    last = known.last_greeting_at
    return last is not None and known.now - last < ONE_GREETING_IN


def _greeting(office: Office, rules: LineRules, call: CallEnded) -> str:
    if lines.loss_of(call) is Loss.SIM_CALLED:
        return filled(office.text_sim_called, office)
    hours = rules.hours or office.hours
    if hours.is_open(call.ended_at, office.zone):
        return filled(rules.text_open or office.text_open, office)
    return filled(rules.text_closed or office.text_closed, office)


def filled(template: str, office: Office) -> str:
    """One of the office's texts with its variables filled in."""
    return render(template, {"firm": office.firm, "phone": office.phone or UNKNOWN_PHONE})
