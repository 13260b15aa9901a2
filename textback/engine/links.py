"""Writes the state of the links into the database, for the web and the commands."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from textback.core.errors import LinkDown
from textback.core.links import ENGINE, LinkReport, LinkState
from textback.store import links
from textback.store.database import Database
from textback.store.presence import Presence

log = logging.getLogger(__name__)

_HEARTBEAT = 10.0  # seconds
_TWIN = "database.box: another box's engine runs under the name '%s'; give each a name of its own"


class LinkBoard:
    """Keeps the last report of each link, and says every few seconds that the engine is alive.

    `box` is this box's name, "" where it has the database for itself.
    """

    def __init__(self, database: Database, now: Callable[[], datetime], box: str = "") -> None:
        self._database = database
        self._now = now
        self._box = box
        self._me = (ENGINE, box or ENGINE)
        self._presence = Presence(database, box)
        self._told_twin = False
        self._reports: dict[tuple[str, str], LinkReport] = {}
        self._binding: dict[tuple[str, str], timedelta] = {}
        self._engine = LinkReport(LinkState.UP)
        self._changed = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def expect(self, kind: str, name: str, binds_for: timedelta | None = None) -> None:
        """Name a link before `start`, so that those of an older configuration are dropped.

        `binds_for`: how long a modem's texts wait for it when it does not work.
        """
        self._reports[(kind, name)] = LinkReport(LinkState.CONNECTING)
        if binds_for is not None:
            self._binding[(kind, name)] = binds_for

    def start(self) -> None:
        """Raises LinkDown while an engine of the same name runs on another box."""
        if not self._presence.keep():
            raise LinkDown(_TWIN % self._box)
        with self._database.write() as session:
            links.forget_others(session, {*self._reports, self._me}, self._box, self._now())
            self._write_all(session)
        self._thread.start()

    def stop(self) -> None:
        """Say that the engine has ended, so that the inbox shows it at once."""
        self._stopping.set()
        self._changed.set()
        self._thread.join()
        self._engine = LinkReport(LinkState.DOWN, "The textback engine was stopped.")
        self._write()
        self._presence.let_go()

    def report(self, kind: str, name: str, report: LinkReport) -> None:
        """Note a link's state; any thread may, and none is kept waiting by the database."""
        self._reports[(kind, name)] = report
        self._changed.set()

    def _beat(self) -> None:
        while not self._stopping.is_set():
            self._changed.wait(_HEARTBEAT)
            self._changed.clear()
            self._write()

    def _write(self) -> None:
        try:
            self._look_for_twin()
            with self._database.write() as session:
                self._write_all(session)
        except OperationalError as error:
            log.warning("the state of the links could not be written: %s", error.orig)

    def _look_for_twin(self) -> None:
        """One can only come when the server was away, and our name with it."""
        twin = not self._presence.keep()
        if twin and not self._told_twin:
            log.error(_TWIN, self._box)
        self._told_twin = twin

    def _write_all(self, session: Session) -> None:
        now = self._now()
        links.report(session, *self._me, self._engine, now)
        for (kind, name), report in list(self._reports.items()):
            links.report(session, kind, name, report, now, self._binding.get((kind, name)))
