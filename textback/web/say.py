"""What templates use to say times, names and numbers the way this office does."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from textback.core import phone
from textback.core.office import Office
from textback.store.entries import CallEntry
from textback.store.inbox import Row
from textback.web import times, words


@dataclass(frozen=True, slots=True)
class Say:
    """`times` and `words`, for one moment and one office."""

    now: datetime
    office: Office

    def clock(self, at: datetime) -> str:
        return times.clock(at, self.office)

    def day(self, at: datetime) -> str:
        return times.day(at, self.now, self.office)

    def moment(self, at: datetime) -> str:
        return times.moment(at, self.now, self.office)

    def within(self, at: datetime) -> str:
        """`moment` in the middle of a sentence: 'yesterday, 2:05 pm'."""
        said = self.moment(at)
        return said[0].lower() + said[1:] if said.startswith(("Today", "Yesterday")) else said

    def short(self, at: datetime) -> str:
        return times.short(at, self.now, self.office)

    def ago(self, at: datetime) -> str:
        return self.length(self.now - at)

    def length(self, span: timedelta) -> str:
        return times.length(span)

    def title(self, row: Row) -> str:
        return words.title(row, self.office.country)

    def number(self, stored: str) -> str:
        return words.number(stored, self.office.country)

    def is_number(self, stored: str) -> bool:
        """Whether a text can go there at all."""
        return phone.e164(stored, self.office.country) is not None

    def caller(self, call: CallEntry) -> str:
        return words.caller(call, self.office.country)
