"""What the tracker finds besides the end of a call, and what it tells of one, as short stories."""

from datetime import datetime, timedelta

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
    findings,
    hangup,
    leaves,
    only,
    rings,
    state,
    stops_ringing,
    track,
    voicemail,
)
from textback.asterisk.dials import dialled_number, dials_outside
from textback.asterisk.events import Event
from textback.asterisk.inbound import InboundRule
from textback.asterisk.tracker import CallTracker
from textback.core.calls import (
    CallBegan,
    CallEnded,
    Finding,
    LostIn,
    OutboundEnded,
    Outcome,
    PersonReached,
    Voicemail,
    VoicemailReached,
)
from textback.core.lines import Loss, loss_of

TALK = (born(PHONE), rings(PHONE), state(PHONE, 5), enters(PHONE, "b"), enters(CALLER, "b"))
NOTHING_MORE = (leaves(CALLER, "b"), leaves(PHONE, "b"), hangup(PHONE))


def find(*events: Event, rule: InboundRule | None = None) -> list[Finding]:
    return findings(CallTracker(rule or InboundRule()), events)


class TestBeginnings:
    def test_a_caller_is_on_the_line_as_soon_as_the_number_is_known(self) -> None:
        assert find(arrival()) == [CallBegan("1.1", "5550100")]

    def test_a_number_that_comes_later_is_told_then_and_once(self) -> None:
        late = event("NewCallerid", CALLER, CallerIDNum="5550100", Context="from-trunk")
        assert find(arrival(number="<unknown>")) == []
        assert find(arrival(number="<unknown>"), late, late) == [CallBegan("1.1", "5550100")]

    def test_after_a_lost_link_who_is_still_on_the_line_is_told_again(self) -> None:
        tracker = CallTracker(InboundRule())
        findings(tracker, [arrival()])
        tracker.link_lost()
        still = event("CoreShowChannel", CALLER, ChannelState="4", CallerIDNum="5550100")
        snapshot = [still, event("CoreShowChannelsComplete")]
        assert findings(tracker, snapshot) == [CallBegan("1.1", "5550100")]
        assert findings(tracker, snapshot) == []  # an audit on a healthy link tells nothing new

    def test_a_caller_found_in_a_snapshot_is_on_the_line(self) -> None:
        item = event("CoreShowChannel", CALLER, ChannelState="6", CallerIDNum="5550100")
        found = find(item, event("CoreShowChannelsComplete"))
        assert found == [CallBegan("1.1", "5550100")]


class TestVoicemail:
    def test_is_told_at_the_moment_the_call_enters_it_and_once(self) -> None:
        left = event("MessageWaiting", CALLER, Mailbox="101@default", Waiting="1")
        found = find(arrival(), voicemail(), voicemail(), left)
        (reached,) = [each for each in found if isinstance(each, VoicemailReached)]
        assert (reached.call.uniqueid, reached.call.outcome) == ("1.1", Outcome.VOICEMAIL)
        assert reached.call.ended_at == NOW

    def test_of_a_member_is_told_when_the_caller_hears_it(self) -> None:
        halves = (born(HALF_1), born(HALF_2, "4"), voicemail(HALF_2))
        tracker = CallTracker(InboundRule())
        assert not _voicemail_entries(findings(tracker, (arrival(), *halves)))
        bridged = (enters(HALF_1, "b"), enters(CALLER, "b"))
        assert len(_voicemail_entries(findings(tracker, bridged))) == 1

    def test_who_leaves_it_for_a_phone_is_on_the_line_once_more(self) -> None:
        tracker = CallTracker(InboundRule())
        findings(tracker, [arrival(), voicemail(), born(PHONE)])
        assert findings(tracker, [rings(PHONE)]) == [CallBegan("1.1", "5550100")]

    def test_a_message_that_is_mailed_and_not_kept_was_left(self) -> None:
        kept_none = event("MessageWaiting", CALLER, Mailbox="101@default", Waiting="0", New="0")
        call = only(track(arrival(), voicemail(), kept_none, END))
        assert call.voicemail is Voicemail.LEFT

    def test_a_mailbox_that_is_emptied_meanwhile_tells_nothing_of_the_caller(self) -> None:
        emptied = event("MessageWaiting", PHONE, Mailbox="101@default", Waiting="0")
        call = only(track(arrival(), voicemail(), born(PHONE), emptied, END))
        assert call.voicemail is Voicemail.ENTERED


