"""The bench itself: real calls, seen through exactly the AMI rights that offices give textback."""

from collections.abc import Iterator

import pytest

from .pbx import RealAsterisk
from .raw_ami import Message, RawAmi
from .sipp import BUSY, DECLINES, RINGS, Behaviour, answers

CALLER = "+12125550143"
WANTED = {
    *("FullyBooted", "Newchannel", "Newstate", "NewCallerid", "Rename"),
    *("BridgeEnter", "BridgeLeave", "BridgeDestroy", "LocalBridge", "LocalOptimizationEnd"),
    *("DialBegin", "DialEnd", "Hangup", "HangupRequest", "MessageWaiting", "Newexten", "Cdr"),
    *("QueueCallerJoin", "QueueCallerLeave", "QueueCallerAbandon"),
}


@pytest.fixture
def ami(asterisk: RealAsterisk) -> Iterator[RawAmi]:
    with RawAmi(asterisk) as client:
        yield client


def names(ami: RawAmi) -> list[str]:
    return [event["Event"] for event in ami.events]


def only(ami: RawAmi, name: str) -> Message:
    (event,) = (event for event in ami.events if event["Event"] == name)
    return event


def channels_bridged(ami: RawAmi) -> set[str]:
    entered = (event for event in ami.events if event["Event"] == "BridgeEnter")
    return {event["Channel"].rpartition("-")[0] for event in entered}


def test_a_login_is_greeted_by_fully_booted(ami: RawAmi) -> None:
    ami.read_until(lambda event: event.get("Event") == "FullyBooted")

    assert ami.login["Response"] == "Success"


def test_a_call_nobody_answers_rings_and_hangs_up(asterisk: RealAsterisk, ami: RawAmi) -> None:
    with asterisk.phone("101", RINGS):
        asterisk.place_call(CALLER, "2001").wait()

    start = ami.read_call()
    assert start["Context"] == "from-trunk"
    assert start["Exten"] == "2001"
    assert start["CallerIDNum"] == CALLER
    assert start["Uniqueid"] == start["Linkedid"]
    assert start["ChannelStateDesc"] == "Ring"
    assert only(ami, "DialEnd")["DialStatus"] == "NOANSWER"
    assert "BridgeEnter" not in names(ami)


def test_a_caller_who_gives_up_cancels_the_dialling(asterisk: RealAsterisk, ami: RawAmi) -> None:
    with asterisk.phone("101", RINGS):
        asterisk.place_call(CALLER, "2001", hangup_after=0.3).wait()

    ami.read_call()
    assert only(ami, "DialEnd")["DialStatus"] == "CANCEL"


def test_an_answered_call_is_a_bridge_of_the_trunk_and_the_phone(
    asterisk: RealAsterisk, ami: RawAmi
) -> None:
    with asterisk.phone("101", answers(after=0.2)):
        asterisk.place_call(CALLER, "2001", hangup_after=0.5).wait()

    ami.read_call()
    assert only(ami, "DialEnd")["DialStatus"] == "ANSWER"
    assert channels_bridged(ami) == {"PJSIP/trunk", "PJSIP/101"}


def test_the_office_may_hang_up_first(asterisk: RealAsterisk, ami: RawAmi) -> None:
    with asterisk.phone("101", answers(after=0.2, hangs_up_after=0.3)):
        asterisk.place_call(CALLER, "2001").wait()

    ami.read_call()
    assert channels_bridged(ami) == {"PJSIP/trunk", "PJSIP/101"}


@pytest.mark.parametrize(("phone", "cause"), [(BUSY, "BUSY"), (DECLINES, "NOANSWER")])
def test_a_phone_that_refuses_is_seen_as_such(
    asterisk: RealAsterisk, ami: RawAmi, phone: Behaviour, cause: str
) -> None:
    with asterisk.phone("101", phone):
        asterisk.place_call(CALLER, "2001").wait()

    ami.read_call()
    assert only(ami, "DialEnd")["DialStatus"] == cause


def test_one_of_a_ring_group_takes_the_call(asterisk: RealAsterisk, ami: RawAmi) -> None:
    with (
        asterisk.phone("101", RINGS),
        asterisk.phone("102", answers(after=0.3)),
        asterisk.phone("103", BUSY),
    ):
        asterisk.place_call(CALLER, "2003", hangup_after=0.5).wait()

    ami.read_call()
    assert channels_bridged(ami) == {"PJSIP/trunk", "PJSIP/102"}


