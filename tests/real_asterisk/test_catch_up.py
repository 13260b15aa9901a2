"""Calls nobody listened to, on a real Asterisk: found afterwards in all that it writes down.

Asterisk runs with the very files of deploy/asterisk.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from textback.asterisk.catch_up.source import open_source
from textback.asterisk.inbound import InboundRule
from textback.core.calls import CallEnded, Outcome, Voicemail

from .pbx import RealAsterisk
from .raw_ami import RawAmi
from .sipp import BUSY, RINGS, answers
from .waiting import wait_until


@dataclass(frozen=True)
class Placed:
    """A call that was placed, and what became of it."""

    caller: str
    did: str
    outcome: Outcome
    voicemail: Voicemail = Voicemail.NONE


ANSWERED = Placed("+12125550101", "2001", Outcome.ANSWERED)
NOBODY = Placed("+12125550102", "2001", Outcome.NO_ANSWER)
GAVE_UP = Placed("+12125550103", "2001", Outcome.ABANDONED)
ALL_BUSY = Placed("+12125550104", "2001", Outcome.BUSY)
LEFT_TO_A_MACHINE = Placed("+12125550105", "2006", Outcome.VOICEMAIL, Voicemail.ENTERED)
IN_THE_QUEUE = Placed("+12125550106", "2004", Outcome.ABANDONED)
BY_LOCAL_CHANNELS = Placed("+12125550107", "2011", Outcome.ANSWERED)
AFTER_HOURS = Placed("+12125550108", "2007", Outcome.CLOSED)
UNREGISTERED = Placed("+12125550109", "2012", Outcome.NO_ANSWER)
ALL = (
    *(ANSWERED, NOBODY, GAVE_UP, ALL_BUSY, LEFT_TO_A_MACHINE, IN_THE_QUEUE, BY_LOCAL_CHANNELS),
    *(AFTER_HOURS, UNREGISTERED),
)
QUEUE = "phones"


@dataclass(frozen=True)
class History:
    """An Asterisk on which all those calls have ended, with nobody of ours listening."""

    since: datetime
    until: datetime
    folder: Path
    uniqueids: dict[str, str]  # by caller, as AMI showed them to a bystander

    def read(self, spec: str) -> list[CallEnded]:
        found = open_source(spec.format(log=self.folder)).calls(
            self.since, self.until, InboundRule(trunks=("PJSIP/trunk-",))
        )
        inbound = [call for call in found if isinstance(call, CallEnded)]
        return [call for call in inbound if call.uniqueid in self.uniqueids.values()]


@pytest.fixture(scope="module")
def history(asterisk: RealAsterisk) -> History:
    since = datetime.now(UTC) - timedelta(seconds=1)
    with RawAmi(asterisk) as bystander:
        _place_all(asterisk)
        bystander.read_calls(len(ALL))
    asterisk.end_calls()
    began = [event for event in bystander.events if event.get("Event") == "Newchannel"]
    folder = re.search(r"Log directory: *(\S+)", asterisk.console("core show settings"))
    assert folder is not None
    return History(
        since,
        datetime.now(UTC) + timedelta(seconds=2),
        Path(folder[1]),
        {e["CallerIDNum"]: e["Uniqueid"] for e in began if e["Uniqueid"] == e["Linkedid"]},
    )


def _place_all(asterisk: RealAsterisk) -> None:
    with asterisk.phone("101", answers(after=0.3)), asterisk.phone("102", BUSY):
        _place(asterisk, ANSWERED, hangup_after=1)
        _place(asterisk, BY_LOCAL_CHANNELS, hangup_after=1)
    with asterisk.phone("101", RINGS), asterisk.phone("102", RINGS):
        _place(asterisk, NOBODY)
        _place(asterisk, GAVE_UP, hangup_after=0.5)
        _place(asterisk, IN_THE_QUEUE, hangup_after=1)
    with asterisk.phone("101", BUSY):
        _place(asterisk, ALL_BUSY)
    _place(asterisk, LEFT_TO_A_MACHINE, hangup_after=2)
    _place(asterisk, AFTER_HOURS)
    _place(asterisk, UNREGISTERED)


def _place(asterisk: RealAsterisk, call: Placed, hangup_after: float | None = None) -> None:
    name = f'O\'Hara, "{call.outcome}" \\'  # a caller chooses his own name
    asterisk.place_call(call.caller, call.did, hangup_after=hangup_after, display_name=name).wait()


CEL = ("sqlite:///{log}/master.db", "csv:{log}/cel-custom/Master.csv")
CDR = ("sqlite:///{log}/master.db?table=cdr", "csv:{log}/cdr-csv/Master.csv")


@pytest.mark.parametrize("spec", [*CEL, *CDR])
class TestEverySource:
    def test_finds_every_call_once_and_no_other(self, history: History, spec: str) -> None:
        assert [call.caller for call in history.read(spec)] == _callers_as_placed(history)

    def test_judges_each_as_it_was(self, history: History, spec: str) -> None:
        judged = {call.caller: (call.outcome, call.voicemail) for call in history.read(spec)}
        assert judged == {call.caller: (call.outcome, call.voicemail) for call in ALL}

    def test_knows_them_by_the_uniqueids_that_ami_shows(self, history: History, spec: str) -> None:
        found = {call.caller: call.uniqueid for call in history.read(spec)}
        assert found == history.uniqueids

    def test_dates_them_in_the_time_in_which_they_were(self, history: History, spec: str) -> None:
        for call in history.read(spec):
            assert history.since <= call.started_at <= call.ended_at <= history.until

    def test_names_the_queue(self, history: History, spec: str) -> None:
        assert _of(history.read(spec), IN_THE_QUEUE).queue == QUEUE

    def test_has_a_trail_for_a_person_to_see(self, history: History, spec: str) -> None:
        assert all(call.events for call in history.read(spec))


@pytest.mark.parametrize("spec", CEL)
def test_cel_tells_which_number_was_dialled(history: History, spec: str) -> None:
    assert {call.caller: call.did for call in history.read(spec)} == {
        call.caller: call.did for call in ALL
    }


def test_a_call_under_way_is_not_among_them(asterisk: RealAsterisk, history: History) -> None:
    with asterisk.phone("101", RINGS):
        asterisk.place_call("+12125550110", "2001")
        wait_until(lambda: "Ringing" in asterisk.console("core show channels"), "the phone to ring")
        since, until = history.since, datetime.now(UTC) + timedelta(seconds=2)
        for spec in (*CEL, *CDR):
            source = open_source(spec.format(log=history.folder))
            found = source.calls(since, until, InboundRule(trunks=("PJSIP/trunk-",)))
            assert "+12125550110" not in [
                call.caller for call in found if isinstance(call, CallEnded)
            ]


def _callers_as_placed(history: History) -> Sequence[str]:
    return list(history.uniqueids)


def _of(calls: Sequence[CallEnded], placed: Placed) -> CallEnded:
    (call,) = (call for call in calls if call.caller == placed.caller)
    return call
