"""Whether a text is due by what happened in the call alone.

History, office hours and the numbering plan do not enter here: see the policy.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from textback.core.calls import CallEnded, Outcome


class Reason(StrEnum):
    """Why a text is due, or why it is not; a stable code."""

    PERSON_REACHED = "person_reached"
    WITHHELD = "withheld"
    NO_NUMBER = "no_number"
    NOT_A_NUMBER = "not_a_number"
    NOT_SEEN_TO_END = "not_seen_to_end"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    ABANDONED = "abandoned"
    VOICEMAIL = "voicemail"
    CLOSED = "closed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a text is due, and why or why not."""

    would_text: bool
    reason: Reason


_MISSED: Mapping[Outcome, Reason] = {
    Outcome.NO_ANSWER: Reason.NO_ANSWER,
    Outcome.BUSY: Reason.BUSY,
    Outcome.ABANDONED: Reason.ABANDONED,
    Outcome.VOICEMAIL: Reason.VOICEMAIL,
    Outcome.CLOSED: Reason.CLOSED,
    Outcome.FAILED: Reason.FAILED,
}

_WORDS: Mapping[Reason, str] = {
    Reason.PERSON_REACHED: "The caller spoke with somebody.",
    Reason.WITHHELD: "The caller withheld the number.",
    Reason.NO_NUMBER: "The call came without a number.",
    Reason.NOT_A_NUMBER: "What the caller sent is not a phone number.",
    Reason.NOT_SEEN_TO_END: "The connection to the phone system was lost during the call.",
    Reason.NO_ANSWER: "Nobody took the call.",
    Reason.BUSY: "Everybody was on the phone.",
    Reason.ABANDONED: "The caller hung up before anybody took the call.",
    Reason.VOICEMAIL: "The call went to voicemail.",
    Reason.CLOSED: "The caller heard an announcement only.",
    Reason.FAILED: "The phone system could not put the call through.",
}

_SEPARATORS = re.compile(r"[ ().\-/]")
_PHONE_NUMBER = re.compile(r"\+?[0-9]{3,20}")


def judge(call: CallEnded) -> Verdict:
    """Whether what happened in `call` calls for a text."""
    refusal = _refusal(call)
    return Verdict(False, refusal) if refusal else Verdict(True, _MISSED[call.outcome])


def words(reason: Reason) -> str:
    """The reason as one plain sentence for staff."""
    return _WORDS[reason]


def _refusal(call: CallEnded) -> Reason | None:
    if call.person_reached or call.outcome is Outcome.ANSWERED:
        return Reason.PERSON_REACHED
    if nobody := no_one_to_text(call):
        return nobody
    if call.outcome is Outcome.UNKNOWN:
        return Reason.NOT_SEEN_TO_END
    return None


def no_one_to_text(call: CallEnded) -> Reason | None:
    """Why the caller's number cannot be texted, whatever happened; None where it can."""
    if call.withheld:
        return Reason.WITHHELD
    if not call.caller:
        return Reason.NO_NUMBER
    if not _PHONE_NUMBER.fullmatch(_SEPARATORS.sub("", call.caller)):
        return Reason.NOT_A_NUMBER
    return None
