"""All that an office has set up, read within the transaction that goes by it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from textback.core import phone
from textback.core.lines import Line, LineRules
from textback.core.office import Office
from textback.store.lines import default_rules_from, lines
from textback.store.office import office_from, settings


@dataclass(frozen=True, slots=True)
class Setup:
    """`office` is None while nobody has set it up."""

    office: Office | None
    lines: Sequence[Line]
    default_rules: LineRules

    def number(self, raw: str) -> str | None:
        """`raw` as E.164, as it is meant in the office's country; None where it is no number."""
        return phone.e164(raw, (self.office or Office()).country)

    def rules_of(self, line_id: int | None) -> LineRules:
        """The rules of a line, of the default line where there is none (any more)."""
        return next((line.rules for line in self.lines if line.id == line_id), self.default_rules)


def load_setup(session: Session) -> Setup:
    rows = settings(session)
    return Setup(office_from(rows), lines(session), default_rules_from(rows))
