"""One consumer for the calls of all PBXs: the AMI connection never waits for the database."""

import logging
import queue
import threading
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.exc import OperationalError

from textback.core.calls import CallEnded
from textback.core.phone import masked
from textback.engine.calls import record_call
from textback.store.database import Database

log = logging.getLogger(__name__)

_RETRY_AFTER = 1.0  # seconds, while the database cannot be written


class CallQueue:
    """Takes finished calls from any thread and records each, once, in a thread of its own."""

    def __init__(
        self, database: Database, on_queued: Callable[[], None], now: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._on_queued = on_queued
        self._now = now
        self._calls: queue.SimpleQueue[tuple[str, CallEnded] | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._consume, name="calls", daemon=True)

    def put(self, pbx: str, call: CallEnded) -> None:
        self._calls.put((pbx, call))

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Record what is there already, then end."""
        self._stopping.set()
        self._calls.put(None)
        self._thread.join()

    def _consume(self) -> None:
        while (item := self._calls.get()) is not None:
            try:
                self._record(*item)
            except Exception:
                log.exception("a call could not be recorded: uniqueid %s", item[1].uniqueid)

    def _record(self, pbx: str, call: CallEnded) -> None:
        told = False
        while True:
            try:
                queued = record_call(self._database, pbx, call, self._now())
                break
            except OperationalError as error:
                # A full disk or a long lock: the call waits here, it is not lost.
                log.log(logging.DEBUG if told else logging.ERROR, "database: %s", error.orig)
                told = True
                if self._stopping.wait(_RETRY_AFTER):
                    raise
        log.info("call from %s: %s", masked(call.caller), call.outcome)
        if queued:
            self._on_queued()
