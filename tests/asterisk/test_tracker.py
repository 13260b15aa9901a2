"""What the tracker says of calls, told as short stories."""

import pytest

from tests.asterisk.ami import (
    CALLER,
    HALF_1,
    HALF_2,
    NOW,
    PHONE,
    PHONE_2,
    arrival,
    born,
    enters,
    event,
    feed,
    hangup,
    leaves,
    only,
    rings,
    state,
    stops_ringing,
    track,
    voicemail,
)
from textback.asterisk.events import Event
from textback.asterisk.inbound import InboundRule
from textback.asterisk.tracker import CallTracker
from textback.core.calls import LostIn, Outcome, Voicemail

TALK = (born(PHONE), enters(PHONE, "b"), enters(CALLER, "b"))
LOCAL_CALL = (
    arrival(),
    born(HALF_1),
    born(HALF_2, "4"),
    event("LocalBridge", LocalOneUniqueid="1.4", LocalTwoUniqueid="1.5", LocalOneLinkedid="1.1"),
    enters(HALF_1, "outer"),
    enters(CALLER, "outer"),
)


def test_a_caller_bridged_with_a_phone_was_answered() -> None:
    call = only(track(arrival(), *TALK, hangup()))
    assert (call.person_reached, call.outcome) == (True, Outcome.ANSWERED)


def test_a_call_that_nobody_takes_was_not_answered() -> None:
    ringing = (born(PHONE), rings(PHONE), stops_ringing(PHONE, "NOANSWER"))
    call = only(track(arrival(), *ringing, hangup()))
    assert (call.caller, call.did) == ("5550100", "2001")
    assert (call.person_reached, call.outcome) == (False, Outcome.NO_ANSWER)


def test_nothing_is_said_before_the_caller_hangs_up() -> None:
    assert track(arrival(), *TALK, hangup(PHONE)) == []


def test_a_call_is_reported_once_although_its_other_legs_hang_up_later() -> None:
    assert len(track(arrival(), *TALK, hangup(), hangup(PHONE), hangup())) == 1


def test_a_conversation_that_was_lost_later_still_counts() -> None:
    parked = (leaves(CALLER, "b"), enters(CALLER, "lot", "holding_bridge"))
    assert only(track(arrival(), *TALK, *parked, hangup())).person_reached


def test_two_callers_in_one_holding_bridge_do_not_talk() -> None:
    other = {"Channel": "PJSIP/provider-09", "Uniqueid": "9.1", "Linkedid": "9.1"}
    waiting = [enters(who, "lot", "holding_bridge") for who in (CALLER, other)]
    assert not only(track(arrival(), arrival(other), *waiting, hangup())).person_reached


def test_a_person_behind_a_local_channel_is_reached() -> None:
    behind = (born(PHONE), enters(PHONE, "inner"), enters(HALF_2, "inner"))
    assert only(track(*LOCAL_CALL, *behind, hangup())).person_reached


def test_a_local_channel_with_nobody_behind_it_is_no_person() -> None:
    answered = (stops_ringing(HALF_1, "ANSWER"), state(CALLER, 6))
    assert not only(track(*LOCAL_CALL, *answered, hangup())).person_reached


def test_the_halves_of_a_local_channel_are_known_by_name_without_localbridge() -> None:
    without = [each for each in LOCAL_CALL if "LocalBridge" not in each.headers.values()]
    behind = (born(PHONE), enters(PHONE, "inner"), enters(HALF_2, "inner"))
    assert only(track(*without, *behind, hangup())).person_reached


def test_a_group_members_own_voicemail_that_takes_the_call_is_voicemail() -> None:
    call = only(track(*LOCAL_CALL[:4], voicemail(HALF_2), *LOCAL_CALL[4:], hangup()))
    assert (call.person_reached, call.voicemail) == (False, Voicemail.ENTERED)


def test_voicemail_of_a_member_the_caller_never_heard_does_not_count() -> None:
    call = only(track(*LOCAL_CALL[:4], voicemail(HALF_2), hangup()))
    assert call.voicemail is Voicemail.NONE


