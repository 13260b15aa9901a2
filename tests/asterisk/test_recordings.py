"""Recordings of real Asterisk 16 and 22 are judged as their index says."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.asterisk.ami import feed, findings, only
from textback.asterisk.events import Event, Shutdown
from textback.asterisk.frames import FrameReader, recorded
from textback.asterisk.inbound import InboundRule
from textback.asterisk.reading import read_event
from textback.asterisk.tracker import CallTracker
from textback.cli.replay import line, replay
from textback.core.calls import CallEnded, OutboundEnded, Voicemail, VoicemailReached

RECORDINGS = Path(__file__).parents[1] / "fixtures" / "ami"

# The trunk passed a withheld number on as if it were shown; the dialplan never made the PBX say
# otherwise. No event differs from an ordinary call: only asking (Getvar) would tell.
NO_SIGN_OF_PRIVACY = "anonymous_with_pai_noanswer"
OF_TWO_CALLS = {"same_caller_twice_second_answered", "two_simultaneous"}

Row = Mapping[str, str]


def _rows() -> list[Row]:
    with (RECORDINGS / "INDEX.tsv").open(encoding="utf-8", newline="") as index:
        return list(csv.DictReader(index, delimiter="\t"))


def _cases() -> Iterator[object]:
    undecidable = pytest.mark.xfail(strict=True, reason="the recording has no sign of the privacy")
    for version, row in _recorded():
        marks = [undecidable] if row["scenario"] == NO_SIGN_OF_PRIVACY else []
        yield pytest.param(version, row, id=f"{version}-{row['scenario']}", marks=marks)


def _recorded() -> Iterator[tuple[str, Row]]:
    for row in _rows():
        # Asterisk 22 has no chan_sip.
        for version in ("16",) if row["scenario"].startswith("chan_sip_") else ("16", "22"):
            yield version, row


def _replay(*arguments: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(replay, list(arguments), input=stdin)


def _judged(version: str, scenario: str) -> list[dict[str, object]]:
    result = _replay(str(RECORDINGS / version / f"{scenario}.ami"))
    assert result.exit_code == 0, result.output
    return [json.loads(text) for text in result.stdout.splitlines()]


@pytest.mark.parametrize(("version", "row"), list(_cases()))
def test_a_recording_is_judged_as_the_index_says(version: str, row: Row) -> None:
    calls = _judged(version, row["scenario"])
    if row["why"] in ("internal call", "outbound call"):
        assert calls == []
        return
    # Of two calls in a recording, the index speaks of the one whose number it names, or the last.
    call = next(c for c in reversed(calls) if c["caller"] == row["caller"])
    assert len(calls) == (2 if row["scenario"] in OF_TWO_CALLS else 1)
    assert call["did"] == row["did"]
    assert call["person_reached"] is (row["person_reached"] == "yes")
    assert call["would_text"] is (row["text_expected"] == "yes")


@pytest.mark.parametrize("version", ["16", "22"])
@given(random=st.randoms(use_true_random=False))
@settings(max_examples=10, deadline=None)
def test_calls_that_go_on_at_once_are_judged_as_they_are_alone(
    version: str, random: Random
) -> None:
    recordings = random.sample(sorted((RECORDINGS / version).glob("*.ami")), 12)
    stories = [_events(path) for path in recordings if not path.name.startswith("listener_")]
    alone = [verdict for story in stories for verdict in _verdicts(story)]
    assert sorted(_verdicts(_interleaved(stories, random))) == sorted(alone)


def _events(path: Path) -> list[Event]:
    events = (
        read_event(frame) for frame in FrameReader().feed(recorded(path.read_bytes()) + b"\n\n")
    )
    return [event for event in events if event is not None and not isinstance(event, Shutdown)]


def _interleaved(stories: list[list[Event]], random: Random) -> list[Event]:
    turns = [index for index, story in enumerate(stories) for _ in story]
    random.shuffle(turns)
    tellers = [iter(story) for story in stories]
    return [next(tellers[index]) for index in turns]


def _verdicts(events: list[Event]) -> list[str]:
    tracker = CallTracker(InboundRule())
    calls = feed(tracker, events)
    assert tracker.live_channels == 0
    return [json.dumps(line(call)) for call in calls]


@pytest.mark.parametrize("version", ["16", "22"])
class TestDetails:
    @pytest.mark.parametrize(
        ("scenario", "outcome"),
        [
            ("phone_busy", "busy"),
            ("ringgroup_all_busy", "busy"),
            ("dialplan_busy", "busy"),
            ("caller_hangs_up_ringing", "abandoned"),
            ("ivr_hangup", "abandoned"),
            ("queue_abandoned", "abandoned"),
            ("ring_noanswer_hangup", "no_answer"),
            ("phone_unregistered", "no_answer"),
            ("afterhours_announcement", "closed"),
            ("queue_timeout_voicemail", "voicemail"),
            ("answered_by_phone", "answered"),
        ],
    )
    def test_the_outcome_says_how_the_call_ended(
        self, version: str, scenario: str, outcome: str
    ) -> None:
        assert [call["outcome"] for call in _judged(version, scenario)] == [outcome]

    @pytest.mark.parametrize(
        ("scenario", "voicemail"),
        [
            ("noanswer_voicemail_left", "left"),
            ("noanswer_voicemail_hangup_before_beep", "entered"),
            ("ringgroup_local_member_voicemail", "entered"),
            ("ring_noanswer_hangup", "none"),
        ],
    )
    def test_voicemail_is_told_apart(self, version: str, scenario: str, voicemail: str) -> None:
        assert [call["voicemail"] for call in _judged(version, scenario)] == [voicemail]

    def test_of_a_caller_who_tries_twice_only_the_first_call_was_missed(self, version: str) -> None:
        calls = _judged(version, "same_caller_twice_second_answered")
        assert [call["would_text"] for call in calls] == [True, False]

    def test_of_two_callers_at_once_only_one_was_missed(self, version: str) -> None:
        calls = _judged(version, "two_simultaneous")
        assert {c["caller"]: c["would_text"] for c in calls} == {"5550100": False, "5550200": True}


@pytest.mark.parametrize("version", ["16", "22"])
@pytest.mark.parametrize(
    ("scenario", "lost_in", "answered_by", "forwarded"),
    [
        ("answered_by_phone", "", "PJSIP/101", False),
        ("attended_transfer", "", "PJSIP/101", False),
        ("atxfer_feature_completed", "", "PJSIP/101", False),
        ("blonde_feature_answered", "", "PJSIP/101", False),
        ("blind_transfer_noanswer", "transfer", "PJSIP/101", False),
        ("blind_to_unregistered", "transfer", "PJSIP/101", False),
        ("blind_to_voicemail", "transfer", "PJSIP/101", False),
        ("redirected_to_voicemail", "transfer", "PJSIP/101", False),
        ("blind_to_mobile_answered", "", "PJSIP/101", False),
        ("call_pickup_star8", "", "PJSIP/102", False),
        ("pickup_by_originated_phone", "", "PJSIP/102", False),
        ("parked_abandoned", "parking", "PJSIP/101", False),
        ("parked_retrieved", "", "PJSIP/101", False),
        ("forward_mobile_answered", "", "PJSIP/trunk", True),
        ("followme_confirmed", "", "PJSIP/trunk", True),
        ("conference_with_staff", "", "PJSIP/101", False),
        ("conference_alone", "menu", "", False),
        ("listener_midcall_talking", "", "PJSIP/101", False),
        ("listener_midcall_ringing", "ringing", "", False),
        ("noanswer_voicemail_left", "voicemail", "", False),
    ],
)
def test_who_answered_and_where_the_call_was_lost(
    version: str, scenario: str, lost_in: str, answered_by: str, forwarded: bool
) -> None:
    call = only(feed(CallTracker(InboundRule()), _events(RECORDINGS / version / f"{scenario}.ami")))
    assert (call.lost_in, call.answered_by, call.forwarded) == (lost_in, answered_by, forwarded)


@pytest.mark.parametrize(
    ("scenario", "outcome", "lost_in", "answered_by", "queue"),
    [
        ("caller_hangs_up_ringing", "abandoned", "ringing", "", ""),
        ("busy", "busy", "ringing", "", ""),
        ("menu_hangup", "abandoned", "menu", "", ""),
        ("queue_abandoned", "abandoned", "queue", "", "phones"),
        ("queue_local_answered", "answered", "", "SIP/101", "extensions"),
        ("queue_member_voicemail", "voicemail", "voicemail", "", "voicemail"),
        ("ringgroup_local_answered", "answered", "", "SIP/102", ""),
        ("refer_answered", "answered", "", "SIP/101", ""),
        ("refer_noanswer", "answered", "transfer", "SIP/101", ""),
        ("attended_feature_answered", "answered", "", "SIP/101", ""),
        ("parked_abandoned", "answered", "parking", "SIP/101", ""),
        ("pickup", "answered", "", "SIP/102", ""),
    ],
)
def test_calls_through_chan_sip_are_told_as_those_through_pjsip(
    scenario: str, outcome: str, lost_in: str, answered_by: str, queue: str
) -> None:
    events = _events(RECORDINGS / "16" / f"chan_sip_{scenario}.ami")
    call = only(feed(CallTracker(InboundRule()), events))
    assert (call.outcome, call.lost_in, call.answered_by, call.queue) == (
        *(outcome, lost_in, answered_by, queue),
    )


@pytest.mark.parametrize("version", ["16", "22"])
@pytest.mark.parametrize(
    ("scenario", "answered"),
    [
        ("outbound_answered", True),
        ("outbound_unanswered", False),
        ("originate_outbound_answered", True),
        ("originate_outbound_unanswered", False),
        ("originate_local_outbound_answered", True),
        ("originate_local_optimised_outbound_answered", True),
        ("originate_trunk_then_phone_answered", True),
        ("outbound_attended_to_colleague", True),
    ],
)
def test_a_call_of_the_office_to_outside_is_found(
    version: str, scenario: str, answered: bool
) -> None:
    found = findings(CallTracker(InboundRule()), _events(RECORDINGS / version / f"{scenario}.ami"))
    (call,) = [each for each in found if isinstance(each, OutboundEnded)]
    assert (call.number, call.by) == ("5550777", "PJSIP/101")
    assert (call.answered_at is not None) is answered


@pytest.mark.parametrize(
    ("version", "row"),
    [pytest.param(v, row, id=f"{v}-{row['scenario']}") for v, row in _recorded()],
)
def test_voicemail_is_told_of_before_the_end_of_the_calls_that_went_there(
    version: str, row: Row
) -> None:
    events = _events(RECORDINGS / version / f"{row['scenario']}.ami")
    entries: set[str] = set()
    for found in findings(CallTracker(InboundRule()), events):
        if isinstance(found, VoicemailReached):
            entries.add(found.call.uniqueid)
        elif isinstance(found, CallEnded):
            assert (found.voicemail is not Voicemail.NONE) is (found.uniqueid in entries)


class TestTheCommand:
    def test_reads_standard_input(self) -> None:
        recording = (RECORDINGS / "22" / "phone_busy.ami").read_bytes()
        assert json.loads(_replay("-", stdin=recording).stdout)["outcome"] == "busy"

    def test_a_second_login_in_a_recording_begins_with_a_new_snapshot(self) -> None:
        ringing = (RECORDINGS / "22" / "phone_busy.ami").read_bytes().partition(b"Event: Hangup")[0]
        after = (RECORDINGS / "22" / "listener_midcall_talking.ami").read_bytes()
        again = b"Asterisk Call Manager/11.0.0\r\n" + after.partition(b"Manager/")[2]
        calls = [
            json.loads(text)
            for text in _replay("-", stdin=ringing + again).output.split("\n")
            if text
        ]
        assert [call["outcome"] for call in calls] == ["unknown", "answered"]

    def test_takes_several_files(self) -> None:
        names = [str(RECORDINGS / "22" / f"{name}.ami") for name in ("phone_busy", "ivr_hangup")]
        assert len(_replay(*names).stdout.splitlines()) == 2

    def test_prints_exactly_the_fields_others_rely_on(self) -> None:
        assert list(_judged("22", "phone_busy")[0]) == [
            "uniqueid",
            "linkedid",
            "caller",
            "did",
            "outcome",
            "person_reached",
            "voicemail",
            "would_text",
            "reason",
        ]

    def test_listens_to_the_contexts_it_is_given_only(self) -> None:
        name = str(RECORDINGS / "22" / "phone_busy.ami")
        assert _replay(name, "--inbound", "from-elsewhere").stdout == ""
        assert _replay(name, "--inbound", "from-tr*").stdout != ""

    def test_says_which_file_cannot_be_read(self, tmp_path: Path) -> None:
        result = _replay(str(tmp_path / "none.ami"))
        assert result.exit_code == 66
        assert "none.ami" in result.stderr
        assert "No such file" in result.stderr

    def test_says_when_a_file_is_no_ami_at_all(self, tmp_path: Path) -> None:
        other = tmp_path / "letter.ami"
        other.write_text("Dear Asterisk,\n\nhow are you?\n")
        result = _replay(str(other))
        assert result.exit_code == 65
        assert "letter.ami" in result.stderr

    def test_has_an_example_in_its_help(self) -> None:
        assert "Example: textback replay" in _replay("--help").stdout
