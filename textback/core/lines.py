"""Lines: which number was called, and what that line's callers get."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from textback.core.calls import CallEnded, LostIn, Outcome, Voicemail
from textback.core.errors import ConfigError, Problem
from textback.core.hours import Hours, week_from_fields, week_problems, week_to_fields
from textback.core.texts import text_problems


class Loss(StrEnum):
    """The ways in which a caller can be lost; each is a switch of a line."""

    NO_ANSWER = "no_answer"
    BUSY = "busy"
    GAVE_UP_RINGING = "gave_up_ringing"
    GAVE_UP_IN_QUEUE = "gave_up_in_queue"
    GAVE_UP_IN_MENU = "gave_up_in_menu"
    VOICEMAIL = "voicemail"
    ANNOUNCEMENT = "announcement"
    LOST_IN_TRANSFER = "lost_in_transfer"
    FORWARDED = "forwarded"
    SIM_CALLED = "sim_called"


LONGEST_MODEM = 64  # characters of a link's name


class VoicemailTiming(StrEnum):
    """When a caller who reaches voicemail is texted."""

    AT_ENTRY = "at_entry"
    AT_HANGUP = "at_hangup"
    NO_MESSAGE = "no_message"  # at hang-up, and only when no message was left
    NEVER = "never"


class WhoseHours(StrEnum):
    """Whose opening hours choose between a line's two texts."""

    OFFICE = "office"
    OWN = "own"  # of every day: one without hours is closed, whatever the office's are


# Who was lost in a transfer or forwarded to a mobile has usually spoken with somebody.
USUALLY_TEXTED = frozenset(Loss) - {Loss.LOST_IN_TRANSFER, Loss.FORWARDED}


@dataclass(frozen=True, slots=True)
class LineRules:
    """What a line's callers get. Times in seconds; an empty text is the office's own.

    `hours` are the line's own opening hours, None the office's.
    `modem` is the one that texts them first, "" whichever is free: the name of its link.
    """

    texted: frozenset[Loss] = USUALLY_TEXTED
    voicemail: VoicemailTiming = VoicemailTiming.AT_ENTRY
    least_ring: float = 0.0  # a shorter call is nobody's loss
    grace: float = 5.0  # the text waits so long, in case the caller tries again and gets through
    text_open: str = ""
    text_closed: str = ""
    hours: Hours | None = None
    modem: str = ""

    @property
    def grace_time(self) -> timedelta:
        return timedelta(seconds=self.grace)


class MatchBy(StrEnum):
    """What a line is recognised by."""

    DID = "did"
    QUEUE = "queue"
    TRUNK = "trunk"


@dataclass(frozen=True, slots=True)
class LineMatch:
    """A line's pattern: the whole value, or its beginning where the pattern ends with *."""

    by: MatchBy
    pattern: str

    def fits(self, value: str) -> bool:
        if self.pattern.endswith("*"):
            return bool(value) and value.startswith(self.pattern[:-1])
        return value == self.pattern


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the office: `id` is the store's."""

    id: int
    name: str
    match: LineMatch
    rules: LineRules = field(default_factory=LineRules)


def line_of(call: CallEnded, lines: Sequence[Line]) -> Line | None:
    """The line a call belongs to; None is the default line.

    What says more comes first: a DID before a queue before a trunk, and of two patterns the longer.
    """
    values = {MatchBy.DID: call.did, MatchBy.QUEUE: call.queue, MatchBy.TRUNK: call.trunk}
    fitting = [line for line in lines if line.match.fits(values[line.match.by])]
    return min(fitting, key=_generality, default=None)


def _generality(line: Line) -> tuple[int, bool, int]:
    pattern = line.match.pattern
    return list(MatchBy).index(line.match.by), pattern.endswith("*"), -len(pattern)


def loss_of(call: CallEnded) -> Loss | None:
    """How the caller was lost; None when a person spoke with them to the end, or nobody knows."""
    if call.person_reached:
        return _loss_of_reached(call)
    if call.lost_in is LostIn.SIM:
        return Loss.SIM_CALLED
    if call.outcome is Outcome.ABANDONED:
        return _ABANDONED.get(call.lost_in, Loss.GAVE_UP_RINGING)
    return _LOSSES.get(call.outcome)


def _loss_of_reached(call: CallEnded) -> Loss | None:
    if call.lost_in in (LostIn.TRANSFER, LostIn.PARKING):
        return Loss.LOST_IN_TRANSFER
    return Loss.FORWARDED if call.forwarded else None