def test_alone_in_a_conference_with_its_announcer_is_alone() -> None:
    announcer = {"Channel": "CBAnn/1-07;2", "Uniqueid": "1.7", "Linkedid": "1.7"}
    room = (enters(CALLER, "room", "softmix"), enters(announcer, "room", "softmix"))
    assert not only(track(arrival(), *room, hangup())).person_reached


def test_a_pick_up_under_another_linkedid_is_an_answer() -> None:
    picker = {"Channel": "PJSIP/105-08", "Uniqueid": "8.1", "Linkedid": "8.1"}
    picked = (born(picker, "4"), enters(picker, "b"), enters(CALLER, "b"))
    assert only(track(arrival(), *picked, hangup())).person_reached


def test_a_call_whose_linkedid_changes_stays_one_call() -> None:
    moved = {**CALLER, "Linkedid": "0.5"}
    call = only(track(arrival(), enters(moved, "b"), hangup(moved)))
    assert (call.uniqueid, call.linkedid) == ("1.1", "0.5")


def test_a_chan_sip_call_becomes_inbound_with_its_later_newstate() -> None:
    place = {"Context": "from-trunk", "Exten": "2001", "CallerIDNum": "5550100"}
    new = event("Newchannel", CALLER, ChannelState="0", **place)
    ring = event("Newstate", CALLER, ChannelState="4", **place)
    call = only(track(new, ring, hangup(cause=0)))
    assert (call.caller, call.did) == ("5550100", "2001")


@pytest.mark.parametrize(
    "channel",
    [
        pytest.param(
            event("Newchannel", PHONE, ChannelState="4", Context="from-trunk"), id="outbound-leg"
        ),
        pytest.param(
            event("Newchannel", CALLER, ChannelState="0", Context="from-trunk"), id="never-rang-us"
        ),
        pytest.param(
            event("Newchannel", CALLER, ChannelState="4", Context="from-internal"), id="internal"
        ),
        pytest.param(
            event(
                "Newchannel",
                {**CALLER, "Channel": "Local/1@from-trunk-01;2"},
                ChannelState="4",
                Context="from-trunk",
            ),
            id="local",
        ),
    ],
)
def test_what_is_no_call_from_outside_is_not_reported(channel: Event) -> None:
    assert track(channel, hangup(), hangup(PHONE)) == []


def test_the_inbound_context_can_be_named() -> None:
    call = event("Newchannel", CALLER, ChannelState="4", Context="carrier-in")
    assert track(call, hangup()) == []
    assert track(call, hangup(), rule=InboundRule(("carrier-*",))) != []


class TestTheNumber:
    @pytest.mark.parametrize("number", ["<unknown>", "", "anonymous", "Unknown", "Restricted"])
    def test_is_empty_when_the_trunk_sent_none(self, number: str) -> None:
        assert only(track(arrival(number=number), hangup())).caller == ""

    def test_stays_the_callers_own_when_the_dialplan_rewrites_it(self) -> None:
        rewritten = event("NewCallerid", CALLER, CallerIDNum="Sales 5550100")
        assert only(track(arrival(), rewritten, hangup())).caller == "5550100"

    def test_may_come_after_the_channel(self) -> None:
        late = event("NewCallerid", CALLER, CallerIDNum="5550100", Context="from-trunk")
        assert only(track(arrival(number="<unknown>"), late, hangup())).caller == "5550100"

    @pytest.mark.parametrize(
        ("mark", "withheld"),
        [
            (event("NewCallerid", CALLER, CID_CallingPres="32 (Presentation Prohibited)"), True),
            (event("NewCallerid", CALLER, CID_CallingPres="35 (Prohibited, Network)"), True),
            (event("NewCallerid", CALLER, CID_CallingPres="0 (Presentation Allowed)"), False),
            (event("NewCallerid", CALLER, CID_CallingPres="67 (Number Unavailable)"), False),
            (event("Newstate", CALLER, ChanVariable="a=b\nCALLERID(num-pres)=prohib"), True),
            (
                event("NewCallerid", HALF_2, CallerIDNum="5550100", CID_CallingPres="32 (x)"),
                True,
            ),
            (event("NewCallerid", HALF_2, CallerIDNum="101", CID_CallingPres="32 (x)"), False),
        ],
    )
    def test_is_withheld_when_an_event_says_so(self, mark: Event, withheld: bool) -> None:
        assert only(track(arrival(), mark, hangup())).withheld is withheld

    def test_stays_withheld_when_the_dialplan_overwrites_the_presentation(self) -> None:
        hidden = event("NewCallerid", CALLER, CID_CallingPres="32 (Presentation Prohibited)")
        shown = event("NewCallerid", CALLER, CID_CallingPres="0 (Presentation Allowed)")
        assert only(track(arrival(), hidden, shown, hangup())).withheld


