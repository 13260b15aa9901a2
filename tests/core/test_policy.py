from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.conftest import NOW
from textback.core import policy, verdict
from textback.core.calls import CallEnded, LostIn, Outcome, Voicemail
from textback.core.hours import Hours, parse_day
from textback.core.lines import LineRules, Loss, VoicemailTiming
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


@pytest.mark.parametrize("reason", [*PolicyReason, *verdict.Reason, *Loss])
def test_every_reason_has_plain_words(reason: str) -> None:
    assert policy.words(reason).endswith(".")


def test_the_text_waits_for_the_lines_grace() -> None:
    decision = decide(MISSED, replace(KNOWN, rules=LineRules(grace=12)))
    assert isinstance(decision, Send)
    assert decision.not_before == NOW + timedelta(seconds=12)


def test_a_line_may_have_texts_of_its_own() -> None:
    rules = LineRules(text_open="{{firm}} family law: we missed you")
    decision = decide(MISSED, replace(KNOWN, rules=rules))
    assert isinstance(decision, Send)
    assert decision.text == "Hart & Lowe family law: we missed you"


SATURDAYS_AND_LATE = Hours({"mon": parse_day("9:00-20:00"), "sat": parse_day("9:00-12:00")})


@pytest.mark.parametrize(
    ("local", "hours", "closed"),
    [
        ("2026-11-23T18:00", None, True),  # a Monday; the office is open on weekdays from 9 to 17
        ("2026-11-23T18:00", SATURDAYS_AND_LATE, False),
        ("2026-11-23T20:00", SATURDAYS_AND_LATE, True),
        ("2026-11-28T10:00", None, True),  # a Saturday
        ("2026-11-28T10:00", SATURDAYS_AND_LATE, False),
        ("2026-11-24T10:00", None, False),  # a Tuesday
        ("2026-11-24T10:00", SATURDAYS_AND_LATE, True),
        ("2026-11-24T10:00", Hours(), True),
    ],
)
def test_a_line_with_hours_of_its_own_goes_by_them_alone(
    local: str, hours: Hours | None, closed: bool
) -> None:
    at = datetime.fromisoformat(local).replace(tzinfo=OFFICE.zone)
    known = replace(KNOWN, now=at, rules=LineRules(hours=hours))
    decision = decide(replace(MISSED, ended_at=at), known)
    assert isinstance(decision, Send)
    assert ("closed right now" in decision.text) is closed


IN_MENU = replace(MISSED, outcome=Outcome.ABANDONED, lost_in=LostIn.MENU)
VOICEMAIL = replace(MISSED, outcome=Outcome.VOICEMAIL, voicemail=Voicemail.ENTERED)
MESSAGE = replace(VOICEMAIL, voicemail=Voicemail.LEFT)
REACHED = replace(MISSED, outcome=Outcome.ANSWERED, person_reached=True)
TRANSFERRED = replace(REACHED, lost_in=LostIn.TRANSFER)
FORWARDED = replace(REACHED, forwarded=True)


def only(loss: Loss) -> LineRules:
    return LineRules(texted=frozenset({loss}))


def timed(timing: VoicemailTiming) -> LineRules:
    return LineRules(voicemail=timing)


@pytest.mark.parametrize(
    ("call", "rules", "ended", "expected"),
    [
        (IN_MENU, LineRules(), True, "gave_up_in_menu"),
        (IN_MENU, only(Loss.NO_ANSWER), True, Skip("loss_not_texted")),
        (TRANSFERRED, LineRules(), True, Skip("person_reached")),
        (TRANSFERRED, only(Loss.LOST_IN_TRANSFER), True, "lost_in_transfer"),
        (FORWARDED, LineRules(), True, Skip("person_reached")),
        (FORWARDED, only(Loss.FORWARDED), True, "forwarded"),
        (REACHED, LineRules(texted=frozenset(Loss)), True, Skip("person_reached")),
        (VOICEMAIL, timed(VoicemailTiming.AT_ENTRY), False, "voicemail"),
        (VOICEMAIL, timed(VoicemailTiming.AT_ENTRY), True, "voicemail"),
        (VOICEMAIL, timed(VoicemailTiming.AT_HANGUP), False, Skip("still_in_voicemail")),
        (MESSAGE, timed(VoicemailTiming.AT_HANGUP), True, "voicemail"),
        (VOICEMAIL, timed(VoicemailTiming.NO_MESSAGE), False, Skip("still_in_voicemail")),
        (VOICEMAIL, timed(VoicemailTiming.NO_MESSAGE), True, "voicemail"),
        (MESSAGE, timed(VoicemailTiming.NO_MESSAGE), True, Skip("message_left")),
        (MESSAGE, timed(VoicemailTiming.NEVER), True, Skip("loss_not_texted")),
        (MISSED, LineRules(least_ring=25), True, Skip("too_short")),
        (MISSED, LineRules(least_ring=20), True, "no_answer"),
        (replace(MISSED, withheld=True), LineRules(least_ring=25), True, Skip("withheld")),
    ],
)
def test_each_loss_is_a_switch_of_the_line(
    call: CallEnded, rules: LineRules, ended: bool, expected: Skip | str
) -> None:
    decision = decide(call, replace(KNOWN, rules=rules, ended=ended))
    assert (decision if isinstance(decision, Skip) else decision.reason) == expected
