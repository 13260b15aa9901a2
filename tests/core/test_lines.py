from dataclasses import replace

import pytest

from tests.core.test_policy import MISSED
from textback.core.errors import ConfigError
from textback.core.hours import DAYS, Hours, parse_day
from textback.core.lines import (
    Line,
    LineMatch,
    LineRules,
    Loss,
    MatchBy,
    VoicemailTiming,
    line_of,
    rules_from_fields,
    rules_to_fields,
)


def line(name: str, by: MatchBy, pattern: str) -> Line:
    return Line(len(name), name, LineMatch(by, pattern))


LINES = [
    line("any trunk call", MatchBy.TRUNK, "PJSIP/*"),
    line("support queue", MatchBy.QUEUE, "support"),
    line("all family numbers", MatchBy.DID, "+1212555*"),
    line("family main", MatchBy.DID, "+12125550*"),
    line("direct", MatchBy.DID, "+12125550100"),
]


@pytest.mark.parametrize(
    ("did", "queue", "trunk", "expected"),
    [
        ("+12125550100", "support", "PJSIP/a", "direct"),
        ("+12125550101", "support", "PJSIP/a", "family main"),
        ("+12125559999", "", "PJSIP/a", "all family numbers"),
        ("+442079460958", "support", "PJSIP/a", "support queue"),
        ("+442079460958", "sales", "PJSIP/a", "any trunk call"),
        ("+442079460958", "sales", "DAHDI/1", None),
        ("", "", "", None),
    ],
)
def test_what_says_more_about_a_call_decides_its_line(
    did: str, queue: str, trunk: str, expected: str | None
) -> None:
    found = line_of(replace(MISSED, did=did, queue=queue, trunk=trunk), LINES)
    assert (found.name if found else None) == expected


def test_rules_survive_being_written_as_plain_strings() -> None:
    rules = LineRules(
        texted=frozenset({Loss.BUSY, Loss.FORWARDED}),
        voicemail=VoicemailTiming.NO_MESSAGE,
        least_ring=2.5,
        grace=0,
        text_open="{{firm}}: hello",
        hours=Hours({day: parse_day("9:00-12:30, 13:30-24:00") for day in DAYS}),
    )
    assert rules_from_fields(rules_to_fields(rules)) == rules


def test_every_bad_rule_is_named() -> None:
    bad = {"grace": "soon", "least_ring": "-1", "voicemail": "maybe", "text_open": "hello"}
    bad |= {"hours": "theirs", "modem": "m" * 65}
    with pytest.raises(ConfigError) as caught:
        rules_from_fields(bad)
    named = {problem.where for problem in caught.value.problems}
    assert named == set(bad)


def test_every_bad_day_of_a_lines_own_hours_is_named() -> None:
    with pytest.raises(ConfigError) as caught:
        rules_from_fields({"hours": "own", "hours_mon": "always", "hours_sun": "17:00-9:00"})
    assert [problem.where for problem in caught.value.problems] == ["hours_mon", "hours_sun"]


def test_a_line_without_hours_of_its_own_has_the_offices_whatever_its_days_say() -> None:
    assert rules_from_fields({"hours": "office", "hours_mon": "always"}).hours is None


def test_a_day_without_hours_is_closed_on_a_line_with_its_own() -> None:
    hours = rules_from_fields({"hours": "own", "hours_sat": "9:00-12:00"}).hours
    assert hours is not None
    assert [day for day in DAYS if hours.week[day]] == ["sat"]


def test_rules_from_before_lines_had_hours_go_by_the_offices() -> None:
    old = {k: v for k, v in rules_to_fields(LineRules()).items() if not k.startswith("hours")}
    assert rules_from_fields(old) == LineRules()
