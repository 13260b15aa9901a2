"""Each scenario of the simulated PBX is the call that its description says."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from textback.asterisk.inbound import InboundRule
from textback.asterisk.reading import to_event
from textback.asterisk.simulator import scenarios
from textback.asterisk.simulator.call import SimulatedCall
from textback.asterisk.simulator.channels import Headers
from textback.asterisk.simulator.exchange import Numbers
from textback.asterisk.simulator.recording import recorded_events
from textback.asterisk.simulator.script import parse_scenario, scenario
from textback.asterisk.simulator.steps import STEPS
from textback.asterisk.tracker import CallTracker
from textback.core.calls import CallEnded, Finding, LostIn, OutboundEnded, Outcome

RECORDINGS = Path(__file__).parents[1] / "fixtures" / "ami" / "22"
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

INBOUND = {
    "no-answer": (Outcome.NO_ANSWER, LostIn.RINGING),
    "voicemail": (Outcome.VOICEMAIL, LostIn.VOICEMAIL),
    "voicemail-hangup": (Outcome.VOICEMAIL, LostIn.VOICEMAIL),
    "hangup-ringing": (Outcome.ABANDONED, LostIn.RINGING),
    "answered": (Outcome.ANSWERED, LostIn.NOWHERE),
    "busy": (Outcome.BUSY, LostIn.RINGING),
    "very-short": (Outcome.ABANDONED, LostIn.RINGING),
    "group": (Outcome.NO_ANSWER, LostIn.RINGING),
    "group-answered": (Outcome.ANSWERED, LostIn.NOWHERE),
    "queue": (Outcome.ABANDONED, LostIn.QUEUE),
    "queue-answered": (Outcome.ANSWERED, LostIn.NOWHERE),
    "queue-timeout": (Outcome.VOICEMAIL, LostIn.VOICEMAIL),
    "queue-member-voicemail": (Outcome.VOICEMAIL, LostIn.VOICEMAIL),
    "menu-hangup": (Outcome.ABANDONED, LostIn.MENU),
    "menu-no-answer": (Outcome.NO_ANSWER, LostIn.RINGING),
    "menu-answered": (Outcome.ANSWERED, LostIn.NOWHERE),
    "welcome": (Outcome.NO_ANSWER, LostIn.RINGING),
    "announcement": (Outcome.CLOSED, LostIn.ANNOUNCEMENT),
    "after-hours-voicemail": (Outcome.VOICEMAIL, LostIn.VOICEMAIL),
    "transfer": (Outcome.ANSWERED, LostIn.NOWHERE),
    "attended-transfer": (Outcome.ANSWERED, LostIn.NOWHERE),
    "transfer-while-ringing": (Outcome.ANSWERED, LostIn.NOWHERE),
    "lost-in-transfer": (Outcome.ANSWERED, LostIn.TRANSFER),
    "lost-while-ringing": (Outcome.ANSWERED, LostIn.TRANSFER),
    "pick-up": (Outcome.ANSWERED, LostIn.NOWHERE),
    "parked": (Outcome.ANSWERED, LostIn.NOWHERE),
    "parked-abandoned": (Outcome.ANSWERED, LostIn.PARKING),
    "conference": (Outcome.ANSWERED, LostIn.NOWHERE),
    "conference-alone": (Outcome.ABANDONED, LostIn.MENU),
    "mobile": (Outcome.ANSWERED, LostIn.NOWHERE),
    "mobile-no-answer": (Outcome.NO_ANSWER, LostIn.RINGING),
    "follow-me": (Outcome.ANSWERED, LostIn.NOWHERE),
    "follow-me-not-taken": (Outcome.VOICEMAIL, LostIn.VOICEMAIL),
    "two-at-once": (Outcome.ANSWERED, LostIn.NOWHERE),
    "withheld": (Outcome.NO_ANSWER, LostIn.RINGING),
    "anonymous": (Outcome.NO_ANSWER, LostIn.RINGING),
    "withheld-unmarked": (Outcome.NO_ANSWER, LostIn.RINGING),
    "withheld-freepbx": (Outcome.NO_ANSWER, LostIn.RINGING),
    "unreachable": (Outcome.NO_ANSWER, LostIn.NOWHERE),
    "busy-tone": (Outcome.BUSY, LostIn.NOWHERE),
    "restart": (Outcome.NO_ANSWER, LostIn.RINGING),
    "chan-sip": (Outcome.NO_ANSWER, LostIn.RINGING),
    "chan-sip-hangup": (Outcome.ABANDONED, LostIn.RINGING),
    "freepbx": (Outcome.VOICEMAIL, LostIn.VOICEMAIL),
}
OUTBOUND = {"call-back": True, "call-back-no-answer": False, "click-to-call": True}

# Scenarios of which there is a recording of the same shape: as many phones, the same one hangs up.
RECORDED = {
    "no-answer": "ring_noanswer_hangup",
    "voicemail-hangup": "noanswer_voicemail_hangup_before_beep",
    "hangup-ringing": "caller_hangs_up_ringing",
    "very-short": "very_short_ringing",
    "menu-hangup": "ivr_hangup",
    "announcement": "afterhours_announcement",
    "attended-transfer": "attended_transfer",
    "lost-in-transfer": "blind_transfer_noanswer",
    "pick-up": "call_pickup_star8",
    "parked": "parked_retrieved",
    "parked-abandoned": "parked_abandoned",
    "conference-alone": "conference_alone",
    "mobile": "forward_mobile_answered",
    "follow-me": "followme_confirmed",
    "follow-me-not-taken": "followme_not_confirmed",
    "call-back-no-answer": "outbound_unanswered",
    "click-to-call": "originate_outbound_answered",
    "unreachable": "phone_unregistered",
    "restart": "pbx_stop_now_ringing",
}
# Not asked for in the recordings, or not played by the simulator.
ELSEWHERE = {
    "ConfbridgeStart",
    "ConfbridgeJoin",
    "BridgeCreate",
    "NewCallerid",
    "FullyBooted",
    "Cdr",
}


def _events(name: str) -> list[Headers]:
    """What one call of a scenario says on AMI; the pauses and a second call are left out."""
    said: list[Headers] = []
    call = SimulatedCall(
        "+12125550123", "+12125550100", Numbers(1763924700), said.append, lambda *_: None
    )
    for step in scenario(name).steps:
        if step.verb in STEPS:
            STEPS[step.verb](call, *step.arguments)
    return said


def _found(events: Iterable[Headers]) -> list[Finding]:
    tracker = CallTracker(InboundRule())
    typed = [event for headers in events if (event := to_event(headers)) is not None]
    found = [finding for event in typed for finding in tracker.feed(event, NOW)]
    assert tracker.live_channels == 0
    return found


def _first_channel(events: Iterable[Headers]) -> list[tuple[str, ...]]:
    """What is said of the channel that began the call."""
    told = [event for event in events if event["Event"] not in ELSEWHERE]
    first = next(event["Uniqueid"] for event in told if event["Event"] == "Newchannel")
    own = [event for event in told if event.get("Uniqueid") == first]
    return [(event["Event"], event["ChannelState"], event.get("BridgeType", "")) for event in own]


def test_every_scenario_is_in_one_of_the_tables() -> None:
    assert set(scenarios()) == INBOUND.keys() | OUTBOUND.keys()


@pytest.mark.parametrize("name", INBOUND)
def test_a_call_from_outside_ends_as_its_description_says(name: str) -> None:
    [call] = [found for found in _found(_events(name)) if isinstance(found, CallEnded)]
    assert (call.outcome, call.lost_in) == INBOUND[name]
    assert call.person_reached is (call.outcome is Outcome.ANSWERED)


@pytest.mark.parametrize("name", OUTBOUND)
def test_a_call_to_outside_is_answered_or_not_as_its_description_says(name: str) -> None:
    found = _found(_events(name))
    assert [call for call in found if isinstance(call, CallEnded)] == []
    [call] = [call for call in found if isinstance(call, OutboundEnded)]
    assert call.number == "+12125550123"
    assert (call.answered_at is not None) is OUTBOUND[name]


@pytest.mark.parametrize(("name", "recording"), RECORDED.items())
def test_a_scenario_says_what_a_real_asterisk_said(name: str, recording: str) -> None:
    real = recorded_events(RECORDINGS / f"{recording}.ami", None)
    assert _first_channel(_events(name)) == _first_channel(real)


def test_people_see_the_commonest_first() -> None:
    assert list(scenarios())[:3] == ["no-answer", "voicemail", "voicemail-hangup"]


def test_every_scenario_has_a_description_of_its_own() -> None:
    abouts = {found.about for found in scenarios().values()}
    assert len(abouts) == len(scenarios())


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        ("explode", "unknown step 'explode'"),
        ("take", "number of words after 'take'"),
        ("blind-transfer 101", "number of words after 'blind-transfer'"),
        ("also +12125550199", "number of words after 'also'"),
        ("wait long", "'long' is no number of seconds"),
    ],
)
def test_every_mistake_in_a_scenario_file_is_named_with_its_line(line: str, mistake: str) -> None:
    with pytest.raises(ValueError, match=f"mine, line 2: .*{re.escape(mistake)}"):
        parse_scenario("mine", f"about: x\n{line}\ncaller-hangs-up")