RINGING = (born(PHONE), rings(PHONE))
TWO_RINGING = (*RINGING, born(PHONE_2), rings(PHONE_2))
BUSY = (stops_ringing(PHONE, "BUSY"), stops_ringing(PHONE_2, "BUSY"))
UP = state(CALLER, 6)


@pytest.mark.parametrize(
    ("story", "cause", "outcome", "lost_in"),
    [
        ((*TWO_RINGING, *BUSY), 17, Outcome.BUSY, LostIn.RINGING),
        ((*TWO_RINGING, BUSY[0]), 127, Outcome.ABANDONED, LostIn.RINGING),
        ((*RINGING, stops_ringing(PHONE, "CANCEL")), 127, Outcome.ABANDONED, LostIn.RINGING),
        ((*RINGING,), 127, Outcome.ABANDONED, LostIn.RINGING),
        ((*RINGING, stops_ringing(PHONE, "NOANSWER")), 16, Outcome.NO_ANSWER, LostIn.RINGING),
        ((state(CALLER, 7),), 17, Outcome.BUSY, LostIn.NOWHERE),
        ((), 3, Outcome.NO_ANSWER, LostIn.NOWHERE),
        ((), 34, Outcome.FAILED, LostIn.NOWHERE),
        ((), 127, Outcome.ABANDONED, LostIn.RINGING),
        ((UP,), 16, Outcome.CLOSED, LostIn.ANNOUNCEMENT),
        ((UP, event("HangupRequest", CALLER)), 16, Outcome.ABANDONED, LostIn.MENU),
        ((UP, voicemail()), 0, Outcome.VOICEMAIL, LostIn.VOICEMAIL),
        (
            (UP, event("QueueCallerJoin", CALLER, Queue="q"), *RINGING),
            0,
            Outcome.ABANDONED,
            LostIn.QUEUE,
        ),
    ],
)
def test_how_a_missed_call_ended(
    story: tuple[Event, ...], cause: int, outcome: Outcome, lost_in: LostIn
) -> None:
    call = only(track(arrival(), *story, hangup(cause=cause)))
    assert (call.outcome, call.lost_in) == (outcome, lost_in)


class TestVoicemail:
    def test_is_left_when_the_callers_channel_changed_the_mailbox(self) -> None:
        left = event("MessageWaiting", CALLER, Mailbox="101@default", Waiting="1")
        assert only(track(arrival(), voicemail(), left, hangup())).voicemail is Voicemail.LEFT

    def test_is_left_when_the_mailbox_changed_without_naming_a_channel(self) -> None:
        left = event("MessageWaiting", Mailbox="101@default", Waiting="1")
        assert only(track(arrival(), voicemail(), left, hangup())).voicemail is Voicemail.LEFT

    def test_of_another_mailbox_is_not_the_callers(self) -> None:
        other = event("MessageWaiting", Mailbox="102@default", Waiting="1")
        assert only(track(arrival(), voicemail(), other, hangup())).voicemail is Voicemail.ENTERED


COMPLETE = event("CoreShowChannelsComplete")


def live(channel: dict[str, str], bridge: str = "", **more: str) -> Event:
    return event("CoreShowChannel", channel, BridgeId=bridge, Duration="00:01:05", **more)


CALLER_LIVE = {"ChannelState": "6", "Context": "did-2001", "CallerIDNum": "5550100"}