def test_a_message_left_in_voicemail_is_announced(asterisk: RealAsterisk, ami: RawAmi) -> None:
    asterisk.place_call(CALLER, "2006", hangup_after=3).wait()

    ami.read_call()
    entered, waiting = only(ami, "Newexten"), only(ami, "MessageWaiting")
    assert (entered["Application"], entered["AppData"]) == ("VoiceMail", "600@default,us")
    assert waiting["Mailbox"] == "600@default"
    assert int(waiting["New"]) >= 1


def test_hanging_up_before_the_beep_leaves_no_message(asterisk: RealAsterisk, ami: RawAmi) -> None:
    asterisk.place_call(CALLER, "2006", hangup_after=0.1).wait()

    ami.read_call()
    assert only(ami, "Newexten")["Application"] == "VoiceMail"
    assert "MessageWaiting" not in names(ami)


@pytest.mark.parametrize(
    ("withheld", "presentation"), [(True, "prohib_not_screened"), (False, "allowed_not_screened")]
)
def test_only_asking_tells_that_a_number_known_to_the_pbx_is_withheld(
    asterisk: RealAsterisk, ami: RawAmi, withheld: bool, presentation: str
) -> None:
    with asterisk.phone("101", RINGS):
        asterisk.place_call(CALLER, "2001", withheld=withheld, hangup_after=0.5)
        start = ami.read_until(lambda event: event.get("Event") == "Newchannel")
        question = {"Channel": start["Channel"], "Variable": "CALLERID(num-pres)"}

        answer = ami.ask({"Action": "Getvar", **question})

    assert start["CallerIDNum"] == CALLER
    assert answer["Value"] == presentation


def test_a_caller_without_a_number_is_unknown(asterisk: RealAsterisk, ami: RawAmi) -> None:
    asterisk.place_call("", "2021").wait()

    assert ami.read_call()["CallerIDNum"] == "<unknown>"


def test_a_did_may_be_written_with_its_country_code(asterisk: RealAsterisk, ami: RawAmi) -> None:
    asterisk.place_call(CALLER, "+12125559021", display_name='Zoë "Z"').wait()

    start = ami.read_call()
    assert start["Exten"] == "+12125559021"
    assert "Zoë" in start["CallerIDName"]


def test_the_filters_let_through_nothing_else(asterisk: RealAsterisk, ami: RawAmi) -> None:
    # The number's dialplan runs Goto, Dial and VoiceMail; the name tries to open the filters.
    name = "Event: Hangup Application: VoiceMail"
    with asterisk.phone("101", BUSY):
        asterisk.place_call(CALLER, "2002", display_name=name, hangup_after=0.2).wait()

    ami.read_call()
    assert set(names(ami)) <= WANTED
    assert only(ami, "Newexten")["Application"] == "VoiceMail"


def test_of_a_queue_its_callers_are_told_and_not_its_members(
    asterisk: RealAsterisk, ami: RawAmi
) -> None:
    with asterisk.phone("101", RINGS):
        asterisk.place_call(CALLER, "2023", hangup_after=1).wait()

    ami.read_call()
    of_queues = {name for name in names(ami) if name.startswith(("Queue", "Agent"))}
    assert of_queues == {"QueueCallerJoin", "QueueCallerLeave", "QueueCallerAbandon"}


def test_the_filters_do_not_hide_the_calls_under_way(asterisk: RealAsterisk, ami: RawAmi) -> None:
    with asterisk.phone("101", answers(after=0.1)):
        call = asterisk.place_call(CALLER, "2001", hangup_after=1)
        ami.read_until(lambda event: event.get("Event") == "BridgeEnter")

        assert ami.ask({"Action": "CoreShowChannels"})["Response"] == "Success"
        ami.read_until(lambda event: event.get("Event") == "CoreShowChannelsComplete")
        call.wait()

    listed = [event for event in ami.events if event["Event"] == "CoreShowChannel"]
    assert {event["Channel"].rpartition("-")[0] for event in listed} == {
        "PJSIP/trunk",
        "PJSIP/101",
    }


@pytest.mark.parametrize(
    "action",
    [
        {"Action": "Command", "Command": "core show version"},
        {"Action": "Originate", "Channel": "PJSIP/101", "Application": "Wait", "Data": "1"},
        {"Action": "Hangup", "Channel": "PJSIP/101"},
        {"Action": "UpdateConfig"},
    ],
    ids=lambda action: str(action["Action"]),
)
def test_textbacks_user_may_change_nothing(ami: RawAmi, action: Message) -> None:
    answer = ami.ask(action)

    assert (answer["Response"], answer["Message"]) == ("Error", "Permission denied")
