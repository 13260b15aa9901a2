"""Writes the state of the links into the database, for the web and the commands."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.exc import OperationalError

from textback.core.links import LinkReport, LinkState
from textback.store import links
from textback.store.database import Database

log = logging.getLogger(__name__)

ENGINE = ("engine", "engine")
_HEARTBEAT = 10.0  # seconds


class LinkBoard:
    """Keeps the last report of each link, and says every few seconds that the engine is alive."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._reports: dict[tuple[str, str], LinkReport] = {}
        self._engine = LinkReport(LinkState.UP)
        self._changed = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def expect(self, kind: str, name: str, report: LinkReport) -> None:
        """Name a link before `start`, so that those of an older configuration are dropped."""
        self._reports[(kind, name)] = report

    def start(self) -> None:
        with self._database.write() as session:
            links.forget_others(session, {*self._reports, ENGINE})
        self._write()
        self._thread.start()

    def stop(self) -> None:
        """Say that the engine has ended, so that the inbox shows it at once."""
        self._stopping.set()
        self._changed.set()
        self._thread.join()
        self._engine = LinkReport(LinkState.DOWN, "The textback engine was stopped.")
        self._write()

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
            self._write_all()
        except OperationalError as error:
            log.warning("the state of the links could not be written: %s", error.orig)

    def _write_all(self) -> None:
        now = self._now()
        with self._database.write() as session:
            links.report(session, *ENGINE, self._engine, now)
            for (kind, name), report in list(self._reports.items()):
                links.report(session, kind, name, report, now)
