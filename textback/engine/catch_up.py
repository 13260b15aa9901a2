"""Looks up in the PBX's own records what happened while nobody listened."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy.exc import OperationalError

from textback.core.calls import CallEnded, Finding, Outcome, VoicemailReached
from textback.core.errors import TextbackError
from textback.store import calls, links
from textback.store.database import Database

log = logging.getLogger(__name__)

# A shorter loss of the link misses no whole call: the snapshot at login shows what goes on.
_NO_GAP = timedelta(seconds=2)
# The records of calls that ended just before the gap overlap; known calls are recognised.
_OVERLAP = timedelta(seconds=30)


class History(Protocol):
    """The PBX's own records of calls."""

    def calls(self, since: datetime, until: datetime) -> Sequence[CallEnded]:
        """The inbound calls that ended in between. Raises TextbackError when it cannot tell."""


class CatchUp:
    """Looks up one PBX's gaps, and calls of which we did not see all.

    `looks` are the pauses before each look, in seconds: records may lag behind the calls. With
    `trusted` False a call found is not texted, since the records do not show a withheld number.
    """

    def __init__(
        self,
        database: Database,
        pbx: str,
        history: History | None,
        put: Callable[[Finding], None],
        now: Callable[[], datetime],
        *,
        trusted: bool = True,
        looks: Sequence[float] = (2.0, 10.0),
    ) -> None:
        self._database = database
        self._pbx = pbx
        self._history = history
        self._put = put
        self._now = now
        self._trusted = trusted
        self._looks = looks

    def link_is_up(self, then: Callable[[], None]) -> None:
        """The listener is back: note the gap, call `then`, and look up what was missed.

        In a thread of its own. `then` reports the link up, which moves the time it was last up:
        the gap is in the database before, so that it is looked up even if we end in between.
        """
        until = self._now()
        name = f"catch-up-{self._pbx}"
        threading.Thread(target=self._run, args=(until, then), name=name, daemon=True).start()

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
        threading.Event().wait(self._looks[0])
        found = self._look_up(call.ended_at - _OVERLAP, self._now() + _OVERLAP)
        if isinstance(found, str):
            log.warning("%s: a call that began unseen counts as missed: %s", self._pbx, found)
            found = ()
        recorded = next((each for each in found if each.uniqueid == call.uniqueid), call)
        self._put(_as_recorded(call, recorded) if recorded.person_reached else call)

    def _run(self, until: datetime, then: Callable[[], None]) -> None:
        try:
            with self._database.write() as session:
                since = links.last_up(session, "pbx", self._pbx)
                if since is not None and until - since > _NO_GAP:
                    calls.add_gap(session, self._pbx, since, until)
        except OperationalError as error:
            log.error("%s: a gap could not be noted: %s", self._pbx, error.orig)
        then()
        self._look_up_gaps()

    def _look_up_gaps(self) -> None:
        with self._database.read() as session:
            gaps = calls.gaps_to_look_up(session, self._pbx)
        found: dict[int, tuple[int | None, str]] = {}
        for pause in self._looks if gaps else ():
            threading.Event().wait(pause)
            found = {gap.id: self._recover(gap.since, gap.until) for gap in gaps}
        for gap in gaps:
            recovered, detail = found[gap.id]
            with self._database.write() as session:
                calls.close_gap(session, gap.id, recovered, detail)
            seconds = (gap.until - gap.since).total_seconds()
            what = detail or f"{recovered} call(s) found in its records"
            log.warning("%s: nobody listened for %.0f s; %s", self._pbx, seconds, what)

    def _recover(self, since: datetime, until: datetime) -> tuple[int | None, str]:
        found = self._look_up(since - _OVERLAP, until)
        if isinstance(found, str):
            return None, found
        for call in found:
            self._put(replace(call, presentation_unknown=not self._trusted))
        return sum(call.ended_at >= since for call in found), ""

    def _look_up(self, since: datetime, until: datetime) -> Sequence[CallEnded] | str:
        """The calls that ended in between, or why nobody can tell."""
        if self._history is None:
            return "the phone system's own records are not configured"
        try:
            return self._history.calls(since, until)
        except TextbackError as error:
            return f"the phone system's own records could not be read: {error}"
        except Exception:
            log.exception("%s: its records could not be read", self._pbx)
            return "an error in reading the phone system's records; see the log"


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
