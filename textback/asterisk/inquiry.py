"""Whether callers withhold their numbers: asked of the PBX, and findings kept back until it says.

Newchannel does not show it, and a call may end before the answer is there: a text to a number that
was withheld must not hang on such a race.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from textback.asterisk.events import Presentation
from textback.asterisk.reading import presentation_prohibited
from textback.core.calls import CallEnded, Finding, PersonReached, VoicemailReached

# FreePBX overwrites the presentation and saves the caller's own in the second of these.
_VARIABLES = ("CALLERID(num-pres)", "CALLINGNUMPRES_SV")
_LABEL = "presentation-of-"


def questions(uniqueid: str, channel: str) -> list[dict[str, str]]:
    """The AMI actions that ask for this caller's presentation."""
    return [
        {
            "Action": "Getvar",
            "ActionID": f"{_LABEL}{number}-{uniqueid}",
            "Channel": channel,
            "Variable": variable,
        }
        for number, variable in enumerate(_VARIABLES)
    ]


def answer(headers: Mapping[str, str]) -> Presentation | None:
    """The answer to one of the questions, None when it is an answer to something else.

    An error counts as "not withheld": the PBX does not know the channel any more, or refuses.
    What channelvars of manager.conf shows in the channel's last events is then all there is.
    """
    _, is_ours, rest = headers.get("ActionID", "").partition(_LABEL)
    if not is_ours:
        return None
    withheld = presentation_prohibited(headers.get("Value", ""))
    refused = "permission denied" in headers.get("Message", "").lower()
    return Presentation(headers, rest.partition("-")[2], withheld, refused)


@dataclass(slots=True)
class _Open:
    """One caller asked about: answers still missing, and what waits for them."""

    missing: int
    timeout: asyncio.TimerHandle
    withheld: bool = False
    held: list[Finding] = field(default_factory=list)


class Inquiries:
    """Passes findings on, those of callers still asked about only when the answers are there.

    `longest` is the longest wait in seconds: a silent PBX must not cost a text.
    """

    def __init__(self, hand_over: Callable[[Finding], None], longest: float) -> None:
        self._hand_over = hand_over
        self._longest = longest
        self._open: dict[str, _Open] = {}

    def ask(self, uniqueid: str, channel: str) -> list[dict[str, str]]:
        """Begin to wait for the answers; return the actions to send, none when asked already."""
        if uniqueid in self._open:
            return []
        actions = questions(uniqueid, channel)
        loop = asyncio.get_running_loop()
        timeout = loop.call_later(self._longest, self._close, uniqueid)
        self._open[uniqueid] = _Open(len(actions), timeout)
        return actions

    def answered(self, event: Presentation) -> None:
        inquiry = self._open.get(event.uniqueid)
        if inquiry is not None:
            inquiry.withheld = inquiry.withheld or event.withheld
            inquiry.missing -= 1
            if inquiry.missing <= 0:
                self._close(event.uniqueid)

    def take(self, finding: Finding) -> None:
        inquiry = self._open.get(_caller_of(finding))
        if inquiry is None:
            self._hand_over(finding)
        else:
            inquiry.held.append(finding)

    def give_up(self) -> None:
        """The connection is lost: no answer will come any more."""
        for uniqueid in tuple(self._open):
            self._close(uniqueid)

    def _close(self, uniqueid: str) -> None:
        inquiry = self._open.pop(uniqueid)
        inquiry.timeout.cancel()
        for finding in inquiry.held:
            self._hand_over(_marked(finding) if inquiry.withheld else finding)


def _caller_of(finding: Finding) -> str:
    match finding:
        case CallEnded(uniqueid=uniqueid) | VoicemailReached(call=CallEnded(uniqueid=uniqueid)):
            return uniqueid
        case PersonReached(uniqueid=uniqueid):
            return uniqueid
    return ""


def _marked(finding: Finding) -> Finding:
    match finding:
        case CallEnded():
            return replace(finding, withheld=True)
        case VoicemailReached(call=call):
            return VoicemailReached(replace(call, withheld=True))
    return finding
