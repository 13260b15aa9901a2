"""Scenario files: what happens in a simulated call, one step a line (see `steps`).

The first line is `about: ...`, the scenario in one line for people; "#" begins a comment. A file
is named NN-name.scenario: people see the scenarios in the order of the numbers, commonest first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from textback.asterisk.simulator.call import SimulatedCall
from textback.asterisk.simulator.exchange import Numbers
from textback.asterisk.simulator.steps import ALSO, LAST, STEPS, WAIT, is_step, takes


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
    """All scenarios in the package, by name, commonest first."""
    folder = files("textback.asterisk.simulator") / "scenarios"
    found = [entry for entry in folder.iterdir() if entry.name.endswith(".scenario")]
    read = {}
    for entry in sorted(found, key=lambda entry: entry.name):
        name = entry.name.removesuffix(".scenario").partition("-")[2]
        read[name] = parse_scenario(name, entry.read_text("utf-8"))
    return read


def scenario(name: str) -> Scenario:
    """The scenario of this name. Raises UnknownScenario."""
    if name not in scenarios():
        raise UnknownScenario(f"no scenario {name!r}; there are: {', '.join(scenarios())}")
    return scenarios()[name]


def own_scenario(file: Path) -> Scenario:
    """The scenario in a file of the user's own.

    It is rehearsed first. Raises BadScenario when a step cannot be played where it stands, too;
    OSError.
    """
    try:
        found = parse_scenario(file.stem, file.read_text("utf-8"))
    except UnicodeDecodeError:
        raise BadScenario(f"{file}: not UTF-8") from None
    for step in found.steps:
        if step.verb == ALSO:
            scenario(step.arguments[1])
    _rehearse(found)
    return found


def _rehearse(script: Scenario) -> None:
    """Play all steps to nobody, without the pauses."""
    call = SimulatedCall("100", "200", Numbers(0), lambda _headers: None, lambda *_: None)
    for step in script.steps:
        try:
            if step.verb in STEPS:
                STEPS[step.verb](call, *step.arguments)
        except (LookupError, ValueError, AttributeError) as error:
            told = " ".join([step.verb, *step.arguments])
            raise BadScenario(f"{script.name}: {told!r} cannot be done at that point") from error


def parse_scenario(name: str, text: str) -> Scenario:
    """Read a scenario file. Raises BadScenario."""
    about, steps = "", []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.partition("#")[0].strip()
        if line.startswith("about:"):
            about = line.removeprefix("about:").strip()
        elif line:
            steps.append(_step(f"{name}, line {number}", line))
    if not about or not steps or steps[-1].verb not in LAST:
        raise BadScenario(f"{name}: needs an about: line, steps, and a hang-up at its end")
    return Scenario(name, about, tuple(steps))


def _step(where: str, line: str) -> Step:
    verb, *words = line.split()
    arguments = tuple(words)
    if not is_step(verb):
        raise BadScenario(f"{where}: unknown step {verb!r}")
    if not takes(verb, arguments):
        raise BadScenario(f"{where}: wrong number of words after {verb!r}")
    if verb == WAIT and not _is_seconds(arguments[0]):
        raise BadScenario(f"{where}: {arguments[0]!r} is no number of seconds")
    return Step(verb, arguments)


def _is_seconds(text: str) -> bool:
    try:
        return 0 <= float(text) < float("inf")
    except ValueError:
        return False
