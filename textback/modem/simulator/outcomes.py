"""What comes of a command: lines at once, a prompt, or a PDU for the network."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Prompt:
    """A command that asks for a text: `finish` takes what was typed."""

    finish: Callable[[str], "Outcome"]


@dataclass(frozen=True, slots=True)
class Sending:
    """A SUBMIT for the network, service centre first; `taken` gets its TP-MR once the network
    said that it has it, and returns the response's lines."""

    pdu: bytes
    taken: Callable[[int], list[str]]


Outcome = list[str] | Prompt | Sending


class Later(Protocol):
    """Has a task run after some seconds."""

    def __call__(self, seconds: float, task: Callable[[], None]) -> None: ...
