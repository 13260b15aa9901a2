"""The steps of a call in words: as they happen, and when it is over."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from textback.core.call_steps import Did, Step

_NOW = {
    Did.CAME: "call from {how} on line {what}",
    Did.RINGS: "{what} rings",
    Did.STOPS: "{what} stops ringing{how}",
    Did.SYSTEM_ANSWERS: "the phone system answers",
    Did.JOINS_QUEUE: "waits in the queue {what}",
    Did.LEAVES_QUEUE: "leaves the queue {what}",
    Did.GIVES_UP_IN_QUEUE: "gives up in the queue {what}",
    Did.ENTERS_VOICEMAIL: "enters voicemail {what}",
    Did.LEAVES_MESSAGE: "leaves a message in {what}",
    Did.TALKS: "bridged with {what}: a person",
    Did.PARTS: "{what} leaves the conversation",
    Did.IS_PARKED: "is parked: nobody hears the caller",
    Did.HEARS_BUSY: "hears the busy tone",
    Did.HANGS_UP: "the caller hangs up",
    Did.ENDS: "the call is ended by the phone system",
}
_THEN = {
    Did.SYSTEM_ANSWERS: "The phone system answered by itself",
    Did.JOINS_QUEUE: "Waited in the queue {what}{span}",
    Did.GIVES_UP_IN_QUEUE: "Gave up in the queue {what}",
    Did.ENTERS_VOICEMAIL: "Entered voicemail {what}",
    Did.LEAVES_MESSAGE: "Left a message",
    Did.TALKS: "Spoke with {what}{span}",
    Did.IS_PARKED: "Was parked{span}",
    Did.HEARS_BUSY: "Heard the busy tone",
    Did.HANGS_UP: "The caller hung up",
    Did.ENDS: "The phone system ended the call",
}
_LASTS_UNTIL = {
    Did.JOINS_QUEUE: {Did.LEAVES_QUEUE, Did.GIVES_UP_IN_QUEUE, Did.TALKS, Did.ENTERS_VOICEMAIL},
    Did.TALKS: {Did.PARTS, Did.IS_PARKED},
    Did.IS_PARKED: {Did.TALKS, Did.RINGS},
}
_STATUSES = {
    "NOANSWER": "no answer",
    "BUSY": "busy",
    "CHANUNAVAIL": "cannot be reached",
    "CONGESTION": "cannot be reached",
    "CANCEL": "the call was taken elsewhere, or is over",
}
_RINGING = frozenset({Did.RINGS, Did.STOPS})
_RINGING_BROKEN_OFF = frozenset({Did.TALKS, Did.HANGS_UP, Did.GIVES_UP_IN_QUEUE})
_END = frozenset({Did.HANGS_UP, Did.ENDS})


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the story of a call; `at` is in seconds since it began, None when not known."""

    words: str
    at: float | None


def now(step: Step) -> str:
    """A step at the moment it happens: 'bridged with 101: a person'."""
    how = step.how
    if step.did is Did.STOPS:
        how = f": {_STATUSES.get(how, how.lower())}" if how else ""
    elif step.did is Did.CAME:
        how = "an unknown number" if how in ("", "<unknown>") else how
    return _NOW[step.did].format(what=step.what, how=how)


def story(steps: list[Step]) -> list[Told]:
    """The steps of a call that is over, summed up: 'Rang 101 and 102 for 18 s'."""
    lines = list(_story(_tidied(steps)))
    if len(lines) <= 1 and all(step.did in (Did.CAME, *_END) for step in steps):
        lines.insert(0, Told("No phone rang", None))
    return lines


def _tidied(steps: list[Step]) -> list[Step]:
    """What Asterisk tells late put right, and what only looks like something left out."""
    kept: list[Step] = []
    for step in sorted(steps, key=lambda step: step.did in _END):
        if step.did is Did.TALKS and kept and kept[-1].did is Did.SYSTEM_ANSWERS:
            kept.pop()  # a phone fetched the call
        if _goes_on_talking(kept, step):
            kept.pop()  # a Local channel left from between the two
        else:
            kept.append(step)
    return kept


def _goes_on_talking(kept: list[Step], step: Step) -> bool:
    parted = len(kept) > 1 and kept[-1].did is Did.PARTS and kept[-2].did is Did.TALKS
    return parted and step.did is Did.TALKS and step.what == kept[-1].what


def _story(steps: list[Step]) -> Iterator[Told]:
    index = 0
    while index < len(steps):
        step, run = steps[index], _run(steps[index:])
        index += len(run) or 1
        rest = steps[index:]
        if run:
            yield Told(_ringing(run, rest[0] if rest else None), step.at)
        elif step.did is Did.ENDS and steps[index - 2].did is Did.PARTS:
            yield Told("The office hung up", step.at)
        elif step.did in _THEN:
            what, span = step.what.removesuffix("@default"), _for(_until(step, rest))
            yield Told(_THEN[step.did].format(what=what, span=span), step.at)


def _run(steps: list[Step]) -> list[Step]:
    """The phones' ringing with which these steps begin."""
    return list(takewhile(lambda step: step.did in _RINGING, steps))


def _ringing(run: list[Step], after: Step | None) -> str:
    rang = _phones(run, Did.RINGS)
    still_rings = set(rang) - set(_phones(run, Did.STOPS))
    until = after if after and still_rings else run[-1]
    said = [f"Rang {_and(rang)}{_for(_seconds(run[0].at, until.at))}"] if rang else []
    for status, words in (("BUSY", "busy"), ("CHANUNAVAIL", "not reachable")):
        if who := _phones([step for step in run if step.how == status], Did.STOPS):
            said.append(f"{_and(who)} {'was' if len(who) == 1 else 'were'} {words}")
    if len(said) == 1 and rang and (after is None or after.did not in _RINGING_BROKEN_OFF):
        said.append("nobody answered")
    return ", ".join(said) or f"{_and(_phones(run, Did.STOPS))} did not take the call"


def _phones(run: list[Step], did: Did) -> list[str]:
    return list(dict.fromkeys(step.what for step in run if step.did is did))


def _until(step: Step, rest: list[Step]) -> float | None:
    ends = _LASTS_UNTIL.get(step.did)
    if ends is None:
        return None
    for later in rest:
        same = later.did is not Did.PARTS or later.what == step.what
        if (later.did in ends and same) or later.did in _END:
            return _seconds(step.at, later.at)
    return None


def _seconds(since: float | None, until: float | None) -> float | None:
    return None if since is None or until is None else until - since


def _for(seconds: float | None) -> str:
    if seconds is None:
        return ""
    whole = round(seconds)
    if whole < 1:
        return " for less than a second"
    minutes, left = divmod(whole, 60)
    return f" for {minutes} min {left} s" if minutes else f" for {left} s"


def _and(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