_ABANDONED = {
    LostIn.QUEUE: Loss.GAVE_UP_IN_QUEUE,
    LostIn.PARKING: Loss.GAVE_UP_IN_QUEUE,  # parked before anybody spoke with them: they wait
    LostIn.MENU: Loss.GAVE_UP_IN_MENU,
    LostIn.ANNOUNCEMENT: Loss.ANNOUNCEMENT,
}
_LOSSES = {
    Outcome.NO_ANSWER: Loss.NO_ANSWER,
    Outcome.BUSY: Loss.BUSY,
    Outcome.FAILED: Loss.NO_ANSWER,
    Outcome.VOICEMAIL: Loss.VOICEMAIL,
    Outcome.CLOSED: Loss.ANNOUNCEMENT,
}


def wants_text(rules: LineRules, call: CallEnded, *, ended: bool) -> bool:
    """Whether this line texts callers lost like this one, now.

    `ended` is False while the call is in voicemail and still goes on.
    """
    loss = loss_of(call)
    if loss is None or loss not in rules.texted:
        return False
    if loss is Loss.VOICEMAIL:
        return _voicemail_wants_text(rules.voicemail, call.voicemail, ended=ended)
    return True


def _voicemail_wants_text(timing: VoicemailTiming, how_far: Voicemail, *, ended: bool) -> bool:
    if timing is VoicemailTiming.NEVER:
        return False
    if timing is VoicemailTiming.NO_MESSAGE:
        return ended and how_far is not Voicemail.LEFT
    return ended or timing is VoicemailTiming.AT_ENTRY


def rules_to_fields(rules: LineRules) -> dict[str, str]:
    """The rules as plain strings, for a form or a table; a switch is `texted_<loss>`: on or ''."""
    switches = {f"texted_{loss}": "on" if loss in rules.texted else "" for loss in Loss}
    return switches | {
        "voicemail": rules.voicemail.value,
        "least_ring": f"{rules.least_ring:g}",
        "grace": f"{rules.grace:g}",
        "text_open": rules.text_open,
        "text_closed": rules.text_closed,
        "modem": rules.modem,
        **_hours_to_fields(rules.hours),
    }


def _hours_to_fields(hours: Hours | None) -> dict[str, str]:
    whose = WhoseHours.OFFICE if hours is None else WhoseHours.OWN
    return {"hours": whose.value} | week_to_fields(hours or Hours())


def rules_from_fields(fields: Mapping[str, str]) -> LineRules:
    """The inverse of rules_to_fields; what is missing takes its default.

    Raises ConfigError with every problem, each under its field's name.
    """
    whole = rules_to_fields(LineRules()) | dict(fields)
    own_hours = whole["hours"] == WhoseHours.OWN
    problems = list(_problems(whole))
    if own_hours:  # days that nobody goes by are no reason to refuse the rest
        problems.extend(week_problems(whole))
    if problems:
        raise ConfigError(problems)
    return LineRules(
        texted=frozenset(loss for loss in Loss if whole[f"texted_{loss}"]),
        voicemail=VoicemailTiming(whole["voicemail"]),
        least_ring=float(whole["least_ring"]),
        grace=float(whole["grace"]),
        text_open=whole["text_open"].strip(),
        text_closed=whole["text_closed"].strip(),
        hours=week_from_fields(whole) if own_hours else None,
        modem=whole["modem"],
    )


def _problems(fields: Mapping[str, str]) -> Iterator[Problem]:
    for name in ("least_ring", "grace"):
        if problem := _seconds_problem(name, fields[name]):
            yield problem
    for name, choices in (("voicemail", VoicemailTiming), ("hours", WhoseHours)):
        if fields[name] not in set(choices):
            yield Problem(name, f"there is no '{fields[name]}'")
    for name in ("text_open", "text_closed"):
        if fields[name].strip():
            yield from text_problems(name, fields[name])
    if len(fields["modem"]) > LONGEST_MODEM:
        yield Problem("modem", "this name is too long")


def _seconds_problem(name: str, text: str) -> Problem | None:
    try:
        seconds = float(text)
    except ValueError:
        return Problem(name, f"'{text}' is not a number of seconds")
    return None if 0 <= seconds <= 600 else Problem(name, "must be from 0 to 600 seconds")
