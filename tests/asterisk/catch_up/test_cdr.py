"""What call detail records add up to, told as short stories."""

from datetime import timedelta

import pytest

from tests.asterisk.catch_up.rows import BORN, CALLER, HALF_2, PHONE, START, cdr
from textback.asterisk.catch_up.cdr import judge_cdr
from textback.asterisk.catch_up.layout import Record
from textback.asterisk.catch_up.times import WallClock
from textback.asterisk.inbound import InboundRule
from textback.core.calls import CallEnded, LostIn, Outcome, Voicemail

TRUNK = InboundRule(trunks=("PJSIP/provider-",))
LOCAL = "Local/101@ext-0a;1"


def judged(*records: Record) -> list[CallEnded]:
    return judge_cdr(records, TRUNK, WallClock())


def only(calls: list[CallEnded]) -> CallEnded:
    assert len(calls) == 1
    return calls[0]


def test_a_phone_that_answered_was_a_person() -> None:
    call = only(judged(cdr(PHONE[0], "ANSWERED")))
    assert (call.person_reached, call.outcome, call.answered_by) == (
        True,
        Outcome.ANSWERED,
        "PJSIP/101",
    )


def test_a_local_channel_that_answered_was_not() -> None:
    assert not only(judged(cdr(LOCAL, "ANSWERED"))).person_reached


@pytest.mark.parametrize("linkedid", ["", CALLER[1]], ids=["by name", "by linkedid"])
def test_but_the_phone_behind_it_is(linkedid: str) -> None:
    behind = cdr(PHONE[0], "ANSWERED", channel=HALF_2, linkedid=linkedid)
    assert only(judged(cdr(LOCAL, "ANSWERED", linkedid=linkedid), behind)).person_reached


def test_a_local_channel_of_the_same_name_at_another_time_has_nothing_to_do_with_it() -> None:
    later = cdr(PHONE[0], "ANSWERED", channel=HALF_2, after=3600)
    assert not only(judged(cdr(LOCAL, "ANSWERED"), later)).person_reached


@pytest.mark.parametrize(
    ("records", "outcome", "lost_in"),
    [
        ([cdr(PHONE[0])], Outcome.ABANDONED, LostIn.RINGING),
        ([cdr(PHONE[0]), cdr(app="Hangup", after=4)], Outcome.NO_ANSWER, LostIn.RINGING),
        ([cdr(PHONE[0], "BUSY")], Outcome.BUSY, LostIn.RINGING),
        ([cdr("", "FAILED")], Outcome.NO_ANSWER, LostIn.RINGING),
        ([cdr(PHONE[0], app="Queue", data="sales,t")], Outcome.ABANDONED, LostIn.QUEUE),
        ([cdr("", "ANSWERED", app="WaitExten")], Outcome.ABANDONED, LostIn.MENU),
        ([cdr("", "ANSWERED", app="Hangup")], Outcome.CLOSED, LostIn.ANNOUNCEMENT),
        ([cdr("", "BUSY", app="Busy")], Outcome.BUSY, LostIn.NOWHERE),
        ([cdr("", "FAILED", app="Congestion")], Outcome.FAILED, LostIn.NOWHERE),
        ([cdr("", "ANSWERED", app="VoiceMail")], Outcome.VOICEMAIL, LostIn.VOICEMAIL),
    ],
)
def test_how_a_call_was_lost(records: list[Record], outcome: Outcome, lost_in: LostIn) -> None:
    call = only(judged(*records))
    assert (call.outcome, call.lost_in) == (outcome, lost_in)


def test_voicemail_is_entered_for_all_one_knows() -> None:
    call = only(judged(cdr(PHONE[0]), cdr("", "ANSWERED", app="VoiceMail", after=4)))
    assert call.voicemail is Voicemail.ENTERED


def test_records_of_one_channel_are_one_call() -> None:
    call = only(judged(cdr(PHONE[0], seconds=20), cdr(app="Hangup", after=20, seconds=1)))
    assert (call.started_at, call.ended_at) == (START, START + timedelta(seconds=21))


def test_a_call_from_a_phone_is_none_of_ours() -> None:
    assert judged(cdr(CALLER[0], "ANSWERED", channel=PHONE)) == []


def test_a_leg_of_another_call_is_no_call() -> None:
    assert judged(cdr(PHONE[0], linkedid=f"{BORN}.0")) == []


def test_the_caller_may_stand_in_the_caller_id_only() -> None:
    record = {name: value for name, value in cdr(PHONE[0]).items() if name != "number"}
    call = only(judged(record))
    assert (call.caller, call.caller_name) == ("5550100", "Zoë")


@pytest.mark.parametrize("number", ["", "anonymous", "Unknown"])
def test_no_number_is_no_number(number: str) -> None:
    record = {**cdr(PHONE[0]), "number": number, "clid": number}
    assert only(judged(record)).caller == ""


def test_the_number_dialled_is_known_where_the_dialplan_keeps_it() -> None:
    assert only(judged(cdr(PHONE[0], did="2001"))).did == "2001"
    assert only(judged(cdr(PHONE[0]))).did == ""
