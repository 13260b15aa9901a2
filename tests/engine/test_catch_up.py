"""What happened while nobody listened is found in the PBX's own records."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from tests.core.test_policy import MISSED
from tests.waiting import wait_until
from textback.asterisk.catch_up.cel import Restart
from textback.core.calls import CallEnded, Finding, OutboundEnded, Outcome, VoicemailReached
from textback.core.errors import LinkDown
from textback.core.links import LinkReport, LinkState
from textback.engine.calls import AllTold, News, SightLost, TalkFound
from textback.engine.catch_up import CatchUp
from textback.store import links
from textback.store.calls import gaps_since
from textback.store.database import Database
from textback.store.models import Gap

HOUR = timedelta(hours=1)


@dataclass
class Records:
    """The PBX's records, or a broken disk in their place."""

    found: Sequence[CallEnded | OutboundEnded] = ()
    broken: bool = False
    asked: list[tuple[datetime, datetime]] = field(default_factory=list)

    restarts: list[Restart | None] = field(default_factory=list)

    def calls(
        self, since: datetime, until: datetime, restart: Restart | None
    ) -> Sequence[CallEnded | OutboundEnded]:
        self.asked.append((since, until))
        self.restarts.append(restart)
        if self.broken:
            raise LinkDown("no such file")
        return self.found


def catch_up(
    database: Database, now: datetime, records: Records | None, put: list[News]
) -> CatchUp:
    return CatchUp(database, "office", records, put.append, lambda: now, looks=(0,))


def was_up(database: Database, at: datetime) -> None:
    with database.write() as session:
        links.report(session, "pbx", "office", LinkReport(LinkState.UP), at)


def gaps(database: Database, now: datetime) -> list[Gap]:
    with database.read() as session:
        return gaps_since(session, now - HOUR)


def test_calls_of_the_gap_are_handed_over_and_the_gap_is_noted(
    database: Database, now: datetime
) -> None:
    was_up(database, now - timedelta(minutes=3))
    missed = replace(MISSED, ended_at=now - timedelta(minutes=2))
    overlap = replace(MISSED, uniqueid="0.9", ended_at=now - timedelta(minutes=3, seconds=9))
    records, put = Records([overlap, missed]), list[News]()
    catch_up(database, now, records, put).link_is_up(lambda: None)
    wait_until(lambda: [g.looked_up for g in gaps(database, now)] == [True], "the gap")
    (gap,) = gaps(database, now)
    wait_until(lambda: AllTold() in put, "the end of it")
    assert put == [overlap, missed, AllTold()]  # the store knows the first one already
    assert (gap.since, gap.until, gap.recovered) == (now - timedelta(minutes=3), now, 1)
    assert records.asked[0][0] < gap.since


@pytest.mark.parametrize("records", [None, Records(broken=True)])
def test_a_gap_is_noted_though_it_cannot_be_looked_up(
    database: Database, now: datetime, records: Records | None
) -> None:
    was_up(database, now - HOUR)
    catch_up(database, now, records, []).link_is_up(lambda: None)
    wait_until(lambda: [g.looked_up for g in gaps(database, now)] == [True], "the gap")
    (gap,) = gaps(database, now)
    assert gap.recovered is None
    assert "records" in gap.detail


def test_the_first_start_and_a_short_loss_are_no_gaps(database: Database, now: datetime) -> None:
    records = Records()
    catch_up(database, now, records, []).link_is_up(lambda: None)
    was_up(database, now - timedelta(seconds=1))
    done: list[bool] = []
    catch_up(database, now, records, []).link_is_up(lambda: done.append(True))
    wait_until(lambda: done == [True], "the report")
    assert records.asked == []
    assert gaps(database, now) == []


@pytest.mark.parametrize(
    ("lost", "booted", "restarted"),
    [
        (1, 0.5, True),  # even a short loss, in which the PBX was started anew
        (180, 60, True),
        (180, -0.9, True),  # a moment ago: uptimes are in whole seconds
        (180, 3600, False),  # it has been up all the time
    ],
)
def test_records_are_asked_for_what_a_restart_of_the_pbx_ended(
    database: Database, now: datetime, lost: float, booted: float, restarted: bool
) -> None:
    since, booted_at = now - timedelta(seconds=lost), now - timedelta(seconds=booted)
    was_up(database, since)
    records = Records()
    CatchUp(
        *(database, "office", records, print, lambda: now),
        looks=(0,),
        booted_at=lambda: booted_at,
    ).link_is_up(lambda: None)
    wait_until(lambda: [g.looked_up for g in gaps(database, now)] == [True], "the gap")
    assert records.restarts == [Restart(since, min(booted_at, now)) if restarted else None]


