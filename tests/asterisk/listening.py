"""A running listener for tests, and what it said so far."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from textback.asterisk.client import AmiSettings, PbxListener
from textback.core.calls import CallEnded, Finding
from textback.core.links import LinkReport, LinkState

LONGEST_WAIT = 20


class Ears:
    """Everything a listener found: finished inbound calls apart, since most tests want those."""

    def __init__(self) -> None:
        self.calls: asyncio.Queue[CallEnded] = asyncio.Queue()
        self.others: asyncio.Queue[Finding] = asyncio.Queue()
        self.links: asyncio.Queue[LinkReport] = asyncio.Queue()

    def take(self, finding: Finding) -> None:
        if isinstance(finding, CallEnded):
            self.calls.put_nowait(finding)
        else:
            self.others.put_nowait(finding)

    async def call(self) -> CallEnded:
        return await asyncio.wait_for(self.calls.get(), LONGEST_WAIT)

    async def other(self, kind: type[Finding]) -> Finding:
        """The next finding of this kind; others before it are passed over."""
        while True:
            found = await asyncio.wait_for(self.others.get(), LONGEST_WAIT)
            if isinstance(found, kind):
                return found

    async def link(self, state: LinkState) -> LinkReport:
        """The next report of this state; others before it are passed over."""
        while True:
            report = await asyncio.wait_for(self.links.get(), LONGEST_WAIT)
            if report.state is state:
                return report


@asynccontextmanager
async def listening(settings: AmiSettings) -> AsyncIterator[Ears]:
    ears = Ears()
    listener = PbxListener(settings, ears.take, ears.links.put_nowait, lambda: datetime.now(UTC))
    task = asyncio.create_task(listener.run())
    try:
        yield ears
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
