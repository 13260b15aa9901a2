"""The office's lines in the database."""

from collections.abc import Mapping
from functools import lru_cache

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from textback.core import lines as core
from textback.core.lines import LineMatch, LineRules, MatchBy, rules_from_fields, rules_to_fields
from textback.store.models import Call, Conversation, Line, Setting
from textback.store.office import settings

DEFAULT_RULES = "default_line."
_LINES = select(Line.id, Line.name, Line.match_by, Line.pattern, Line.rules).order_by(
    Line.name, Line.id
)


def lines(session: Session) -> list[core.Line]:
    """All lines, by name."""
    return [
        core.Line(id_, name, LineMatch(match_by, pattern), _rules(tuple(rules.items())))
        for id_, name, match_by, pattern, rules in session.execute(_LINES)
    ]


def default_rules(session: Session) -> LineRules:
    """The rules of calls that belong to no line."""
    return default_rules_from(settings(session))


def default_rules_from(settings: Mapping[str, str]) -> LineRules:
    """The same, from all settings."""
    prefix = DEFAULT_RULES
    ours = ((n.removeprefix(prefix), v) for n, v in settings.items() if n.startswith(prefix))
    return _rules(tuple(ours))


@lru_cache(maxsize=64)
def _rules(fields: tuple[tuple[str, str], ...]) -> LineRules:
    return rules_from_fields(dict(fields))


def save_default_rules(session: Session, rules: LineRules) -> None:
    for name, value in rules_to_fields(rules).items():
        session.merge(Setting(name=DEFAULT_RULES + name, value=value))


def add_line(session: Session, match: LineMatch, name: str, rules: LineRules) -> int:
    """A new line; calls of its own that belonged to none so far are its from now on. Its id."""
    row = Line(match_by=match.by, pattern=match.pattern, name=name, rules=rules_to_fields(rules))
    session.add(row)
    session.flush()
    _adopt_calls(session, row.id, match)
    return row.id


def change_line(session: Session, changed: core.Line) -> None:
    row = session.get_one(Line, changed.id)
    row.match_by, row.pattern = changed.match.by, changed.match.pattern
    row.name, row.rules = changed.name, rules_to_fields(changed.rules)
    _adopt_calls(session, row.id, changed.match)


def name_line(session: Session, did: str, name: str) -> None:
    """Give a DID a name people know it by; a new line begins with the default line's rules."""
    match = LineMatch(MatchBy.DID, did)
    row = session.scalar(select(Line).where(Line.match_by == match.by, Line.pattern == did))
    if row is None:
        add_line(session, match, name, default_rules(session))
    else:
        row.name = name


def _adopt_calls(session: Session, line_id: int, match: LineMatch) -> None:
    """Calls of no line that this one fits are shown as its calls."""
    column = {MatchBy.DID: Call.did, MatchBy.QUEUE: Call.queue, MatchBy.TRUNK: Call.trunk}[match.by]
    beginning, wildcard, _ = match.pattern.partition("*")
    fits = column.startswith(beginning, autoescape=True) if wildcard else column == match.pattern
    session.execute(
        update(Call).where(Call.line_id.is_(None), column != "", fits).values(line_id=line_id)
    )


def remove_line(session: Session, line_id: int) -> None:
    """Its calls and conversations stay; from now on its callers reach the default line."""
    session.execute(update(Call).where(Call.line_id == line_id).values(line_id=None))
    session.execute(
        update(Conversation).where(Conversation.line_id == line_id).values(line_id=None)
    )
    session.execute(delete(Line).where(Line.id == line_id))


def unnamed_dids(session: Session, limit: int = 20) -> list[tuple[str, int]]:
    """DIDs that were called and belong to no line, with how many calls each had."""
    calls = func.count()
    rows = session.execute(
        select(Call.did, calls)
        .where(Call.line_id.is_(None), Call.did != "")
        .group_by(Call.did)
        .order_by(calls.desc())
        .limit(limit)
    ).all()
    return [(did, count) for did, count in rows]
