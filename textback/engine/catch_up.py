"""Looks up in the PBX's own records what happened while nobody listened."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy.exc import OperationalError

from textback.asterisk.catch_up.cel import Restart
from textback.core.calls import CallEnded, Finding, OutboundEnded, Outcome, VoicemailReached
from textback.core.errors import TextbackError
from textback.engine.calls import AllTold, News, SightLost, TalkFound
from textback.store import calls, links
from textback.store.database import Database

log = logging.getLogger(__name__)

# A shorter loss of the link misses no whole call, unless the PBX was started anew meanwhile: the
# snapshot at login shows what goes on.
_NO_GAP = timedelta(seconds=2)
# The records of calls that ended just before the gap overlap; known calls are recognised.
_OVERLAP = timedelta(seconds=30)
_UPTIME_STEP = timedelta(seconds=1)  # a PBX tells for how long it has been up in whole seconds
LOOKS = (2.0, 10.0)


class History(Protocol):
    """The PBX's own records of calls."""

    def calls(
        self, since: datetime, until: datetime, restart: Restart | None
    ) -> Sequence[CallEnded | OutboundEnded]:
        """The calls that ended in between, those too that a restart of the PBX ended.

        Raises TextbackError when it cannot tell.
        """


class CatchUp:
    """Looks up one PBX's gaps, and calls of which we did not see all.

    `looks` are the pauses before each look, in seconds: records may lag behind the calls. With
    `trusted` False a call found is not texted, since the records do not show a withheld number.
    `booted_at` says when the PBX was last started, None when that is not known.
    """

    def __init__(
        self,
        database: Database,
        pbx: str,
        history: History | None,
        put: Callable[[News], None],
        now: Callable[[], datetime],
        *,
        trusted: bool = True,
        looks: Sequence[float] = LOOKS,
        booted_at: Callable[[], datetime | None] = lambda: None,
    ) -> None:
        self._database = database
        self._pbx = pbx
        self._history = history
        self._put = put
        self._now = now
        self._trusted = trusted
        self._looks = looks
        self._booted_at = booted_at
        self._losses = 0
        self._in_order = threading.Lock()  # a loss is not overtaken by what was told before it

    def link_is_lost(self) -> None:
        """From now on nobody knows who is on the line, whatever an earlier login is yet to tell."""
        with self._in_order:
            self._losses += 1
            self._put(SightLost())

    def link_is_up(self, then: Callable[[], None]) -> None:
        """The listener is back: note the gap, call `then`, and look up what was missed.

        In a thread of its own, which then says that all is told. `then` reports the link up, which
        moves the time it was last up: the gap is in the database before, so that it is looked up
        even if we end in between.
        """
        until = self._now()
        name = f"catch-up-{self._pbx}"
        args = (until, then, self._losses)
        threading.Thread(target=self._run, args=args, name=name, daemon=True).start()

    def take(self, finding: Finding) -> None:
        """Hand a finding over; a missed call of which we did not see all after a look.

        Somebody may have spoken with that caller before we listened. One who enters voicemail
        waits, too: it is decided when they hang up.
        """
        match finding:
            case CallEnded() if self._is_doubtful(finding):
                name = f"look-up-{self._pbx}"
                threading.Thread(target=self._confirm, args=(finding,), name=name).start()
            case VoicemailReached(call=call) if self._is_doubtful(call):
                pass
            case _:
                self._put(finding)

    def _is_doubtful(self, call: CallEnded) -> bool:
        # One that ended unseen is found with its gap.
        missed = not call.person_reached and call.outcome is not Outcome.UNKNOWN
        return missed and call.partly_unseen and self._history is not None

    def _confirm(self, call: CallEnded) -> None:
        _pause(self._looks[0])
        found = self._look_up(call.ended_at - _OVERLAP, self._now() + _OVERLAP)
        if isinstance(found, str):
            log.warning("%s: a call that began unseen counts as missed: %s", self._pbx, found)
            found = ()
        inbound = [each for each in found if isinstance(each, CallEnded)]
        recorded = next((each for each in inbound if each.uniqueid == call.uniqueid), call)
        self._put(_as_recorded(call, recorded) if recorded.person_reached else call)

    def _run(self, until: datetime, then: Callable[[], None], losses: int) -> None:
        try:
            self._look_back(until, then)
        finally:
            with self._in_order:
                if losses == self._losses:
                    self._put(AllTold())

    def _look_back(self, until: datetime, then: Callable[[], None]) -> None:
        since = self._last_up()
        is_long = since is not None and until - since > _NO_GAP
        if since is not None and is_long:
            self._note_gap(since, until)
        then()
        _pause(self._looks[0])  # by then the PBX has said since when it is up, also in mid-boot
        if since is not None and not is_long and self._restart(since, until):
            self._note_gap(since, until)
        try:
            self._look_up_gaps()
        except OperationalError as error:
            log.error("%s: gaps wait for the next login: %s", self._pbx, error.orig)

    def _last_up(self) -> datetime | None:
        try:
            with self._database.read() as session:
                return links.last_up(session, "pbx", self._pbx)
        except OperationalError as error:
            log.error("%s: nobody knows when it was last up: %s", self._pbx, error.orig)
            return None

    def _note_gap(self, since: datetime, until: datetime) -> None:
        try:
            with self._database.write() as session:
                calls.add_gap(session, self._pbx, since, until)
        except OperationalError as error:
            log.error("%s: a gap could not be noted: %s", self._pbx, error.orig)

    def _look_up_gaps(self) -> None:
        with self._database.read() as session:
            gaps = calls.gaps_to_look_up(session, self._pbx)
        told = set[str]()
        found = {gap.id: self._recover(gap.since, gap.until, told) for gap in gaps}
        for pause in self._looks[1:] if gaps else ():
            _pause(pause)
            found = {gap.id: self._recover(gap.since, gap.until, told) for gap in gaps}
        for gap in gaps:
            recovered, detail = found[gap.id]
            with self._database.write() as session:
                calls.close_gap(session, gap.id, recovered, detail)
            seconds = (gap.until - gap.since).total_seconds()
            what = detail or f"{recovered} call(s) found in its records"
            log.warning("%s: nobody listened for %.0f s; %s", self._pbx, seconds, what)

    def _recover(self, since: datetime, until: datetime, told: set[str]) -> tuple[int | None, str]:
        """Tell what is not `told` yet, first of all who was reached; return how many calls came in.

        A call back comes after the call it answers, who must not be texted before it is known.
        """
        found = self._look_up(since - _OVERLAP, until, self._restart(since, until))
        if isinstance(found, str):
            return None, found
        new = [call for call in found if call.uniqueid not in told]
        told.update(call.uniqueid for call in new)
        for news in (*_talks(new), *map(self._as_trusted, new)):
            self._put(news)
        inbound = [call for call in found if isinstance(call, CallEnded)]
        return sum(call.ended_at >= since for call in inbound), ""

    def _as_trusted(self, call: CallEnded | OutboundEnded) -> Finding:
        if isinstance(call, OutboundEnded):
            return call
        return replace(call, presentation_unknown=not self._trusted)

    def _look_up(
        self, since: datetime, until: datetime, restart: Restart | None = None
    ) -> Sequence[CallEnded | OutboundEnded] | str:
        """The calls that ended in between, or why nobody can tell."""
        if self._history is None:
            return "the phone system's own records are not configured"
        try:
            return self._history.calls(since, until, restart)
        except TextbackError as error:
            return f"the phone system's own records could not be read: {error}"
        except Exception:
            log.exception("%s: its records could not be read", self._pbx)
            return "an error in reading the phone system's records; see the log"

    def _restart(self, since: datetime, until: datetime) -> Restart | None:
        """Whether the PBX was started anew within this gap."""
        booted_at = self._booted_at()
        if booted_at is None or not since < booted_at <= until + _UPTIME_STEP:
            return None
        return Restart(since, min(booted_at, until))


def _pause(seconds: float) -> None:
    threading.Event().wait(seconds)


def _talks(found: Sequence[CallEnded | OutboundEnded]) -> Iterator[TalkFound]:
    for call in found:
        match call:
            case CallEnded(person_reached=True):
                yield TalkFound(call.uniqueid, call.caller, call.ended_at)
            case OutboundEnded(answered_at=datetime()):
                yield TalkFound(call.uniqueid, call.number, call.ended_at)


def _as_recorded(call: CallEnded, recorded: CallEnded) -> CallEnded:
    """A call that reached a person before we listened."""
    return replace(
        call,
        person_reached=True,
        outcome=recorded.outcome,
        lost_in=recorded.lost_in,
        answered_by=recorded.answered_by,
        answered_at=recorded.answered_at,
        forwarded=recorded.forwarded,
    )
