"""Faults of a simulated modem that wait for their moment."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum


class Hold(Enum):
    """What announcements wait for, when a fault keeps them back."""

    RESPONSE = "response"  # come out in the middle of the next response
    RESULT = "result"  # come out between the next PDU and its result
    PAIR = "pair"  # come out two in one write


@dataclass(slots=True)
class Trouble:
    """`cms_errors` holds a code, or None for a text that goes through, for each of the next;
    `errors_after_send` are told although the network took the text."""

    hold: Hold | None = None
    prompt_delay: float = 0.0
    prompts_to_lose: int = 0
    cms_errors: deque[int | None] = field(default_factory=deque)
    errors_after_send: deque[int] = field(default_factory=deque)
    answers_to_lose: int = 0
    answer_delay: float = 0.0
    extra_after_reference: bool = False
    on_next_pdu: Callable[[], None] | None = None
    on_next_sent: Callable[[], None] | None = None
    dribble: bool = False
    hung: bool = False
    unannounced: bool = False
    deletes_to_fail: int = 0
    deaf_after_call: bool = False
    deaf: bool = False

    def next_error(self) -> int | None:
        """The error that the next text meets before it leaves."""
        return self.cms_errors.popleft() if self.cms_errors else None