def test_a_gap_that_was_not_looked_up_before_the_end_is_looked_up_at_the_next_start(
    database: Database, now: datetime
) -> None:
    was_up(database, now - HOUR)
    died = CatchUp(database, "office", Records(), print, lambda: now, looks=(3600,))
    died.link_is_up(lambda: was_up(database, now))
    wait_until(lambda: len(gaps(database, now)) == 1, "the gap")
    later, put = now + timedelta(seconds=1), list[News]()
    CatchUp(
        database, "office", Records([MISSED]), put.append, lambda: later, looks=(0,)
    ).link_is_up(lambda: None)
    wait_until(lambda: gaps(database, now)[0].recovered == 1, "the gap to be looked up")
    wait_until(lambda: put == [MISSED, AllTold()], "the call")


def test_the_gap_is_noted_before_the_link_is_shown_as_up(database: Database, now: datetime) -> None:
    was_up(database, now - HOUR)
    seen: list[int] = []
    catch_up(database, now, Records(), []).link_is_up(lambda: seen.append(len(gaps(database, now))))
    wait_until(lambda: seen == [1], "the report")


def test_who_was_called_back_in_the_gap_is_told_of_before_the_call_they_lost(
    database: Database, now: datetime
) -> None:
    was_up(database, now - HOUR)
    back = OutboundEnded("7.7", "7.7", MISSED.caller, "PJSIP/101", now, now, answered_at=now)
    put = list[News]()
    catch_up(database, now, Records([MISSED, back]), put).link_is_up(lambda: None)
    wait_until(lambda: AllTold() in put, "the gap")
    assert put == [TalkFound("7.7", MISSED.caller, now), MISSED, back, AllTold()]


def test_each_look_tells_only_what_is_new(database: Database, now: datetime) -> None:
    was_up(database, now - HOUR)
    put = list[News]()
    CatchUp(
        database, "office", Records([MISSED]), put.append, lambda: now, looks=(0, 0)
    ).link_is_up(lambda: None)
    wait_until(lambda: AllTold() in put, "the gap")
    assert put == [MISSED, AllTold()]


def test_a_login_that_was_lost_again_does_not_say_that_all_is_told(
    database: Database, now: datetime
) -> None:
    put = list[News]()
    looks = catch_up(database, now, None, put)
    others = set(threading.enumerate())
    looks.link_is_up(then=looks.link_is_lost)
    for thread in set(threading.enumerate()) - others:
        thread.join()
    assert put == [SightLost()]


class TestCallsThatBeganUnseen:
    """Who spoke with the office before we listened must not be taken for missed."""

    SEEN = replace(MISSED, partly_unseen=True)
    RECORDED = replace(MISSED, person_reached=True, outcome=Outcome.ANSWERED)

    def taken(self, database: Database, records: Records | None, finding: Finding) -> list[News]:
        put: list[News] = []
        catch_up(database, self.SEEN.ended_at, records, put).take(finding)
        wait_until(lambda: len(put) == 1, "the finding")
        return put

    def test_the_records_say_that_a_person_spoke_with_them(self, database: Database) -> None:
        (call,) = self.taken(database, Records([self.RECORDED]), self.SEEN)
        assert isinstance(call, CallEnded)
        assert (call.person_reached, call.outcome) == (True, Outcome.ANSWERED)

    @pytest.mark.parametrize(
        "records", [Records([MISSED]), Records(), Records(broken=True), None], ids=str
    )
    def test_they_are_missed_where_the_records_do_not_say_so(
        self, database: Database, records: Records | None
    ) -> None:
        assert self.taken(database, records, self.SEEN) == [self.SEEN]

    def test_a_call_seen_whole_is_not_looked_up(self, database: Database) -> None:
        records = Records([self.RECORDED])
        assert self.taken(database, records, MISSED) == [MISSED]
        assert records.asked == []

    def test_one_who_enters_voicemail_is_decided_when_they_hang_up(
        self, database: Database
    ) -> None:
        put: list[News] = []
        looks = catch_up(database, self.SEEN.ended_at, Records([self.RECORDED]), put)
        looks.take(VoicemailReached(self.SEEN))
        looks.take(self.SEEN)
        wait_until(lambda: len(put) == 1, "the finding")
        assert isinstance(put[0], CallEnded)
