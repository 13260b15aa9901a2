from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.conftest import NOW
from textback.core import policy, verdict
from textback.core.calls import CallEnded, Outcome
from textback.core.office import Office
from textback.core.policy import Known, PolicyReason, Send, Skip, decide

OFFICE = Office(firm="Hart & Lowe", timezone="America/New_York")
MISSED = CallEnded(
    uniqueid="1.1",
    linkedid="1.1",
    caller="+12125550143",
    did="2001",
    outcome=Outcome.NO_ANSWER,
    person_reached=False,
    started_at=NOW - timedelta(seconds=20),
    ended_at=NOW,
)
KNOWN = Known(now=NOW, office=OFFICE, number="+12125550143")


def test_a_missed_caller_is_texted_with_the_firms_name_first() -> None:
    decision = decide(MISSED, KNOWN)
    assert isinstance(decision, Send)
    assert decision.text.startswith("Hart & Lowe: Sorry we missed your call. How can we help?")
    assert "STOP" in decision.text


def test_after_hours_the_text_says_that_the_office_is_closed() -> None:
    at_night = datetime.fromisoformat("2026-11-24T03:00:00+00:00")  # 22:00 in New York
    decision = decide(replace(MISSED, ended_at=at_night), replace(KNOWN, now=at_night))
    assert isinstance(decision, Send)
    assert "closed right now" in decision.text


def test_a_text_that_cannot_go_out_in_a_quarter_of_an_hour_is_not_wanted_any_more() -> None:
    decision = decide(MISSED, KNOWN)
    assert isinstance(decision, Send)
    assert decision.expires_at == MISSED.ended_at + timedelta(minutes=15)


@pytest.mark.parametrize(
    ("call", "known", "reason"),
    [
        (replace(MISSED, person_reached=True, outcome=Outcome.ANSWERED), KNOWN, "person_reached"),
        (replace(MISSED, withheld=True), KNOWN, "withheld"),
        (replace(MISSED, caller=""), replace(KNOWN, number=None), "no_number"),
        (replace(MISSED, caller="anonymous"), replace(KNOWN, number=None), "not_a_number"),
        (replace(MISSED, caller="5550143"), replace(KNOWN, number=None), "invalid_number"),
        (MISSED, replace(KNOWN, office=None), "not_set_up"),
        (MISSED, replace(KNOWN, opted_out=True), "opted_out"),
        (MISSED, replace(KNOWN, last_greeting_at=NOW - timedelta(hours=23)), "texted_recently"),
        (replace(MISSED, ended_at=NOW - timedelta(minutes=16)), KNOWN, "too_late"),
    ],
)
def test_no_text(call: CallEnded, known: Known, reason: str) -> None:
    assert decide(call, known) == Skip(reason)


def test_after_a_day_a_new_missed_call_is_greeted_again() -> None:
    known = replace(KNOWN, last_greeting_at=NOW - timedelta(hours=24))
    assert isinstance(decide(MISSED, known), Send)


def test_a_caller_who_names_a_template_variable_is_not_filled_in() -> None:
    office = replace(OFFICE, firm="{{firm}} Ltd")
    assert policy.filled("{{firm}}: hello", office) == "{{firm}} Ltd: hello"


@pytest.mark.parametrize("reason", [*PolicyReason, *verdict.Reason])
def test_every_reason_has_plain_words(reason: str) -> None:
    assert policy.words(reason).endswith(".")
