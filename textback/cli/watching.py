"""What `textback watch` says: a line for each step of each call, and the verdict."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

from textback.asterisk.events import (
    CoreShowChannel,
    CoreShowChannelsComplete,
    Event,
    Newchannel,
    Newstate,
)
from textback.asterisk.inbound import InboundRule
from textback.core import call_story, phone, policy, verdict
from textback.core.call_steps import Did, Step, StepFollower
from textback.core.calls import CallBegan, CallEnded, Finding, OutboundEnded

_LONG_NUMBER = re.compile(r"\+?\d{6,}")


@dataclass(frozen=True, slots=True)
class Line:
    """A line about call `number`, counted from 1. `more` is for programs: JSON values."""

    number: int
    words: str
    uniqueid: str
    more: Mapping[str, object]
    is_verdict: bool = False


@dataclass(slots=True)
class _Followed:
    number: int
    follower: StepFollower | None  # None for a call that the office makes: its end is enough
    uniqueid: str
    linkedid: str

    def concerns(self, headers: Mapping[str, str]) -> bool:
        if headers.get("Uniqueid") == self.uniqueid:
            self.linkedid = headers.get("Linkedid") or self.linkedid
            return True
        return self.linkedid in (headers.get("Linkedid"), headers.get("DestLinkedid"))


@dataclass(slots=True)
class Watcher:
    """Give it each event, and then what the tracker found in it. With `mask`, numbers are short."""

    inbound: InboundRule
    mask: bool = False
    _calls: dict[str, _Followed] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _in_snapshot: bool = False

    def event(self, event: Event) -> list[Line]:
        """The lines of this event for the calls from outside that go on."""
        self._in_snapshot = isinstance(event, CoreShowChannel | CoreShowChannelsComplete)
        if isinstance(event, Newchannel | Newstate) and self.inbound.is_new_call(event.leg):
            self._follow(event.leg.uniqueid, StepFollower(event.leg.uniqueid))
        concerned = [call for call in self._calls.values() if call.concerns(event.headers)]
        return [line for call in concerned for line in self._steps(call, event)]

    def finding(self, finding: Finding) -> list[Line]:
        """The lines of what was found."""
        match finding:
            case CallBegan(uniqueid=uniqueid) if uniqueid not in self._calls:
                return [self._not_seen_to_arrive(finding)]
            case CallEnded():
                return [self._judged(finding)]
            case OutboundEnded():
                return [self._outbound_ended(finding)]
        return []

    def _follow(self, uniqueid: str, follower: StepFollower | None) -> _Followed:
        if uniqueid not in self._calls:
            self._calls[uniqueid] = _Followed(next(self._numbers), follower, uniqueid, uniqueid)
        return self._calls[uniqueid]

    def _not_seen_to_arrive(self, began: CallBegan) -> Line:
        """A call that the office makes, or one that was under way when we connected."""
        number = began.number or "an unknown number"
        if self._in_snapshot:
            call = self._follow(began.uniqueid, StepFollower(began.uniqueid, came=True))
            words, step = f"on the line with {number} already", "under_way"
        else:
            call = self._follow(began.uniqueid, None)
            words, step = f"the office calls {number}", "calls_out"
        return self._line(call, words, {"step": step, "who": began.number})

    def _steps(self, call: _Followed, event: Event) -> list[Line]:
        steps = call.follower.take(event.headers) if call.follower else []
        return [self._step(call, step) for step in steps]

    def _step(self, call: _Followed, step: Step) -> Line:
        who = {"who": self._shown(step.how)} if step.did is Did.CAME else {"how": step.how}
        more = {"step": step.did.value, "what": self._shown(step.what), **who}
        return self._line(call, call_story.now(step), more)

    def _judged(self, call: CallEnded) -> Line:
        judged = verdict.judge(call)
        words = "a text is due" if judged.would_text else "no text"
        more = {
            "outcome": call.outcome.value,
            "person_reached": call.person_reached,
            "voicemail": call.voicemail.value,
            "would_text": judged.would_text,
            "reason": judged.reason.value,
        }
        return self._last(call.uniqueid, f"{words}. {policy.words(judged.reason)}", more)

    def _outbound_ended(self, call: OutboundEnded) -> Line:
        words = "answered" if call.answered_at else "nobody answered"
        more = {"outbound": True, "answered": call.answered_at is not None}
        return self._last(call.uniqueid, f"a call from the office, {words}", more)

    def _last(self, uniqueid: str, words: str, more: Mapping[str, object]) -> Line:
        known = self._calls.pop(uniqueid, None)
        number = known.number if known else next(self._numbers)
        return Line(number, self._shown(words), uniqueid, more, is_verdict=True)

    def _line(self, call: _Followed, words: str, more: Mapping[str, object]) -> Line:
        shown = {k: self._shown(v) if isinstance(v, str) else v for k, v in more.items()}
        return Line(call.number, self._shown(words), call.uniqueid, shown)

    def _shown(self, text: str) -> str:
        """Strangers choose names and numbers: nothing of them may steer the terminal."""
        plain = "".join(
            char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text
        )
        return _LONG_NUMBER.sub(lambda m: phone.masked(m[0]), plain) if self.mask else plain
