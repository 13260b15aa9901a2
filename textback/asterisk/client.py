"""The listener that never goes deaf: connects, follows the calls, and connects again."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from textback.asterisk.connection import Connection
from textback.asterisk.events import (
    ChannelState,
    CoreShowChannelsComplete,
    Event,
    Newchannel,
    Newstate,
)
from textback.asterisk.settings import AmiSettings, Timings
from textback.asterisk.tracker import CallTracker
from textback.core.calls import CallEnded
from textback.core.errors import AccessRefused, LinkDown
from textback.core.links import LinkReport, LinkState

__all__ = ["AmiSettings", "PbxListener", "Timings"]

_log = logging.getLogger(__name__)


class PbxListener:
    """Listens to one PBX for ever and hands over each inbound call when it has ended.

    `on_call` gets every finished inbound call; `on_link` gets the link's state whenever it changes.
    Both are called from the event loop and must not block it for long.
    """

    def __init__(
        self,
        settings: AmiSettings,
        on_call: Callable[[CallEnded], None],
        on_link: Callable[[LinkReport], None],
        now: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._on_call = on_call
        self._on_link = on_link
        self._now = now
        self._tracker = CallTracker(settings.inbound)
        self._last_report: LinkReport | None = None

    async def run(self) -> None:
        """Run until cancelled; link faults never raise."""
        timings = self._settings.timings
        retry = timings.first_retry
        self._report(LinkReport(LinkState.CONNECTING))
        while True:
            try:
                await self._stay_connected()
            except AccessRefused as refused:
                self._report(LinkReport(LinkState.REFUSED, str(refused)))
                await asyncio.sleep(timings.refused_retry)
            except LinkDown as down:
                retry = timings.first_retry if self._was_up() else retry
                self._report(self._down(down))
                await asyncio.sleep(retry)
                retry = min(2 * retry, timings.last_retry)

    async def _stay_connected(self) -> None:
        connection = Connection(self._settings, lambda event: self._take(connection, event))
        try:
            await connection.open()
            self._report(LinkReport(LinkState.UP))
            await connection.listen()
        finally:
            connection.close()
            self._tracker.link_lost()

    def _take(self, connection: Connection, event: Event) -> None:
        for call in self._tracker.feed(event, self._now()):
            self._hand_over(call)
        for uniqueid, channel in self._callers_to_ask_about(event):
            connection.ask_presentation(uniqueid, channel)

    def _callers_to_ask_about(self, event: Event) -> list[tuple[str, str]]:
        """Uniqueid and channel of calls from outside that this event told us of."""
        if isinstance(event, CoreShowChannelsComplete):
            return self._tracker.callers()
        if isinstance(event, Newchannel | Newstate) and event.leg.state == ChannelState.RING:
            leg = event.leg
            return [(leg.uniqueid, leg.channel)] if self._tracker.is_call(leg.uniqueid) else []
        return []

    def _hand_over(self, call: CallEnded) -> None:
        try:
            self._on_call(call)
        except Exception:
            # A bug further in must not make us deaf to the next call.
            _log.exception("call %s could not be handed over", call.uniqueid)

    def _was_up(self) -> bool:
        return self._last_report is not None and self._last_report.state is LinkState.UP

    def _down(self, why: LinkDown) -> LinkReport:
        text = f"No connection to the phone system at {self._settings.address}: {why}"
        return LinkReport(LinkState.DOWN, text)

    def _report(self, report: LinkReport) -> None:
        text = report.detail or f"Phone system at {self._settings.address}: {report.state}"
        if self._last_report is not None and report.state is self._last_report.state:
            _log.debug("Still: %s", text)
            return
        self._last_report = report
        is_fault = report.state in (LinkState.DOWN, LinkState.REFUSED)
        _log.log(logging.WARNING if is_fault else logging.INFO, "%s", text)
        self._on_link(report)
