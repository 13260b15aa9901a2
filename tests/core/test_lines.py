from dataclasses import replace

import pytest

from tests.core.test_policy import MISSED
from textback.core.errors import ConfigError
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
    )
    assert rules_from_fields(rules_to_fields(rules)) == rules


def test_every_bad_rule_is_named() -> None:
    bad = {"grace": "soon", "least_ring": "-1", "voicemail": "maybe", "text_open": "hello"}
    with pytest.raises(ConfigError) as caught:
        rules_from_fields(bad)
    named = {problem.where for problem in caught.value.problems}
    assert named == set(bad)