def test_a_person_reached_is_told_at_that_moment_and_once() -> None:
    tracker = CallTracker(InboundRule())
    findings(tracker, [arrival()])
    talk = [PersonReached("1.1", "5550100")]
    assert findings(tracker, TALK) == talk
    assert findings(tracker, [leaves(CALLER, "b"), enters(CALLER, "b")]) == []


def _voicemail_entries(found: list[Finding]) -> list[Finding]:
    return [each for each in found if isinstance(each, VoicemailReached)]


class TestWhoAnswered:
    def test_the_first_phone_and_the_moment_are_told(self) -> None:
        tracker = CallTracker(InboundRule())
        for each in (arrival(), *TALK):
            tracker.feed(each, NOW)
        later = NOW + timedelta(minutes=5)
        (call,) = tracker.feed(hangup(), later)
        assert isinstance(call, CallEnded)
        assert (call.answered_by, call.answered_at, call.ended_at) == ("PJSIP/101", NOW, later)
        assert not call.forwarded

    def test_a_mobile_over_a_trunk_is_outside(self) -> None:
        mobile = {"Channel": "PJSIP/mobiles-09", "Uniqueid": "1.9", "Linkedid": "1.1"}
        leg = event("Newchannel", mobile, ChannelState="0", Context="from-trunk")
        call = only(track(arrival(), leg, enters(mobile, "b"), enters(CALLER, "b"), hangup()))
        assert (call.answered_by, call.forwarded) == ("PJSIP/mobiles", True)

    def test_a_second_channel_of_the_callers_trunk_is_outside(self) -> None:
        mobile = {"Channel": "PJSIP/provider-09", "Uniqueid": "1.9", "Linkedid": "1.1"}
        call = only(track(arrival(), born(mobile), enters(mobile, "b"), enters(CALLER, "b"), END))
        assert call.forwarded

    def test_a_phone_of_the_office_counts_more_than_a_mobile_before_it(self) -> None:
        mobile = {"Channel": "PJSIP/provider-09", "Uniqueid": "1.9", "Linkedid": "1.1"}
        first = (born(mobile), enters(mobile, "b"), enters(CALLER, "b"), leaves(mobile, "b"))
        call = only(track(arrival(), *first, born(PHONE), enters(PHONE, "b"), END))
        assert (call.answered_by, call.forwarded) == ("PJSIP/101", False)

    def test_of_a_talk_seen_in_a_snapshot_the_younger_channels_age_is_the_best_known(self) -> None:
        snapshot = (
            _listed(CALLER, "00:01:30", BridgeId="b", ChannelState="6", CallerIDNum="5550100"),
            _listed(PHONE, "00:01:00", BridgeId="b", ChannelState="6", Application="AppDial"),
        )
        call = only(track(*snapshot, event("CoreShowChannelsComplete"), END))
        assert call.answered_at == NOW - timedelta(seconds=60)
        assert call.lost_in is LostIn.NOWHERE


END = hangup()
GIVES_UP = event("HangupRequest", CALLER)


def _listed(channel: dict[str, str], age: str, **more: str) -> Event:
    return event("CoreShowChannel", channel, Duration=age, **more)


class TestWhatRang:
    def test_phones_are_told_in_the_order_they_rang(self) -> None:
        both = (born(PHONE_2), rings(PHONE_2), state(PHONE_2, 5), born(PHONE), state(PHONE, 5))
        assert only(track(arrival(), *both, END)).rang == ("PJSIP/102", "PJSIP/101")

    def test_a_phone_that_refused_at_once_did_not_ring(self) -> None:
        refused = (born(PHONE), rings(PHONE), stops_ringing(PHONE, "BUSY"))
        assert only(track(arrival(), *refused, END)).rang == ()

    def test_a_phone_that_answered_without_ringing_is_told(self) -> None:
        at_once = (born(PHONE), rings(PHONE), stops_ringing(PHONE, "ANSWER"))
        assert only(track(arrival(), *at_once, END)).rang == ("PJSIP/101",)

    def test_a_local_channel_is_no_phone(self) -> None:
        assert only(track(arrival(), born(HALF_1), state(HALF_1, 5), END)).rang == ()

    def test_a_phone_that_rings_in_the_snapshot_is_told(self) -> None:
        snapshot = (
            _listed(CALLER, "00:00:09", ChannelState="4", CallerIDNum="5550100"),
            _listed(PHONE, "00:00:08", ChannelState="5", Application="AppDial"),
        )
        end = (stops_ringing(PHONE, "NOANSWER"), END)
        call = only(track(*snapshot, event("CoreShowChannelsComplete"), *end))
        assert (call.rang, call.outcome) == (("PJSIP/101",), Outcome.NO_ANSWER)

    def test_the_trunk_is_told_without_its_serial_number(self) -> None:
        assert only(track(arrival(), END)).trunk == "PJSIP/provider"


