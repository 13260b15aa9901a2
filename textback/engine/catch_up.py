"""Finds the calls that were missed while nobody listened, in the PBX's own records."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

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

    def link_is_up(self) -> None:
        """The listener is back: look up what it missed, in a thread of its own.

        To be called before the link is reported up, which moves the time it was last up.
        """
        until = self._now()
        with self._database.read() as session:
            since = links.last_up(session, "pbx", self._pbx)
        if since is not None and until - since > _NO_GAP:
            name = f"catch-up-{self._pbx}"
            threading.Thread(target=self._look, args=(since, until), name=name, daemon=True).start()

    def _look(self, since: datetime, until: datetime) -> None:
        recovered, detail = None, ""
        for pause in self._looks:
            threading.Event().wait(pause)
            recovered, detail = self._recover(since, until)
        with self._database.write() as session:
            calls.add_gap(session, self._pbx, since, until, recovered, detail)
        log.warning(
            "%s: nobody listened for %d s; %s",
            self._pbx,
            (until - since).total_seconds(),
            detail or f"{recovered} call(s) found in its records",
        )

    def _recover(self, since: datetime, until: datetime) -> tuple[int | None, str]:
        if self._history is None:
            return None, "the phone system's own records are not configured"
        try:
            found = self._history.calls(since - _OVERLAP, until)
        except TextbackError as error:
            return None, f"the phone system's own records could not be read: {error}"
        for call in found:
            self._put(replace(call, presentation_unknown=not self._trusted))
        return sum(call.ended_at >= since for call in found), ""
