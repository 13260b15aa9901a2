"""The office's lines, for admins: what each is recognised by, and what its callers get."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from textback.core import policy, segments
from textback.core.errors import ConfigError, Problem
from textback.core.hours import week_to_fields
from textback.core.lines import (
    Line,
    LineMatch,
    LineRules,
    MatchBy,
    WhoseHours,
    rules_from_fields,
    rules_to_fields,
)
from textback.core.texts import LONGEST
from textback.store import audit, links
from textback.store import lines as store
from textback.web import line_words
from textback.web.context import admins_only, context, office_or_default, person
from textback.web.settings import DAY_NAMES, by_field

UNNAMED = 20  # numbers offered for naming
TEXTS = ("text_open", "text_closed")

Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sample:
    """A text as a caller would get it, and how many SMS that takes."""

    text: str
    count: int


bp = Blueprint("lines", __name__)


@bp.get("/lines")
@admins_only
def index() -> str:
    return _list_page({}, {})


@bp.post("/lines")
@admins_only
def add() -> Response | tuple[str, int]:
    typed = _typed_match()
    try:
        _add(typed)
    except ConfigError as error:
        return _list_page(typed, by_field(error)), 422
    flash("Saved.", "good")
    return redirect(url_for("lines.index"))


@bp.get("/lines/<id:line_id>")
@admins_only
def one(line_id: int) -> str:
    with context().database.read() as db:
        line = _existing(db, line_id)
    return _line_page(line, _fields(line))


@bp.post("/lines/<id:line_id>")
@admins_only
def save(line_id: int) -> Response | str | tuple[str, int]:
    typed = _typed_match() | _typed_rules()
    web = context()
    with web.database.read() as db:
        line = _existing(db, line_id)
    if "preview" in request.form:
        return _line_page(line, typed)
    try:
        with web.database.write() as db:
            _change(db, _existing(db, line_id), typed)
    except ConfigError as error:
        return _line_page(line, typed, by_field(error)), 422
    flash("Saved.", "good")
    return redirect(url_for("lines.index"))


@bp.post("/lines/<id:line_id>/remove")
@admins_only
def remove(line_id: int) -> Response | tuple[str, int]:
    web = context()
    if "sure" not in request.form:
        with web.database.read() as db:
            line = _existing(db, line_id)
        return _line_page(line, _fields(line), {"sure": "tick this first"}), 422
    with web.database.write() as db:
        line = _existing(db, line_id)
        store.remove_line(db, line_id)
        audit.add(db, web.now(), person().id, "removed", _subject(line), _told(_fields(line)))
    flash(f"{line.name} is no line of its own any more.", "good")
    return redirect(url_for("lines.index"))


@bp.get("/lines/other")
@admins_only
def other() -> str:
    with context().database.read() as db:
        rules = store.default_rules(db)
    return _line_page(None, _rule_fields(rules))


@bp.post("/lines/other")
@admins_only
def save_other() -> Response | str | tuple[str, int]:
    typed = _typed_rules()
    if "preview" in request.form:
        return _line_page(None, typed)
    try:
        _save_other(typed)
    except ConfigError as error:
        return _line_page(None, typed, by_field(error)), 422
    flash("Saved.", "good")
    return redirect(url_for("lines.index"))


def _list_page(typed: Fields, problems: Fields) -> str:
    with context().database.read() as db:
        lines, rules = store.lines(db), store.default_rules(db)
        unnamed = store.unnamed_dids(db, UNNAMED)
    return render_template(
        "lines.html",
        lines=lines,
        rules=rules,
        unnamed=unnamed,
        typed=typed,
        problems=problems,
        line_words=line_words,
    )


def _line_page(line: Line | None, fields: Fields, problems: Fields | None = None) -> str:
    with context().database.read() as db:
        modems = line_words.modems(links.names(db, "modem"), fields["modem"])
    return render_template(
        "line.html",
        line=line,
        fields={**fields, **_hours_to_begin_with(fields)},
        day_names=DAY_NAMES,
        modems=modems,
        samples=dict(_samples(fields)),
        problems=problems or {},
        line_words=line_words,
        longest_text=LONGEST,
    )


def _hours_to_begin_with(fields: Fields) -> Fields:
    """The office's hours, for the days that a line without hours of its own has yet to be told."""
    if fields["hours"] != WhoseHours.OFFICE:
        return {}
    days = week_to_fields(office_or_default().hours)
    return {name: fields[name] or hours for name, hours in days.items()}