RINGS_102 = (born(PHONE_2), rings(PHONE_2), stops_ringing(PHONE_2, "NOANSWER"))
ELSEWHERE = {"Context": "from-internal", "Exten": "104"}


@pytest.mark.parametrize(
    ("story", "lost_in"),
    [
        pytest.param(NOTHING_MORE, LostIn.NOWHERE, id="the office hangs up"),
        pytest.param((*NOTHING_MORE, *RINGS_102), LostIn.TRANSFER, id="passed on, nobody answers"),
        pytest.param(
            (leaves({**CALLER, **ELSEWHERE}, "b"), hangup(PHONE)),
            LostIn.TRANSFER,
            id="passed on to a phone that is not there",
        ),
        pytest.param(
            (event("BlindTransfer", TransfereeUniqueid="1.1"), *NOTHING_MORE),
            LostIn.TRANSFER,
            id="the PBX says that it was passed on",
        ),
        pytest.param(
            (*NOTHING_MORE, event("QueueCallerJoin", CALLER, Queue="q")),
            LostIn.TRANSFER,
            id="passed on to a queue",
        ),
        pytest.param((*NOTHING_MORE, voicemail()), LostIn.TRANSFER, id="passed on to voicemail"),
        pytest.param(
            (leaves(CALLER, "b"), enters(CALLER, "lot", "holding_bridge"), hangup(PHONE)),
            LostIn.PARKING,
            id="parked",
        ),
        pytest.param(
            (enters(CALLER, "lot", "holding_bridge"), leaves(CALLER, "lot"), *RINGS_102),
            LostIn.PARKING,
            id="parked, and the phone that is rung back does not answer",
        ),
        pytest.param(
            (*NOTHING_MORE, *RINGS_102, enters(PHONE_2, "c"), enters(CALLER, "c")),
            LostIn.NOWHERE,
            id="passed on and answered",
        ),
        pytest.param(RINGS_102, LostIn.NOWHERE, id="another phone is rung while they talk"),
    ],
)
def test_where_a_caller_who_had_been_answered_was_lost(
    story: tuple[Event, ...], lost_in: LostIn
) -> None:
    place = {"Context": "did-2001", "Exten": "s"}
    moved = [_at(each, place) for each in (*TALK, *story)]
    call = only(track(arrival(), *moved, END))
    assert (call.outcome, call.lost_in) == (Outcome.ANSWERED, lost_in)


def _at(told: Event, place: dict[str, str]) -> Event:
    return event(told.headers["Event"], {**place, **told.headers})


class TestQueues:
    def test_the_name_is_told_also_of_an_answered_call(self) -> None:
        joined = event("QueueCallerJoin", CALLER, Queue="sales")
        assert only(track(arrival(), joined, *TALK, END)).queue == "sales"

    def test_the_step_of_the_dialplan_tells_it_without_read_class_agent(self) -> None:
        step = event("Newexten", CALLER, Application="Queue", AppData="sales,t,,,60")
        call = only(track(arrival(), step, *RINGS_102, hangup(cause=127)))
        assert (call.queue, call.lost_in) == ("sales", LostIn.QUEUE)

    def test_a_caller_parked_by_the_dialplan_alone_is_lost_in_parking(self) -> None:
        parked = (state(CALLER, 6), enters(CALLER, "lot", "holding_bridge"))
        call = only(track(arrival(), *parked, event("HangupRequest", CALLER), END))
        assert (call.outcome, call.lost_in) == (Outcome.ABANDONED, LostIn.PARKING)
        assert loss_of(call) is Loss.GAVE_UP_IN_QUEUE

    @pytest.mark.parametrize(
        ("afterwards", "outcome", "lost_in"),
        [
            pytest.param((GIVES_UP,), Outcome.ABANDONED, LostIn.MENU, id="an announcement"),
            pytest.param((*RINGS_102, GIVES_UP), Outcome.ABANDONED, LostIn.RINGING, id="a phone"),
            pytest.param((), Outcome.NO_ANSWER, LostIn.QUEUE, id="the office hangs up"),
        ],
    )
    def test_what_follows_a_queue_that_timed_out_is_no_queue(
        self, afterwards: tuple[Event, ...], outcome: Outcome, lost_in: LostIn
    ) -> None:
        joined = event("QueueCallerJoin", CALLER, Queue="sales")
        left = event("QueueCallerLeave", CALLER, Queue="sales")
        call = only(track(arrival(), state(CALLER, 6), joined, left, *afterwards, END))
        assert (call.outcome, call.lost_in, call.queue) == (outcome, lost_in, "sales")


