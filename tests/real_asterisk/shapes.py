"""A call as a line of a table: what the phones do, how it goes, and what must be said of it."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from textback.core.calls import LostIn, Outcome, Voicemail

from .pbx import RealAsterisk
from .sipp import Behaviour


@dataclass(frozen=True)
class Shape:
    """`lost_in` is None where the outcome says all; what is "" is not there."""

    name: str
    did: str
    outcome: Outcome
    phones: Mapping[str, Behaviour] = field(default_factory=dict)
    hangup_after: float | None = None
    lost_in: LostIn | None = None
    voicemail: Voicemail = Voicemail.NONE
    answered_by: str = ""
    queue: str = ""

    def __str__(self) -> str:
        return self.name.replace(" ", "-")

    @contextmanager
    def phones_on(self, asterisk: RealAsterisk) -> Iterator[None]:
        """Have its phones plugged in while the block lasts."""
        with ExitStack() as plugged_in:
            for extension, behaviour in self.phones.items():
                plugged_in.enter_context(asterisk.phone(extension, behaviour))
            yield
