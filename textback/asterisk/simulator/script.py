"""Scenario files: what happens in a simulated call, one step a line.

    about: A phone rings and nobody takes the call     (for people; once, first)
    arrive [withheld|hidden|anonymous]  the caller's channel appears on the trunk; the number comes
                                        with a mark that it is withheld, or with none although it
                                        is (only Getvar tells), or as "anonymous"
    context NAME                        the dialplan goes on in another context
    answer                              the dialplan answers (a menu, an announcement, music)
    dial PHONE...                       phones ring
    dial-local PHONE...                 phones ring behind Local channels, as FreePBX does it
    take PHONE                          a phone is answered and talks to the caller; others stop
    end STATUS PHONE...                 phones stop ringing: NOANSWER, BUSY, CHANUNAVAIL, ...
    release PHONE                       a phone leaves the conversation (a transfer)
    queue NAME, leave-queue, abandon-queue
    voicemail BOX, message BOX          the caller enters voicemail; a message was left
    play-busy                           the dialplan plays the busy tone
    wait SECONDS
    caller-hangs-up, office-hangs-up    the end, always the last step

"#" begins a comment.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_ARGUMENTS: Mapping[str, range] = {
    "arrive": range(0, 2),
    "context": range(1, 2),
    "answer": range(0, 1),
    "dial": range(1, 100),
    "dial-local": range(1, 100),
    "take": range(1, 2),
    "end": range(2, 100),
    "release": range(1, 2),
    "queue": range(1, 2),
    "leave-queue": range(0, 1),
    "abandon-queue": range(0, 1),
    "voicemail": range(1, 2),
    "message": range(1, 2),
    "play-busy": range(0, 1),
    "wait": range(1, 2),
    "caller-hangs-up": range(0, 1),
    "office-hangs-up": range(0, 1),
}


class UnknownScenario(ValueError):
    """There is no scenario of this name; the text names those that are."""


class BadScenario(ValueError):
    """A scenario file has a mistake; the text says in which line."""


@dataclass(frozen=True, slots=True)
class Step:
    verb: str
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """What happens in a call; `about` says it in one line for people."""

    name: str
    about: str
    steps: tuple[Step, ...]


@cache
def scenarios() -> Mapping[str, Scenario]:
    """All scenarios in the package, by name."""
    folder = files("textback.asterisk.simulator") / "scenarios"
    found = [entry for entry in folder.iterdir() if entry.name.endswith(".scenario")]
    names = sorted((entry.name.removesuffix(".scenario"), entry) for entry in found)
    return {name: parse_scenario(name, entry.read_text("utf-8")) for name, entry in names}


def scenario(name: str) -> Scenario:
    """The scenario of this name. Raises UnknownScenario."""
    if name not in scenarios():
        raise UnknownScenario(f"no scenario {name!r}; there are: {', '.join(scenarios())}")
    return scenarios()[name]


def parse_scenario(name: str, text: str) -> Scenario:
    """Read a scenario file. Raises BadScenario."""
    about, steps = "", []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.partition("#")[0].strip()
        if line.startswith("about:"):
            about = line.removeprefix("about:").strip()
        elif line:
            steps.append(_step(f"{name}, line {number}", line))
    if not about or not steps or not steps[-1].verb.endswith("-hangs-up"):
        raise BadScenario(f"{name}: needs an about: line, steps, and a hang-up at its end")
    return Scenario(name, about, tuple(steps))


def _step(where: str, line: str) -> Step:
    verb, *arguments = line.split()
    if verb not in _ARGUMENTS:
        raise BadScenario(f"{where}: unknown step {verb!r}")
    if len(arguments) not in _ARGUMENTS[verb]:
        raise BadScenario(f"{where}: wrong number of arguments for {verb!r}")
    return Step(verb, tuple(arguments))