class TestMenusAfterRinging:
    RINGS_OUT = (born(PHONE), rings(PHONE), stops_ringing(PHONE, "NOANSWER"))

    def test_a_caller_who_gives_up_in_it_is_lost_there(self) -> None:
        call = only(track(arrival(), *self.RINGS_OUT, state(CALLER, 6), GIVES_UP, END))
        assert (loss_of(call), call.lost_in) == (Loss.GAVE_UP_IN_MENU, LostIn.MENU)

    def test_what_the_caller_chose_there_rings_again(self) -> None:
        chosen = (state(CALLER, 6), *RINGS_102, GIVES_UP)
        call = only(track(arrival(), *self.RINGS_OUT, *chosen, END))
        assert loss_of(call) is Loss.GAVE_UP_RINGING

    def test_a_line_that_goes_up_while_phones_ring_is_no_menu(self) -> None:
        up = (born(PHONE), rings(PHONE), state(CALLER, 6), GIVES_UP)
        assert only(track(arrival(), *up, END)).lost_in is LostIn.RINGING


class TestWhatTheDialplanSets:
    @pytest.mark.parametrize("exten", ["s", "h", "i", "t", "o", "a", ""])
    def test_an_extension_of_asterisks_own_is_no_number_dialled(self, exten: str) -> None:
        assert only(track(arrival(did=exten), END)).did == ""

    def test_the_number_dialled_may_come_after_such_an_extension(self) -> None:
        at = event("NewCallerid", CALLER, Context="from-trunk", Exten="2001")
        assert only(track(arrival(did="s"), at, END)).did == "2001"

    def test_a_number_put_in_beyond_the_trunks_context_is_not_the_callers(self) -> None:
        rewritten = {**CALLER, "CallerIDNum": "5550199", "Context": "did-2001", "Exten": "s"}
        story = (event("NewCallerid", rewritten), state(rewritten, 6), hangup(rewritten))
        assert find(arrival(number="<unknown>"), *story[:2]) == []
        assert only(track(arrival(number="<unknown>"), *story)).caller == ""


DESK = {"Channel": "PJSIP/101-11", "Uniqueid": "2.1", "Linkedid": "2.1"}
TRUNK = {"Channel": "PJSIP/provider-12", "Uniqueid": "2.2", "Linkedid": "2.1"}
TRUNK_2 = {"Channel": "SIP/backup-13", "Uniqueid": "2.3", "Linkedid": "2.1"}


def _calls_out(trunk: dict[str, str], string: str, by: dict[str, str] = DESK) -> list[Event]:
    leg = event("Newchannel", trunk, ChannelState="0", Context="from-trunk")
    destination = {f"Dest{name}": value for name, value in trunk.items()}
    return [leg, event("DialBegin", by, DialString=string, **destination)]


def _outbound(*events: Event) -> list[OutboundEnded]:
    return [each for each in find(*events) if isinstance(each, OutboundEnded)]


