"""What real Asterisk 16 and 22 wrote down of the recorded calls is judged as its AMI stream was."""

import csv
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from textback.asterisk.catch_up.source import open_source
from textback.asterisk.catch_up.times import born_at
from textback.asterisk.inbound import InboundRule
from textback.asterisk.reading import to_event
from textback.asterisk.simulator.recording import recorded_events
from textback.asterisk.tracker import CallTracker
from textback.core.calls import CallEnded, Voicemail

RECORDED = Path(__file__).parent / "recorded"
AMI = Path(__file__).parents[2] / "fixtures" / "ami"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
MUCH_LATER = datetime(2036, 1, 1, tzinfo=UTC)
INBOUND = InboundRule(trunks=("PJSIP/trunk-",))

# The mobile took the call but its owner never pressed 1: CDR says ANSWERED all the same on 16.
ONLY_CEL_KNOWS = "followme_not_confirmed"

# CEL and CDR were written down with the AMI streams of that day; newer streams have none here.
RECORDED_UNTIL = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)

Calls = Mapping[str, CallEnded]


@pytest.fixture(scope="module", params=["16", "22"])
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def live(version: str) -> Mapping[str, tuple[str, CallEnded]]:
    """By uniqueid, what the tracker made of the AMI stream, and in which recording."""
    return {
        call.uniqueid: (path.stem, call)
        for path in sorted((AMI / version).glob("*.ami"))
        for call in _tracked(path)
        if not path.stem.startswith("pbx_stop")  # lost on the air, written down in full
        and (born_at(call.uniqueid) or LONG_AGO) < RECORDED_UNTIL
    }


def _tracked(path: Path) -> Iterator[CallEnded]:
    tracker = CallTracker(InboundRule())
    for headers in recorded_events(path, None):
        event = to_event(headers)
        findings = tracker.feed(event, LONG_AGO) if event else ()
        yield from (each for each in findings if isinstance(each, CallEnded))


def _read(name: str) -> Calls:
    source = open_source(f"csv:{RECORDED / name}")
    found = source.calls(LONG_AGO, MUCH_LATER, INBOUND)
    return {call.uniqueid: call for call in found if isinstance(call, CallEnded)}


class TestCel:
    def test_finds_exactly_the_calls_that_were_heard(
        self, version: str, live: Mapping[str, tuple[str, CallEnded]]
    ) -> None:
        assert live.keys() <= _read(f"cel-{version}.csv").keys()

    @pytest.mark.parametrize(
        "fact",
        [
            "caller",
            "did",
            "person_reached",
            "outcome",
            "lost_in",
            "answered_by",
            "forwarded",
            "trunk",
        ],
    )
    def test_says_the_same_as_the_live_tracker(
        self, version: str, live: Mapping[str, tuple[str, CallEnded]], fact: str
    ) -> None:
        found = _read(f"cel-{version}.csv")
        comparable = {
            key: (name, call)
            for key, (name, call) in live.items()
            if not (found[key].queue and not call.queue)  # this stream does not tell of queues
        }
        heard = {name: getattr(call, fact) for name, call in comparable.values()}
        told = {name: getattr(found[key], fact) for key, (name, _) in comparable.items()}
        assert len(comparable) > 40
        assert told == heard

    def test_names_the_queue(self, version: str, live: Mapping[str, tuple[str, CallEnded]]) -> None:
        found = _read(f"cel-{version}.csv")
        queues = {name: found[key].queue for key, (name, _) in live.items()}
        assert {name: queue for name, queue in queues.items() if queue} == {
            "queue_abandoned": "support",
            "queue_answered": "support",
            "queue_timeout_voicemail": "support",
            "queue_local_answered": "supportlocal",
        }

    def test_cannot_know_whether_a_message_was_left(
        self, version: str, live: Mapping[str, tuple[str, CallEnded]]
    ) -> None:
        found = _read(f"cel-{version}.csv")
        for uniqueid, (_, call) in live.items():
            reached = call.voicemail is not Voicemail.NONE
            assert found[uniqueid].voicemail is (Voicemail.ENTERED if reached else Voicemail.NONE)

    def test_dates_a_call_by_its_uniqueid(self, version: str) -> None:
        for call in _read(f"cel-{version}.csv").values():
            assert call.started_at.timestamp() == int(call.uniqueid.partition(".")[0])
            assert timedelta() <= call.ended_at - call.started_at < timedelta(minutes=1)


class TestCdr:
    def test_finds_every_call_that_was_heard(
        self, version: str, live: Mapping[str, tuple[str, CallEnded]]
    ) -> None:
        assert live.keys() <= _read(f"cdr-{version}.csv").keys()

    def test_tells_who_reached_a_person_from_who_did_not(
        self, version: str, live: Mapping[str, tuple[str, CallEnded]]
    ) -> None:
        found = _read(f"cdr-{version}.csv")
        heard = {name: call.person_reached for name, call in live.values()}
        told = {name: found[key].person_reached for key, (name, _) in live.items()}
        assert {name for name in heard if heard[name] != told[name]} <= {ONLY_CEL_KNOWS}

    def test_does_so_without_linkedids_too(self, version: str, tmp_path: Path) -> None:
        with (RECORDED / f"cdr-{version}.csv").open(encoding="utf-8", newline="") as file:
            rows = [row[:17] for row in csv.reader(file)]
        older = tmp_path / "Master.csv"
        with older.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
        source = open_source(f"csv:{older}")
        calls = source.calls(LONG_AGO, MUCH_LATER, INBOUND)
        found = {c.uniqueid: c for c in calls if isinstance(c, CallEnded)}
        for uniqueid, call in _read(f"cdr-{version}.csv").items():
            assert found[uniqueid].person_reached is call.person_reached

    def test_sees_voicemail(self, version: str, live: Mapping[str, tuple[str, CallEnded]]) -> None:
        found = _read(f"cdr-{version}.csv")
        for uniqueid, (_, call) in live.items():
            if not call.person_reached and not found[uniqueid].person_reached:
                reached = found[uniqueid].voicemail is not Voicemail.NONE
                assert reached is (call.voicemail is not Voicemail.NONE)
