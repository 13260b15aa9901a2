"""Questions to a modem, all with one patience."""

import re

from textback.core.errors import LinkDown
from textback.modem.dialogue import Dialogue
from textback.modem.refusals import refusal
from textback.modem.sorter import Answer, Command


class Asking:
    """Every method raises LinkDown when no answer comes within `timeout` seconds."""

    def __init__(self, dialogue: Dialogue, timeout: float) -> None:
        self._dialogue = dialogue
        self._timeout = timeout

    def command(self, command: Command) -> Answer:
        """The answer to a command."""
        return self._dialogue.ask(command, self._timeout)

    def ask(self, text: str, answer: re.Pattern[str] | None = None) -> Answer:
        """The answer to a command's text."""
        return self.command(Command(text, answer))

    def optional(self, text: str) -> bool:
        """Whether the modem did it."""
        return self.ask(text).ok

    def needed(self, text: str) -> None:
        """Raises LinkDown when the modem does not do it."""
        answer = self.ask(text)
        if not answer.ok:
            raise LinkDown(f"the modem refused {text}: {refusal(answer.final)}")

    def told(self, text: str, pattern: re.Pattern[str]) -> str:
        """What `pattern`'s first group finds in the answer, or the whole of it; "" for nothing."""
        answer = self.ask(text, pattern)
        match = pattern.match(answer.first)
        return match[1] if match and match.re.groups else answer.first
