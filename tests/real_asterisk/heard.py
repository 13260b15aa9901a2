"""textback's own listener on a real Asterisk, and what it found."""

import queue
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TypeVar

from textback.asterisk.client import AmiSettings, PbxListener
from textback.core.calls import Finding
from textback.core.links import LinkReport, LinkState
from textback.engine.pbx import LoopThread

from .pbx import RealAsterisk
from .waiting import wait_until

LONGEST_WAIT = 20.0
Kind = TypeVar("Kind")


class Heard:
    """Everything that was found, in order."""

    def __init__(self) -> None:
        self.findings: queue.SimpleQueue[Finding] = queue.SimpleQueue()
        self.links: list[LinkReport] = []

    def next(self, kind: type[Kind]) -> Kind:
        """The next finding of this kind; others before it are passed over."""
        while True:
            found = self.findings.get(timeout=LONGEST_WAIT)
            if isinstance(found, kind):
                return found


@contextmanager
def listening_to(asterisk: RealAsterisk) -> Iterator[Heard]:
    """A listener that is logged in, while the block lasts."""
    heard = Heard()
    ami = AmiSettings("127.0.0.1", asterisk.ami_port, asterisk.ami_user, asterisk.secret)
    listener = PbxListener(ami, heard.findings.put, heard.links.append, lambda: datetime.now(UTC))
    thread = LoopThread("ami", [listener.run()])
    thread.start()
    try:
        wait_until(lambda: heard.links[-1:] == [LinkReport(LinkState.UP)], "the link to the PBX")
        yield heard
    finally:
        thread.stop()
