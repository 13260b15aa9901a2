"""The listener that never goes deaf: connects, follows the calls, and connects again."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from textback.asterisk.connection import Connection
from textback.asterisk.events import (
    ChannelState,
    CoreShowChannelsComplete,
    Event,
    FullyBooted,
    Newchannel,
    Newstate,
    Presentation,
)
from textback.asterisk.inquiry import Inquiries
from textback.asterisk.rights import READ_CALL, READ_DIALPLAN, WRITE_REPORTING
from textback.asterisk.settings import AmiSettings, Timings
from textback.asterisk.tracker import CallTracker
from textback.core.calls import Finding
from textback.core.errors import AccessRefused, LinkDown
from textback.core.links import LinkReport, LinkState

__all__ = ["AmiSettings", "PbxListener", "Timings"]

_log = logging.getLogger(__name__)


class PbxListener:
    """Listens to one PBX for ever and hands over what it finds about calls.

    `on_finding` gets calls that begin, reach voicemail or end; `on_link` gets the link's state
    whenever it changes. Both are called from the event loop and must not block it for long.
    """

    def __init__(
        self,
        settings: AmiSettings,
        on_finding: Callable[[Finding], None],
        on_link: Callable[[LinkReport], None],
        now: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._on_finding = on_finding
        self._on_link = on_link
        self._now = now
        self._tracker = CallTracker(settings.inbound)
        self._inquiries = Inquiries(self._hand_over, settings.timings.inquiry)
        self._last_report: LinkReport | None = None
        self._listening_since: datetime | None = None
        self.booted_at: datetime | None = None  # when the PBX was last started, if it has said so

    async def run(self) -> None:
        """Run until cancelled; link faults never raise."""
        timings = self._settings.timings
        retry = timings.first_retry
        self._report(LinkReport(LinkState.CONNECTING))
        while True:
            try:
                await self._stay_connected()
            except AccessRefused as refused:
                self._report(self._refused(refused))
                await asyncio.sleep(timings.refused_retry)
            except LinkDown as down:
                retry = timings.first_retry if self._was_up() else retry
                self._report(self._down(down))
                await asyncio.sleep(retry)
                retry = min(2 * retry, timings.last_retry)
            except Exception:
                # A bug must not make us deaf for ever: a new connection starts afresh.
                _log.exception("an error ended the connection to the phone system")
                self._report(self._down(LinkDown("an error in textback; see its log")))
                await asyncio.sleep(timings.last_retry)

    async def _stay_connected(self) -> None:
        connection = Connection(self._settings, lambda event: self._take(connection, event))
        try:
            await connection.open()
            self._listening_since = self._now()
            if not self._is_deaf():
                self._report(LinkReport(LinkState.UP, connection.missing_right))
            await connection.listen()
        finally:
            connection.close()
            self._inquiries.give_up()
            self._tracker.link_lost()

    def _take(self, connection: Connection, event: Event) -> None:
        for finding in self._tracker.feed(event, self._now()):
            self._inquiries.take(finding)
        if isinstance(event, Presentation):
            self._take_presentation(event)
        elif isinstance(event, FullyBooted) and event.uptime is not None:
            self.booted_at = self._now() - timedelta(seconds=event.uptime)
        for uniqueid, channel in self._callers_to_ask_about(event):
            for action in self._inquiries.ask(uniqueid, channel):
                connection.send_action(action)
        self._check_hearing(connection, event)

    def _check_hearing(self, connection: Connection, event: Event) -> None:
        # A new login is needed: the PBX looks up a user's rights at login only. Whether they have
        # been widened meanwhile shows with the next call.
        if isinstance(event, CoreShowChannelsComplete) and self._tracker.unheard_of:
            connection.refuse(READ_CALL)
        elif isinstance(event, Newchannel) and self._is_deaf():
            self._report(LinkReport(LinkState.UP, connection.missing_right))
        elif self._tracker.voicemail_unseen and self._last_report == LinkReport(LinkState.UP):
            self._report(LinkReport(LinkState.UP, READ_DIALPLAN))

    def _take_presentation(self, event: Presentation) -> None:
        self._inquiries.answered(event)
        if event.refused and self._was_up():
            self._report(LinkReport(LinkState.UP, WRITE_REPORTING))

    def _callers_to_ask_about(self, event: Event) -> list[tuple[str, str]]:
        """Uniqueid and channel of calls from outside that this event told us of."""
        if isinstance(event, CoreShowChannelsComplete):
            return self._tracker.callers()
        if isinstance(event, Newchannel | Newstate) and event.leg.state == ChannelState.RING:
            leg = event.leg
            return [(leg.uniqueid, leg.channel)] if self._tracker.is_call(leg.uniqueid) else []
        return []

    def _hand_over(self, finding: Finding) -> None:
        try:
            self._on_finding(finding)
        except Exception:
            # A bug further in must not make us deaf to the next call.
            _log.exception("%s could not be handed over", type(finding).__name__)

    def _is_deaf(self) -> bool:
        return self._last_report is not None and self._last_report.detail == READ_CALL

    def _was_up(self) -> bool:
        return self._last_report is not None and self._last_report.state is LinkState.UP

    def _refused(self, refused: AccessRefused) -> LinkReport:
        deaf_since = self._listening_since if str(refused) == READ_CALL else None
        return LinkReport(LinkState.REFUSED, str(refused), deaf_since=deaf_since)

    def _down(self, why: LinkDown) -> LinkReport:
        text = f"No connection to the phone system at {self._settings.address}: {why}"
        return LinkReport(LinkState.DOWN, text)

    def _report(self, report: LinkReport) -> None:
        text = report.detail or f"Phone system at {self._settings.address}: {report.state}"
        if self._last_report is not None and self._is_known(report, self._last_report):
            _log.debug("Still: %s", text)
            return
        self._last_report = report
        is_fault = report.state in (LinkState.DOWN, LinkState.REFUSED) or bool(report.detail)
        _log.log(logging.WARNING if is_fault else logging.INFO, "%s", text)
        self._on_link(report)

    def _is_known(self, report: LinkReport, last: LinkReport) -> bool:
        # How a lost link shows itself changes from try to try; what an admin must do does not.
        same = report.state is last.state
        return same and (report.detail == last.detail or report.state is LinkState.DOWN)
