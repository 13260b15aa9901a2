"""What CEL rows add up to, told as short stories."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest

from tests.asterisk.catch_up.rows import (
    BORN,
    CALLER,
    HALF_1,
    HALF_2,
    PHONE,
    START,
    arrives,
    cel,
    ends,
    enters,
    rings,
)
from textback.asterisk.catch_up.cel import Restart, judge_cel
from textback.asterisk.catch_up.layout import Record
from textback.asterisk.catch_up.times import WallClock
from textback.asterisk.inbound import InboundRule
from textback.core.calls import CallEnded, LostIn, OutboundEnded, Outcome, Voicemail
from textback.core.errors import ConfigError

DIALS = cel("APP_START", app="Dial", data="PJSIP/101,20")
TALK = (enters(PHONE, "b"), enters(CALLER, "b"))


def judged(*rows: Record | Sequence[Record]) -> list[CallEnded]:
    flat = [row for each in rows for row in ([each] if isinstance(each, Mapping) else each)]
    return inbound(judge_cel(flat, InboundRule(), WallClock()))


def inbound(found: Sequence[CallEnded | OutboundEnded]) -> list[CallEnded]:
    return [call for call in found if isinstance(call, CallEnded)]


def only(calls: list[CallEnded]) -> CallEnded:
    assert len(calls) == 1
    return calls[0]


def test_a_caller_bridged_with_a_phone_was_answered() -> None:
    call = only(judged(arrives(), DIALS, rings(), TALK, ends(PHONE), ends()))
    assert (call.outcome, call.person_reached, call.answered_by) == (
        Outcome.ANSWERED,
        True,
        "PJSIP/101",
    )


def test_a_phone_that_rang_out_reached_nobody() -> None:
    call = only(judged(arrives(), DIALS, rings(), ends(PHONE, cause="0"), ends(dial="NOANSWER")))
    assert (call.outcome, call.person_reached, call.rang) == (
        Outcome.NO_ANSWER,
        False,
        ("PJSIP/101",),
    )


def test_the_callers_number_and_what_was_dialled_are_those_of_the_first_row() -> None:
    call = only(judged(arrives(), DIALS, ends()))
    assert (call.uniqueid, call.caller, call.did) == (CALLER[1], "5550100", "2001")


def test_a_caller_who_hangs_up_while_it_rings_gave_up() -> None:
    gone = ends(by=CALLER[0], dial="CANCEL", cause="127")
    call = only(judged(arrives(), DIALS, rings(), gone, ends(PHONE)))
    assert (call.outcome, call.lost_in) == (Outcome.ABANDONED, LostIn.RINGING)


def test_all_phones_busy_is_busy_though_the_last_says_so_after_the_callers_end() -> None:
    call = only(judged(arrives(), DIALS, rings(), ends(cause="17"), ends(PHONE, cause="17")))
    assert call.outcome is Outcome.BUSY


def test_a_mailbox_behind_a_local_channel_is_no_person() -> None:
    mailbox = cel("APP_START", HALF_2, app="VoiceMail", data="101@default,u")
    heard = (enters(HALF_1, "b"), enters(CALLER, "b"))
    halves = (cel("CHAN_START", HALF_1), cel("CHAN_START", HALF_2))
    call = only(judged(arrives(), DIALS, halves, mailbox, heard, ends()))
    assert (call.person_reached, call.voicemail) == (False, Voicemail.ENTERED)


def test_a_parked_caller_hears_nobody() -> None:
    lot = [enters(channel, "lot", "holding_bridge") for channel in (PHONE, CALLER)]
    assert not only(judged(arrives(), rings(), lot, ends())).person_reached


def test_who_gives_up_in_a_queue_is_lost_there() -> None:
    waits = cel("APP_START", app="Queue", data="sales,t,,,60")
    leaves = cel("APP_END", app="Queue", data="sales,t,,,60")
    call = only(judged(arrives(), waits, leaves, ends(by=CALLER[0], cause="0")))
    assert (call.outcome, call.lost_in, call.queue) == (Outcome.ABANDONED, LostIn.QUEUE, "sales")


def test_a_call_still_under_way_is_not_told() -> None:
    assert judged(arrives(), DIALS, rings(), ends(PHONE)) == []


def test_a_call_that_began_before_the_rows_do_is_not_told() -> None:
    assert judged(rings(), TALK, ends(PHONE), ends()) == []


def test_a_call_from_inside_is_none_of_ours() -> None:
    inside = cel("CHAN_START", PHONE, linkedid=PHONE[1])
    assert judged(inside, ends(PHONE)) == []


def test_a_channel_that_the_pbx_called_itself_is_no_caller() -> None:
    originated = (cel("HANGUP", app="AppDial2"), cel("CHAN_END", app="AppDial2"))
    assert judged(arrives(), originated) == []


NEXT_BOOT = cel(
    "CHAN_START", ("PJSIP/101-00", f"{BORN + 60}.0"), linkedid=f"{BORN + 60}.0", after=60
)
RESTART = Restart(START + timedelta(seconds=20), START + timedelta(seconds=60))


def test_the_next_call_shows_that_a_killed_pbx_ended_the_one_that_rang() -> None:
    call = only(judged(arrives(), DIALS, rings(), NEXT_BOOT))
    assert (call.outcome, call.lost_in, call.rang) == (
        Outcome.NO_ANSWER,
        LostIn.RINGING,
        ("PJSIP/101",),
    )
    assert call.ended_at == START


def test_the_next_boots_first_call_may_have_the_number_of_the_last_one() -> None:
    again = f"{BORN + 60}.1"
    other = cel("CHAN_START", ("PJSIP/101-00", again), linkedid=again, after=60)
    assert only(judged(arrives(), other)).uniqueid == CALLER[1]


def test_a_restart_ends_the_calls_that_have_no_end() -> None:
    rows = [arrives(), DIALS, rings()]
    (call,) = inbound(judge_cel(rows, InboundRule(), WallClock(), RESTART))
    assert (call.outcome, call.ended_at) == (Outcome.NO_ANSWER, RESTART.alive_at)


def test_who_had_spoken_when_the_pbx_was_killed_had_been_answered() -> None:
    rows = [arrives(), DIALS, rings(), *TALK]
    (call,) = inbound(judge_cel(rows, InboundRule(), WallClock(), RESTART))
    assert (call.outcome, call.answered_by) == (Outcome.ANSWERED, "PJSIP/101")


def test_a_call_that_began_after_the_restart_goes_on() -> None:
    earlier = Restart(START - timedelta(seconds=20), START - timedelta(seconds=10))
    assert judge_cel([arrives(), DIALS, rings()], InboundRule(), WallClock(), earlier) == []


def test_two_calls_at_once_may_be_counted_in_the_other_order() -> None:
    other = cel("CHAN_START", ("PJSIP/102-00", f"{BORN}.0"), linkedid=f"{BORN}.0")
    assert judged(arrives(), other) == []


@pytest.mark.parametrize("hours", [-5, 0, 1, 5.75])
def test_a_wall_clock_of_any_zone_dates_a_call_rightly(hours: float) -> None:
    def shown(after: float) -> str:
        wall = START + timedelta(hours=hours, seconds=after)
        return f"{wall:%Y-%m-%d %H:%M:%S}"

    gone = cel("CHAN_END", time=shown(20))
    call = only(judged(arrives(time=shown(0)), gone))
    assert (call.started_at, call.ended_at) == (START, START + timedelta(seconds=20))


def test_a_name_full_of_quotes_and_line_breaks_stays_a_name() -> None:
    name = "O'Hara\"\r\nEvent: Hangup"
    call = only(judged(arrives(name=name), ends()))
    assert call.caller_name == name


def test_extra_that_is_no_json_is_passed_over() -> None:
    odd = {**cel("BRIDGE_ENTER"), "extra": '{"bridge_id":'}
    assert not only(judged(arrives(), odd, ends())).person_reached


def test_the_trail_tells_the_steps() -> None:
    events = only(judged(arrives(), DIALS, rings(), TALK, ends(PHONE), ends())).events
    steps = [event["Event"] for event in events]
    assert steps[0] == "Newchannel"
    assert "BridgeEnter" in steps


def test_without_bridges_nothing_is_judged() -> None:
    answered = cel("ANSWER", app="Dial")
    with pytest.raises(ConfigError, match=r"BRIDGE_ENTER.*cel\.conf"):
        judged(arrives(), answered, ends())


def test_without_births_nothing_is_judged() -> None:
    with pytest.raises(ConfigError, match="CHAN_START"):
        judged(TALK, ends())


def test_a_time_of_another_format_is_a_bad_setting() -> None:
    with pytest.raises(ConfigError, match="dateformat"):
        judged(arrives(time="02/03/26 09:30"))


def test_a_call_back_is_told_with_whether_it_was_answered() -> None:
    desk, trunk = ("PJSIP/101-05", f"{BORN}.5"), ("PJSIP/provider-06", f"{BORN}.6")
    rows = [
        cel("CHAN_START", desk, linkedid=desk[1]),
        cel("APP_START", desk, linkedid=desk[1], app="Dial", data="PJSIP/5550100@provider,20"),
        cel("CHAN_START", trunk, linkedid=desk[1]),
        cel("ANSWER", trunk, linkedid=desk[1], app="AppDial", after=2),
        {**enters(desk, "b"), "linkedid": desk[1]},
        {**enters(trunk, "b"), "linkedid": desk[1]},
        *({**row, "linkedid": desk[1]} for row in ends(trunk)),
        *({**row, "linkedid": desk[1], "app": "Dial"} for row in ends(desk)),
    ]
    (call,) = judge_cel(rows, InboundRule(), WallClock())
    assert isinstance(call, OutboundEnded)
    assert (call.number, call.by) == ("5550100", "PJSIP/101")
    assert call.answered_at is not None