class TestOutboundCalls:
    def test_the_number_is_on_the_line_when_it_is_dialled(self) -> None:
        found = find(born(DESK, "4"), *_calls_out(TRUNK, "5550777@provider"))
        assert found == [CallBegan("2.2", "5550777")]

    def test_an_answered_one_is_reported_at_its_end(self) -> None:
        talk = (enters(TRUNK, "b"), enters(DESK, "b"))
        ends = (hangup(TRUNK), hangup(DESK))
        (call,) = _outbound(born(DESK, "4"), *_calls_out(TRUNK, "5550777@provider"), *talk, *ends)
        assert (call.number, call.by, call.answered_at) == ("5550777", "PJSIP/101", NOW)

    def test_an_unanswered_one_is_reported_too(self) -> None:
        dialled = _calls_out(TRUNK, "5550777@provider")
        (call,) = _outbound(born(DESK, "4"), *dialled, hangup(TRUNK), hangup(DESK))
        assert call.answered_at is None

    def test_a_second_trunk_for_the_same_number_is_the_same_call(self) -> None:
        first, second = _calls_out(TRUNK, "5550777@provider"), _calls_out(TRUNK_2, "backup/5550777")
        talk = (enters(TRUNK_2, "b"), enters(DESK, "b"))
        ends = (hangup(TRUNK_2), hangup(DESK))
        (call,) = _outbound(born(DESK, "4"), *first, hangup(TRUNK), *second, *talk, *ends)
        assert (call.uniqueid, call.answered_at) == ("2.2", NOW)

    def test_a_caller_forwarded_over_the_trunk_is_no_call_of_the_office(self) -> None:
        mobile = {**TRUNK, "Linkedid": "1.1"}
        dialled = _calls_out(mobile, "5550777@provider", by=CALLER)
        assert _outbound(arrival(), *dialled, hangup(mobile), END) == []

    def test_a_call_to_a_colleague_is_none(self) -> None:
        colleague = {**PHONE, "Linkedid": "2.1"}
        ringing = event(
            "DialBegin",
            DESK,
            DialString="101/sip:48151623@10.0.0.7",
            **{f"Dest{name}": value for name, value in colleague.items()},
        )
        assert find(born(DESK, "4"), born(colleague), ringing) == []

    def test_one_under_way_at_login_is_reported(self) -> None:
        snapshot = (
            _listed(DESK, "00:00:30", ChannelState="6", Context="from-internal", BridgeId="b"),
            _listed(
                TRUNK,
                "00:00:20",
                ChannelState="6",
                Context="from-trunk",
                Application="AppDial",
                CallerIDNum="5550777",
                BridgeId="b",
            ),
        )
        end = (hangup(TRUNK), hangup(DESK))
        (call,) = _outbound(*snapshot, event("CoreShowChannelsComplete"), *end)
        assert (call.number, call.by) == ("5550777", "PJSIP/101")
        assert call.answered_at == NOW - timedelta(seconds=20)


@pytest.mark.parametrize(
    ("dial_string", "number"),
    [
        ("5550777@trunk", "5550777"),
        ("+15550777@trunk", "+15550777"),
        ("trunk/5550777", "5550777"),
        ("trunk/sip:5550777@198.51.100.7:5060", "5550777"),
        ("g0/5550777", "5550777"),
        ("i1/ww5550777/extended", "5550777"),
        ("mobile@follow-me/n", ""),
        ("", ""),
    ],
)
def test_the_number_in_a_dial_string(dial_string: str, number: str) -> None:
    assert dialled_number(dial_string) == number


@pytest.mark.parametrize(
    ("dial_string", "endpoint", "outside"),
    [
        ("5550777@carrier", "carrier", True),
        ("carrier/5550777", "carrier", True),
        ("101", "101", False),
        ("555010", "555010", False),
        ("101@branch", "branch", False),
        ("101/sip:48151623@10.0.0.7", "101", False),
    ],
)
def test_a_dial_string_alone_may_show_that_it_leads_outside(
    dial_string: str, endpoint: str, outside: bool
) -> None:
    assert dials_outside(dial_string, endpoint) is outside


