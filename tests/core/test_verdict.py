"""Whether a text is due by what happened in the call alone."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from textback.core.calls import CallEnded, Outcome
from textback.core.verdict import Reason, Verdict, judge, words

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MISSED = CallEnded("1.1", "1.1", "5550100", "2001", Outcome.NO_ANSWER, False, NOON, NOON)


@pytest.mark.parametrize(
    "outcome", set(Outcome) - {Outcome.ANSWERED, Outcome.UNKNOWN}, ids=lambda outcome: outcome.value
)
def test_every_way_of_missing_a_call_calls_for_a_text(outcome: Outcome) -> None:
    assert judge(replace(MISSED, outcome=outcome)) == Verdict(True, Reason(outcome.value))


def test_a_caller_who_spoke_with_somebody_gets_none() -> None:
    reached = replace(MISSED, outcome=Outcome.UNKNOWN, person_reached=True)
    assert judge(reached) == Verdict(False, Reason.PERSON_REACHED)


def test_a_withheld_number_gets_none() -> None:
    assert judge(replace(MISSED, withheld=True)) == Verdict(False, Reason.WITHHELD)


def test_a_call_that_nobody_saw_end_gets_none() -> None:
    unseen = replace(MISSED, outcome=Outcome.UNKNOWN)
    assert judge(unseen) == Verdict(False, Reason.NOT_SEEN_TO_END)


@pytest.mark.parametrize("caller", ["5550100", "+15550100", "0031 20-555 01 00", "(555) 010.0100"])
def test_what_looks_like_a_number_is_one(caller: str) -> None:
    assert judge(replace(MISSED, caller=caller)).would_text


@pytest.mark.parametrize("caller", ["john.doe", "s", "12", "+", "555\n0100", "٥٥٥٠١٠٠", "5" * 40])
def test_what_is_no_number_gets_none(caller: str) -> None:
    assert judge(replace(MISSED, caller=caller)) == Verdict(False, Reason.NOT_A_NUMBER)


def test_no_number_at_all_gets_none() -> None:
    assert judge(replace(MISSED, caller="")) == Verdict(False, Reason.NO_NUMBER)


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_plain_words(reason: Reason) -> None:
    assert words(reason).endswith(".")
