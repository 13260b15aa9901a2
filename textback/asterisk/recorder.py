"""Records what a PBX sends, byte for byte, with the answers that judging its calls needs."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from textback.asterisk.connection import Connection
from textback.asterisk.events import Event
from textback.asterisk.inquiry import questions
from textback.asterisk.settings import AmiSettings
from textback.asterisk.tracker import CallTracker
from textback.core.calls import CallBegan, CallEnded


class Recorder:
    """One connection whose bytes go to `on_bytes` as they come; counts events and ended calls."""

    def __init__(
        self,
        settings: AmiSettings,
        on_bytes: Callable[[bytes], None],
        now: Callable[[], datetime],
    ) -> None:
        self.events = 0
        self.calls = 0
        self._settings = settings
        self._on_bytes = on_bytes
        self._now = now
        self._tracker = CallTracker(settings.inbound)

    async def run(self) -> None:
        """Record until the connection is lost. Raises LinkDown then, AccessRefused at the login."""
        connection = _Tapped(self._settings, lambda event: self._take(connection, event))
        connection.tap(self._on_bytes)
        try:
            await connection.open()
            await connection.listen()
        finally:
            connection.close()

    def _take(self, connection: Connection, event: Event) -> None:
        self.events += 1
        for found in self._tracker.feed(event, self._now()):
            self.calls += isinstance(found, CallEnded)
            if isinstance(found, CallBegan):
                self._ask_about(connection, found.uniqueid)

    def _ask_about(self, connection: Connection, uniqueid: str) -> None:
        channel = dict(self._tracker.callers()).get(uniqueid)
        if channel is not None:  # else it is a call that the office makes
            for action in questions(uniqueid, channel):
                connection.send_action(action)


class _Tapped(Connection):
    def tap(self, on_bytes: Callable[[bytes], None]) -> None:
        """From the first byte on, let `on_bytes` see all that comes; before open()."""
        make = self.config["protocol_factory"]

        def tapped() -> Any:
            protocol = make()
            take = protocol.data_received

            def data_received(data: bytes) -> None:
                on_bytes(data)
                take(data)

            protocol.data_received = data_received
            return protocol

        self.config["protocol_factory"] = tapped
