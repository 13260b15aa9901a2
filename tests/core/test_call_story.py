"""A call's events become steps, and steps become words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textback.core.call_steps import OUTSIDE, Did, Step, StepFollower, steps_of
from textback.core.call_story import now, story

CALLER = {"Channel": "PJSIP/trunk-01", "Uniqueid": "1.1", "Linkedid": "1.1"}
PHONE = {"Channel": "PJSIP/101-02", "Uniqueid": "1.2", "Linkedid": "1.1"}
COLLEAGUE = {"Channel": "PJSIP/103-03", "Uniqueid": "1.3", "Linkedid": "1.1"}
MOBILE = {"Channel": "PJSIP/trunk-04", "Uniqueid": "1.4", "Linkedid": "1.1"}
HALF_1 = {"Channel": "Local/101@ext-0a;1", "Uniqueid": "1.5", "Linkedid": "1.1"}
HALF_2 = {"Channel": "Local/101@ext-0a;2", "Uniqueid": "1.6", "Linkedid": "1.1"}

Headers = dict[str, str]


def event(name: str, channel: Headers, **more: str) -> Headers:
    return {"Event": name, **channel, **more}


ARRIVAL = event("Newchannel", CALLER, ChannelStateDesc="Ring", CallerIDNum="5550100", Exten="2001")


def rings(phone: Headers) -> Headers:
    return event("Newstate", phone, ChannelStateDesc="Ringing")


def enters(channel: Headers, bridge: str, count: int, technology: str = "simple_bridge") -> Headers:
    more = {"BridgeTechnology": technology, "BridgeNumChannels": str(count)}
    return event("BridgeEnter", channel, BridgeUniqueid=bridge, **more)


def leaves(channel: Headers, bridge: str) -> Headers:
    return event("BridgeLeave", channel, BridgeUniqueid=bridge)


def dial_ends(phone: Headers, status: str) -> Headers:
    destination = {f"Dest{name}": value for name, value in phone.items()}
    return event("DialEnd", CALLER, DialStatus=status, **destination)


def told(*events: Headers) -> list[str]:
    return [line.words for line in story(steps_of([ARRIVAL, *events]))]


class TestSteps:
    def test_without_events_there_are_none(self) -> None:
        assert steps_of([]) == []

    def test_the_first_is_the_callers_arrival(self) -> None:
        assert steps_of([ARRIVAL]) == [Step(Did.CAME, "2001", "5550100")]

    def test_a_person_is_met_behind_a_local_channel(self) -> None:
        events = [ARRIVAL, enters(PHONE, "a", 1), enters(HALF_2, "a", 2), enters(HALF_1, "b", 1)]
        steps = steps_of([*events, enters(CALLER, "b", 2)])
        assert steps[-1] == Step(Did.TALKS, "101")

    def test_the_far_half_of_a_local_channel_alone_is_nobody(self) -> None:
        events = [ARRIVAL, event("Newstate", HALF_2), enters(HALF_1, "b", 1)]
        steps = steps_of([*events, enters(CALLER, "b", 2)])
        assert Did.TALKS not in {step.did for step in steps}

    def test_nobody_is_met_where_the_caller_is_parked(self) -> None:
        events = [ARRIVAL, enters(COLLEAGUE, "p", 1, "holding_bridge")]
        steps = steps_of([*events, enters(CALLER, "p", 2, "holding_bridge")])
        assert [step.did for step in steps] == [Did.CAME, Did.IS_PARKED]

    def test_a_bridge_with_somebody_unheard_of_is_a_talk_with_a_colleague(self) -> None:
        steps = steps_of([ARRIVAL, enters(CALLER, "b", 2)])
        assert steps[-1] == Step(Did.TALKS, "a colleague")

    def test_alone_in_a_conference_room_nobody_is_met(self) -> None:
        steps = steps_of([ARRIVAL, enters(CALLER, "room", 2, "softmix")])
        assert [step.did for step in steps] == [Did.CAME]
        steps = steps_of([ARRIVAL, enters(CALLER, "room", 3, "softmix")])
        assert steps[-1] == Step(Did.TALKS, "a colleague")

    def test_over_the_callers_own_trunk_it_is_somebody_outside(self) -> None:
        assert steps_of([ARRIVAL, rings(MOBILE)])[-1] == Step(Did.RINGS, OUTSIDE)

    def test_their_times_count_from_the_first_event(self) -> None:
        events = [{**ARRIVAL, "Timestamp": "1763924700.25"}, {**rings(PHONE), "Timestamp": "oops"}]
        events.append({**dial_ends(PHONE, "BUSY"), "Timestamp": "1763924702.75"})
        assert [step.at for step in steps_of(events)] == [0.0, None, 2.5]

    def test_after_the_caller_has_hung_up_phones_are_of_no_interest(self) -> None:
        hung_up = event("HangupRequest", CALLER)
        steps = steps_of([ARRIVAL, rings(PHONE), hung_up, dial_ends(PHONE, "CANCEL")])
        assert steps[-1] == Step(Did.HANGS_UP)

    @given(st.lists(st.dictionaries(st.sampled_from([*ARRIVAL, "Timestamp"]), st.text())))
    def test_odd_events_never_raise(self, events: list[Headers]) -> None:
        for name in ("Newstate", "BridgeEnter", "DialEnd", "Hangup"):
            follower = StepFollower("1.1")
            steps = [s for e in events for s in follower.take({**e, "Event": name})]
            assert len(story(steps)) <= len(steps) + 1


class TestTheStory:
    def test_sums_up_phones_that_rang_together(self) -> None:
        ended = [dial_ends(PHONE, "NOANSWER"), dial_ends(COLLEAGUE, "NOANSWER")]
        assert told(rings(PHONE), rings(COLLEAGUE), *ended) == ["Rang 101 and 103, nobody answered"]

    def test_names_busy_phones(self) -> None:
        assert told(dial_ends(PHONE, "BUSY")) == ["101 was busy"]
        both = told(dial_ends(PHONE, "BUSY"), dial_ends(COLLEAGUE, "BUSY"))
        assert both == ["101 and 103 were busy"]

    def test_of_a_call_that_rang_nowhere_says_so(self) -> None:
        end = event("Hangup", CALLER)
        assert told(end) == ["No phone rang", "The phone system ended the call"]

    def test_a_talk_goes_on_when_a_local_channel_leaves(self) -> None:
        talk = [enters(PHONE, "a", 1), enters(CALLER, "a", 2)]
        again = [leaves(PHONE, "a"), enters(PHONE, "a", 2)]
        assert told(*talk, *again) == ["Spoke with 101"]

    def test_says_who_hung_up(self) -> None:
        talk = [enters(PHONE, "a", 1), enters(CALLER, "a", 2)]
        office = [leaves(PHONE, "a"), event("Hangup", CALLER)]
        assert told(*talk, *office)[-1] == "The office hung up"
        assert told(*talk, event("HangupRequest", CALLER))[-1] == "The caller hung up"

    def test_puts_a_message_before_the_hang_up_that_ended_it(self) -> None:
        entered = event("Newexten", CALLER, Application="VoiceMail", AppData="101@default,u")
        left = event("MessageWaiting", CALLER, Mailbox="101@default", Waiting="1")
        lines = told(entered, event("HangupRequest", CALLER), left)
        assert lines == ["Entered voicemail 101", "Left a message", "The caller hung up"]

    def test_a_call_fetched_from_another_phone_was_not_answered_by_the_phone_system(self) -> None:
        up = event("Newstate", CALLER, ChannelStateDesc="Up")
        assert told(up, enters(CALLER, "a", 2)) == ["Spoke with a colleague"]

    @pytest.mark.parametrize(
        ("seconds", "words"),
        [(0.2, "less than a second"), (18.4, "18 s"), (60, "1 min 0 s"), (125, "2 min 5 s")],
    )
    def test_says_how_long_a_talk_was(self, seconds: float, words: str) -> None:
        steps = [Step(Did.TALKS, "101", at=3.0), Step(Did.PARTS, "101", at=3.0 + seconds)]
        assert story(steps)[0].words == f"Spoke with 101 for {words}"


@pytest.mark.parametrize("did", Did)
def test_every_step_has_words_for_the_moment(did: Did) -> None:
    said = now(Step(did, "101", "NOANSWER"))
    assert said
    assert "{" not in said
