"""Finds the calls that were missed while nobody listened, in the PBX's own records."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy.exc import OperationalError

from textback.core.calls import CallEnded
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
    """Looks up one PBX's gaps.

    `looks` are the pauses before each look, in seconds: records may lag behind the calls. With
    `trusted` False a call found is not texted, since the records do not show a withheld number.
    """

    def __init__(
        self,
        database: Database,
        pbx: str,
        history: History | None,
        put: Callable[[CallEnded], None],
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
        if self._history is None:
            return None, "the phone system's own records are not configured"
        try:
            found = self._history.calls(since - _OVERLAP, until)
        except TextbackError as error:
            return None, f"the phone system's own records could not be read: {error}"
        except Exception:
            log.exception("%s: its records could not be read", self._pbx)
            return None, "an error in reading the phone system's records; see the log"
        for call in found:
            self._put(replace(call, presentation_unknown=not self._trusted))
        return sum(call.ended_at >= since for call in found), ""
