"""Command lines as ITU-T V.250 writes them: AT, then basic and extended commands in a row."""

import re
from dataclasses import dataclass

from textback.modem.simulator.results import CommandError

_EXTENDED = re.compile(r"\s*([+^$*%#][A-Za-z0-9]+)(=\?|\?|=)?")
_ARGUMENTS = re.compile(r'(?:"[^"]*"?|[^";])*')
_BASIC = re.compile(r"\s*(&?[A-Za-z])(\d*)(=\?|\?|=\d*)?")
_ARGUMENT = re.compile(r'"([^"]*)"?|[^,]+')


@dataclass(frozen=True, slots=True)
class Call:
    """One command: `name` as '+CMGS' or 'E'; `kind` is '' (do), '?', '=?' or '='."""

    name: str
    kind: str
    args: tuple[str, ...] = ()

    def number(self, index: int, default: int | None = None) -> int:
        """The argument at `index` as a number; ERROR when it is none or missing."""
        if index >= len(self.args) or not self.args[index]:
            if default is None:
                raise CommandError
            return default
        if not re.fullmatch(r"-?[0-9]{1,9}", self.args[index]):
            raise CommandError
        return int(self.args[index])

    def text(self, index: int, default: str = "") -> str:
        """The argument at `index`, without quotes."""
        return self.args[index] if index < len(self.args) else default


def command_of(line: str) -> str | None:
    """What follows AT in a line; None when it is no command line."""
    at = line.upper().find("AT")
    return None if at < 0 else line[at + 2 :].strip()


def parse(command: str) -> list[Call]:
    """The commands of a line, without its AT. Raises CommandError."""
    calls: list[Call] = []
    at = 0
    while at < len(command):
        if command[at] in "; ":
            at += 1
        elif command[at] in "+^$*%#":
            at = _extended(command, at, calls)
        else:
            at = _basic(command, at, calls)
    return calls


def _extended(command: str, at: int, calls: list[Call]) -> int:
    match = _EXTENDED.match(command, at)
    if not match:
        raise CommandError
    end, args = match.end(), ""
    if match[2] == "=":
        arguments = _ARGUMENTS.match(command, end)
        args = arguments[0] if arguments else ""
        end += len(args)
    calls.append(Call(match[1].upper(), match[2] or "", _split(args)))
    return end


def _basic(command: str, at: int, calls: list[Call]) -> int:
    match = _BASIC.match(command, at)
    if not match:
        raise CommandError
    if match[1].upper() == "D":
        calls.append(Call("D", "", (command[at + 1 :],)))
        return len(command)
    calls.append(Call(match[1].upper(), match[3] or "", (match[2],)))
    return match.end()


def _split(args: str) -> tuple[str, ...]:
    values: list[str] = []
    at = 0
    while at <= len(args) and args:
        match = _ARGUMENT.match(args, at)
        values.append("" if not match else match[0].strip().strip('"'))
        at = (match.end() if match else at) + 1
    return tuple(values)