def _samples(fields: Fields) -> Iterator[tuple[str, Sample]]:
    office = office_or_default()
    for name in TEXTS:
        text = policy.filled(fields[name].strip() or getattr(office, name), office)
        if len(text) <= LONGEST:
            yield name, Sample(text, segments.split(text).count)


def _existing(db: Session, line_id: int) -> Line:
    return next((line for line in store.lines(db) if line.id == line_id), None) or abort(404)


def _fields(line: Line) -> dict[str, str]:
    match = {"name": line.name, "by": line.match.by.value, "pattern": line.match.pattern}
    return match | _rule_fields(line.rules)


def _rule_fields(rules: LineRules) -> dict[str, str]:
    return rules_to_fields(rules) | {"voicemail": line_words.voicemail(rules).value}


def _typed_match() -> dict[str, str]:
    return {name: request.form.get(name, "").strip() for name in ("name", "by", "pattern")}


def _typed_rules() -> dict[str, str]:
    names = rules_to_fields(LineRules())
    typed = {name: request.form.get(name, "").replace("\r\n", "\n") for name in names}
    return typed | {"texted_voicemail": "on"}  # the page's one answer for voicemail is `voicemail`


def _add(typed: Fields) -> None:
    """A new line begins with the rules that its callers have had so far."""
    web = context()
    with web.database.write() as db:
        _refuse(_match_problems(db, typed, None))
        match = LineMatch(MatchBy(typed["by"]), typed["pattern"])
        added = store.add_line(db, match, typed["name"], store.default_rules(db))
        audit.add(db, web.now(), person().id, "added", f"line {added}", _told(typed))


def _change(db: Session, line: Line, typed: Fields) -> None:
    problems = _modem_problems(db, typed, line.rules)
    _refuse([*_match_problems(db, typed, line.id), *_rule_problems(typed), *problems])
    match, rules = LineMatch(MatchBy(typed["by"]), typed["pattern"]), rules_from_fields(typed)
    changed = Line(line.id, typed["name"], match, rules)
    store.change_line(db, changed)
    detail = _difference(_fields(line), _fields(changed))
    audit.add(db, context().now(), person().id, "changed", _subject(line), detail)


def _save_other(typed: Fields) -> None:
    web = context()
    with web.database.write() as db:
        before = store.default_rules(db)
        _refuse([*_rule_problems(typed), *_modem_problems(db, typed, before)])
        rules = rules_from_fields(typed)
        detail = _difference(_rule_fields(before), _rule_fields(rules))
        store.save_default_rules(db, rules)
        audit.add(db, web.now(), person().id, "changed", "all other calls", detail)


def _refuse(problems: Iterator[Problem] | list[Problem]) -> None:
    if found := list(problems):
        raise ConfigError(found)


def _match_problems(db: Session, typed: Fields, line_id: int | None) -> Iterator[Problem]:
    if not 1 <= len(typed["name"]) <= 128:
        yield Problem("name", "a name such as 'Main line' is missing or too long")
    if typed["by"] not in set(MatchBy):
        yield Problem("by", "choose what the line is recognised by")
    elif problem := _pattern_problem(typed["pattern"]):
        yield Problem("pattern", problem)
    else:
        match = LineMatch(MatchBy(typed["by"]), typed["pattern"])
        for line in store.lines(db):
            if line.match == match and line.id != line_id:
                yield Problem("pattern", f"this is {line.name} already")


def _pattern_problem(pattern: str) -> str | None:
    if not 1 <= len(pattern) <= 64 or not pattern.isprintable():
        return "what the line is recognised by is missing or too long"
    return "a * can only stand at the end" if "*" in pattern[:-1] else None


def _rule_problems(typed: Fields) -> Iterator[Problem]:
    try:
        rules_from_fields(typed)
    except ConfigError as error:
        yield from error.problems


def _modem_problems(db: Session, typed: Fields, before: LineRules) -> Iterator[Problem]:
    if typed["modem"] not in ("", before.modem, *links.names(db, "modem")):
        yield Problem("modem", "there is no such modem")


def _subject(line: Line) -> str:
    return f"line {line.id}"


def _difference(before: Fields, after: Fields) -> str:
    changed = [name for name in after if after[name] != before[name]]
    return "\n".join(f"{name}: {before[name]!r} -> {after[name]!r}" for name in changed)


def _told(fields: Fields) -> str:
    return "\n".join(f"{name}: {value!r}" for name, value in fields.items())
