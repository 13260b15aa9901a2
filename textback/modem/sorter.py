"""Which line is an answer and which came by itself (3GPP TS 27.007 and TS 27.005).

Decided by what the command in hand can answer: a line that it cannot answer is unsolicited.
"""

import re
from collections import deque
from dataclasses import dataclass

_FINAL = re.compile(r"OK|ERROR|\+CM[ES] ERROR:.*|COMMAND NOT SUPPORT")
_WITH_PDU = re.compile(r"\+(CMT|CDS|CBM):")
_PDU = re.compile(r"[0-9A-Fa-f]{16,}")  # half an octet at its end tells of a damaged one
_LENGTH = re.compile(r"[:,]\s*(\d{1,3})\s*$")
_NAME = re.compile(r"AT(\+\w+)")
_MOST_OPEN = 8
# No modem has so much to say; one that has gone mad must not fill the memory. A text that came
# without being stored is worth more than noise.
MOST_LINES, MOST_PDUS = 2_000, 5_000


@dataclass(frozen=True, slots=True)
class Line:
    """A line, and the PDU that came on the next one where the line announces one."""

    text: str
    pdu: str | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """`answer` fits each line that answers it; by default those that begin with its name.

    `with_pdu`: a PDU follows each of those lines.
    `needs_answer`: without such a line an OK belongs to something else. `secret`: not for logs.
    """

    text: str
    answer: re.Pattern[str] | None = None
    with_pdu: bool = False
    needs_answer: bool = False
    secret: bool = False

    def __post_init__(self) -> None:
        if not (self.text.isascii() and self.text.isprintable()):
            raise ValueError("a command has printable ASCII characters only")

    def answered_by(self, line: str) -> bool:
        """Whether `line` can be part of its answer."""
        if self.answer is not None:
            return self.answer.match(line) is not None
        name = _NAME.match(self.text)
        return name is not None and line.startswith(f"{name[1]}:")


@dataclass(frozen=True, slots=True)
class Answer:
    """The lines that answered a command, and its final result."""

    lines: tuple[Line, ...]
    final: str

    @property
    def ok(self) -> bool:
        """Whether the modem did it."""
        return self.final == "OK"

    @property
    def first(self) -> str:
        """The first line's text, "" when there is none."""
        return self.lines[0].text if self.lines else ""


@dataclass(slots=True)
class _Header:
    """A line that waits for its PDU."""

    text: str
    answers: bool

    def announces(self, pdu: str) -> bool:
        length = _LENGTH.search(self.text)
        return length is not None and len(pdu) // 2 - 1 - int(pdu[:2], 16) == int(length[1])


class Sorter:
    """Fed line by line; `answer` is there once the command in hand has its final result,
    `prompted` when a prompt came as a line of its own because more followed it at once."""

    def __init__(self) -> None:
        self.answer: Answer | None = None
        self.prompted = False
        self.unsolicited: deque[Line] = deque()
        self._command: Command | None = None
        self._body = ""
        self._lines: list[Line] = []
        self._open: list[_Header] = []

    def begin(self, command: Command, body: str = "") -> None:
        """From now on `command` is in hand; `body` is what will be typed after its prompt."""
        self.end()
        self._command, self._body = command, body

    def end(self) -> None:
        """No command is in hand any more."""
        self.answer = self._command = None
        self.prompted = False
        self._body = ""
        self._lines = []
        self._open = [header for header in self._open if not header.answers]

    def feed(self, line: str) -> None:
        """Sorts one line."""
        if line.startswith(">"):
            self.prompted = self.prompted or line == ">"
        elif self._is_echo(line):
            pass
        elif self._open and _PDU.fullmatch(line):
            self._close_header(line)
        elif _FINAL.fullmatch(line):
            self._finish(line)
        elif self._command and self._command.answered_by(line):
            self._take(line, self._command.with_pdu, answers=True)
        else:
            self._take(line, bool(_WITH_PDU.match(line)), answers=False)

    def mark(self, line: str) -> str:
        """How a log marks a line that is about to be fed: "<" can be part of the answer, "*" comes
        by itself, "" is an echo or a prompt."""
        if line.startswith(">") or self._is_echo(line):
            return ""
        if self._open and _PDU.fullmatch(line):
            return "<" if self._open[-1].answers else "*"
        command = self._command
        return "<" if command and (_FINAL.fullmatch(line) or command.answered_by(line)) else "*"

    def _is_echo(self, line: str) -> bool:
        if self._command is None:
            return False
        return line == self._command.text or bool(self._body and line == self._body)

    def _take(self, line: str, with_pdu: bool, *, answers: bool) -> None:
        if not with_pdu:
            self._keep(Line(line), answers=answers)
            return
        self._open.append(_Header(line, answers))
        if len(self._open) > _MOST_OPEN:
            lost = self._open.pop(0)
            self._keep(Line(lost.text), answers=lost.answers)

    def _close_header(self, pdu: str) -> None:
        fitting = [header for header in self._open if header.announces(pdu)]
        header = (fitting or self._open)[-1]
        self._open.remove(header)
        self._keep(Line(header.text, pdu), answers=header.answers)

    def _keep(self, line: Line, *, answers: bool) -> None:
        kept = self._lines if answers else self.unsolicited
        if len(kept) < (MOST_LINES if line.pdu is None else MOST_PDUS):
            kept.append(line)

    def _finish(self, final: str) -> None:
        if self._command is None or self.answer is not None:
            return  # the result of something given up long ago
        if final == "OK" and self._command.needs_answer and not self._lines:
            return
        lost = [Line(header.text) for header in self._open if header.answers]
        self.answer = Answer((*self._lines, *lost), final)