class TestAudits:
    """Lists of all channels on a healthy link, held against those the tracker knows."""

    COMPLETE = event("CoreShowChannelsComplete")

    def tracker(self) -> CallTracker:
        tracker = CallTracker(InboundRule())
        feed(tracker, [self.COMPLETE, arrival()])
        return tracker

    def test_a_channel_that_one_list_lacks_may_have_been_born_meanwhile(self) -> None:
        tracker = self.tracker()
        listed = _listed(CALLER, "00:00:01", ChannelState="4")
        assert feed(tracker, [self.COMPLETE, listed, self.COMPLETE, self.COMPLETE]) == []

    def test_a_channel_that_two_lists_in_a_row_lack_is_gone(self) -> None:
        tracker = self.tracker()
        call = only(feed(tracker, [self.COMPLETE, self.COMPLETE]))
        assert call.outcome is Outcome.UNKNOWN
        assert tracker.remembers() == 0

    def test_a_hangup_still_under_way_is_waited_for(self) -> None:
        tracker = self.tracker()
        assert only(feed(tracker, [self.COMPLETE, END])).outcome is not Outcome.UNKNOWN

    def test_a_list_that_crossed_with_events_moves_nobody(self) -> None:
        tracker = self.tracker()
        feed(tracker, TALK)
        stale = [_listed(who, "00:00:01", ChannelState="6") for who in (CALLER, PHONE)]
        feed(tracker, [*stale, self.COMPLETE, *NOTHING_MORE])
        assert only(feed(tracker, [END])).lost_in is LostIn.NOWHERE

    @pytest.mark.parametrize(("age", "unheard_of"), [("00:00:20", True), ("00:00:01", False)])
    def test_an_old_channel_nobody_told_of_shows_that_events_do_not_reach_us(
        self, age: str, unheard_of: bool
    ) -> None:
        tracker = CallTracker(InboundRule())
        feed(tracker, [self.COMPLETE, _listed(CALLER, age), self.COMPLETE])
        assert tracker.unheard_of is unheard_of

    def test_a_young_channel_that_is_still_unheard_of_when_it_is_old_shows_it_too(self) -> None:
        tracker = CallTracker(InboundRule())
        feed(tracker, [self.COMPLETE, _listed(CALLER, "00:00:01"), self.COMPLETE])
        feed(tracker, [_listed(CALLER, "00:00:06"), self.COMPLETE])
        assert tracker.unheard_of


class TestPartlyUnseen:
    """Nobody listened for a while: whom the caller spoke with then is not known."""

    COMPLETE = event("CoreShowChannelsComplete")

    def test_a_call_that_was_under_way_at_the_login(self) -> None:
        tracker = CallTracker(InboundRule())
        listed = _listed(CALLER, "00:00:09", ChannelState="4", Context="from-trunk")
        assert only(feed(tracker, [listed, self.COMPLETE, END])).partly_unseen

    def test_a_call_during_which_the_link_was_lost(self) -> None:
        tracker = CallTracker(InboundRule())
        feed(tracker, [self.COMPLETE, arrival()])
        tracker.link_lost()
        listed = _listed(CALLER, "00:00:09", ChannelState="4")
        assert only(feed(tracker, [listed, self.COMPLETE, END])).partly_unseen

    def test_a_call_that_was_heard_from_its_beginning_is_not(self) -> None:
        tracker = CallTracker(InboundRule())
        assert not only(feed(tracker, [self.COMPLETE, arrival(), END])).partly_unseen


def test_a_half_that_is_joined_anew_leaves_its_former_half() -> None:
    third = {"Channel": "Local/103@ext-0b;2", "Uniqueid": "1.6", "Linkedid": "1.1"}
    joined_anew = event(
        "LocalBridge", LocalOneUniqueid="1.4", LocalTwoUniqueid="1.6", LocalOneLinkedid="1.1"
    )
    gone = (hangup(HALF_1), born(PHONE), enters(PHONE, "b"), enters(HALF_2, "b"))
    story = (born(HALF_1), born(HALF_2), born(third), joined_anew, *gone)
    assert not only(track(arrival(), *story, END)).person_reached


def test_two_callers_parked_side_by_side_share_no_phone() -> None:
    """Asterisk gives those who share a bridge one Linkedid, even where they hear music only."""
    other = {"Channel": "PJSIP/provider-09", "Uniqueid": "9.1", "Linkedid": "1.1"}
    rung_back = event("DialBegin", other, **{f"Dest{name}": value for name, value in PHONE.items()})
    born_apart = arrival({**other, "Linkedid": "9.1"}, number="5550199")
    parked = [enters(who, "lot", "holding_bridge") for who in (CALLER, other)]
    calls = track(arrival(), born_apart, *parked, rung_back, event("HangupRequest", CALLER), END)
    assert only(calls).rang == ()


def test_now_is_the_tracker_owners_clock() -> None:
    later = datetime(2031, 1, 1, tzinfo=NOW.tzinfo)
    tracker = CallTracker(InboundRule())
    feed(tracker, [arrival()])
    (call,) = tracker.feed(END, later)
    assert getattr(call, "ended_at", None) == later