class TestConnectingInMidCall:
    def test_a_caller_who_talks_is_known_to_talk(self) -> None:
        snapshot = (live(CALLER, "b", **CALLER_LIVE), live(PHONE, "b", Application="AppDial"))
        call = only(track(*snapshot, COMPLETE, hangup()))
        assert call.person_reached
        assert (NOW - call.started_at).total_seconds() == 65

    def test_the_did_comes_with_status(self) -> None:
        dnid = event("Status", CALLER, DNID="2001")
        assert only(track(live(CALLER, **CALLER_LIVE), COMPLETE, dnid, hangup())).did == "2001"

    def test_a_person_behind_a_local_channel_is_seen(self) -> None:
        legs = (live(HALF_1, "o"), live(HALF_2, "i"), live(PHONE, "i"))
        snapshot = (live(CALLER, "o", **CALLER_LIVE), *legs, COMPLETE)
        assert only(track(*snapshot, hangup())).person_reached

    def test_two_parked_callers_do_not_talk(self) -> None:
        other = {"Channel": "PJSIP/provider-09", "Uniqueid": "9.1", "Linkedid": "9.1"}
        lot = event("BridgeListItem", BridgeUniqueid="lot", BridgeTechnology="holding_bridge")
        parked = [live(who, "lot", **CALLER_LIVE) for who in (CALLER, other)]
        assert not only(track(lot, *parked, COMPLETE, hangup())).person_reached

    @pytest.mark.parametrize(
        "item",
        [
            live(PHONE, ChannelState="6", Application="AppDial"),
            live({**CALLER, "Channel": "PJSIP/101-01"}, **CALLER_LIVE),
            live(CALLER, ChannelState="6", Context="from-internal"),
        ],
    )
    def test_internal_calls_and_outgoing_legs_are_not_taken_for_callers(self, item: Event) -> None:
        assert track(item, COMPLETE, hangup(), hangup(PHONE)) == []

    def test_the_trunk_can_be_named(self) -> None:
        rule = InboundRule(trunks=("PJSIP/other-",))
        assert track(live(CALLER, **CALLER_LIVE), COMPLETE, hangup(), rule=rule) == []


class TestLosingTheLink:
    def test_a_call_that_ended_meanwhile_ends_as_unknown(self) -> None:
        tracker = CallTracker(InboundRule())
        feed(tracker, [arrival(), *TALK])
        tracker.link_lost()
        call = only(feed(tracker, [COMPLETE]))
        assert (call.outcome, call.person_reached) == (Outcome.UNKNOWN, True)
        assert tracker.live_channels == 0

    def test_a_call_still_there_afterwards_goes_on(self) -> None:
        tracker = CallTracker(InboundRule())
        feed(tracker, [arrival()])
        tracker.link_lost()
        assert feed(tracker, [live(CALLER, **CALLER_LIVE), COMPLETE]) == []
        assert only(feed(tracker, [hangup()])).did == "2001"

    def test_a_call_that_came_after_the_new_login_is_not_dropped(self) -> None:
        tracker = CallTracker(InboundRule())
        tracker.link_lost()
        assert feed(tracker, [arrival(), COMPLETE]) == []
        assert tracker.is_call("1.1")

    def test_a_shutdown_ends_what_is_left(self) -> None:
        assert only(track(arrival(), event("Shutdown"))).outcome is Outcome.UNKNOWN


class TestMemory:
    def test_nothing_is_kept_of_finished_calls(self) -> None:
        tracker = CallTracker(InboundRule())
        ends = (hangup(), hangup(PHONE), hangup(HALF_1), hangup(HALF_2))
        late = (stops_ringing(PHONE, "CANCEL"), leaves(CALLER, "b"), leaves(PHONE, "b"))
        feed(tracker, [*LOCAL_CALL, voicemail(HALF_2), *TALK, *ends, *late])
        assert tracker.live_channels == 0
        assert tracker.remembers() == 0

    def test_the_kept_events_of_a_long_call_are_bounded(self) -> None:
        waiting = [step for _ in range(500) for step in (rings(PHONE), stops_ringing(PHONE, "X"))]
        call = only(track(arrival(), *waiting, hangup()))
        assert len(call.events) <= 160
        assert call.events[0]["Event"] == "Newchannel"
        assert call.events[-1]["Event"] == "Hangup"
