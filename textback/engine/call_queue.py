"""One consumer for the findings of all PBXs: an AMI connection never waits for the database."""

import logging
import queue
import threading
from collections.abc import Callable

from sqlalchemy.exc import OperationalError

from textback.core.calls import CallEnded
from textback.core.phone import masked
from textback.engine.calls import CallBook, News

log = logging.getLogger(__name__)

_RETRY_AFTER = 1.0  # seconds, while the database cannot be written


class CallQueue:
    """Takes findings from any thread and keeps each, in order, in a thread of its own."""

    def __init__(self, book: CallBook, on_kept: Callable[[], None]) -> None:
        self._book = book
        self._on_kept = on_kept
        self._news: queue.SimpleQueue[tuple[str, News] | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._consume, name="calls", daemon=True)

    def put(self, pbx: str, news: News) -> None:
        self._news.put((pbx, news))

    def start(self) -> None:
        self._book.start()
        self._thread.start()

    def stop(self) -> None:
        """Keep what is there already, then end."""
        self._stopping.set()
        self._news.put(None)
        self._thread.join()

    def _consume(self) -> None:
        while (item := self._news.get()) is not None:
            try:
                self._keep(*item)
            except Exception:
                log.exception("a finding could not be kept: %s", type(item[1]).__name__)
                self._set_aside(*item)

    def _set_aside(self, pbx: str, news: News) -> None:
        if not isinstance(news, CallEnded):
            return
        try:
            self._book.set_aside(pbx, news)
        except Exception:
            log.exception("nor could the call be set aside: uniqueid %s", news.uniqueid)

    def _keep(self, pbx: str, news: News) -> None:
        told = False
        while True:
            try:
                self._book.take(pbx, news)
                break
            except OperationalError as error:
                # A full disk or a long lock: the call waits here, it is not lost.
                log.log(logging.DEBUG if told else logging.ERROR, "database: %s", error.orig)
                told = True
                if self._stopping.wait(_RETRY_AFTER):
                    raise
        if isinstance(news, CallEnded):
            log.info("call from %s: %s", masked(news.caller), news.outcome)
        self._on_kept()
