"""One AMI connection, on panoramisk: from connect to the moment it is lost.

panoramisk brings the actions and the matching of their answers. What it lacks is added here: it
loses characters split across reads, does not notice a peer that falls silent, raises nothing when a
login is refused, and sends unanswered actions again after a reconnect. So frames are cut from bytes
(`frames.FrameReader`), a watchdog goes by the last bytes received, and a connection is one object
that never reconnects.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

from panoramisk.ami_protocol import AMIProtocol
from panoramisk.manager import Manager
from panoramisk.message import Message

from textback.asterisk import inquiry
from textback.asterisk.events import CoreShowChannelsComplete, Event, Newchannel, Shutdown
from textback.asterisk.frames import FrameReader, event_name, parse
from textback.asterisk.reading import read_event
from textback.asterisk.rights import WRITE_REPORTING, is_denied
from textback.asterisk.settings import AmiSettings
from textback.core.errors import AccessRefused, LinkDown

_log = logging.getLogger(__name__)

# A list that was asked for ends with one of these; they answer the action, too.
_LIST_ENDS = frozenset({b"BridgeListComplete", b"CoreShowChannelsComplete", b"StatusComplete"})


class _Protocol(AMIProtocol):  # type: ignore[misc]  # panoramisk is untyped
    """panoramisk's protocol with framing of our own."""

    def __init__(
        self,
        frames: FrameReader,
        on_bytes: Callable[[], None],
        on_event: Callable[[Event], None],
    ) -> None:
        self._frames = frames
        self._on_bytes = on_bytes
        self._on_event = on_event

    def data_received(self, data: bytes) -> None:
        self._on_bytes()
        for frame in self._frames.feed(data):
            self._take(frame)

    def _take(self, frame: bytes) -> None:
        name = event_name(frame)
        if not name or name in _LIST_ENDS:
            self._take_answer(parse(frame))
        if (event := read_event(frame)) is not None:
            self._on_event(event)

    def _take_answer(self, headers: Mapping[str, str]) -> None:
        # Told at once, and not through a future, so that it keeps its place before a Hangup.
        presentation = inquiry.answer(headers)
        if presentation is not None:
            self._on_event(presentation)
        self.handle_message(Message(headers))


class Connection(Manager):  # type: ignore[misc]  # panoramisk is untyped
    """One connection: open(), then listen() until it raises, then close().

    `on_event` gets every event the tracker listens to, in order, from the first byte on.
    """

    pinger: asyncio.TimerHandle | None

    def __init__(self, settings: AmiSettings, on_event: Callable[[Event], None]) -> None:
        frames = FrameReader()
        super().__init__(
            host=settings.host,
            port=settings.port,
            loop=asyncio.get_running_loop(),
            log=_log.getChild("panoramisk"),
            protocol_factory=lambda: _Protocol(frames, self._bytes_came, self._event_came),
        )
        self._frames = frames
        self._settings = settings
        self._timings = settings.timings
        self._on_event = on_event
        self.missing_right = ""  # what the AMI user lacks, as far as it is known
        self._heard_a_call = False
        self._last_bytes = self.loop.time()
        self._lost: asyncio.Future[None] = self.loop.create_future()
        self.log.setLevel(logging.CRITICAL)  # it logs each fault; here they are raised instead

    async def open(self) -> None:
        """Connect, log in, and have the PBX tell what is under way.

        Raises LinkDown, or AccessRefused when the login is refused.
        """
        await self._connect()
        await self._log_in()
        await self._take_snapshot()

    async def listen(self) -> None:
        """Stay until the connection is lost; then raise LinkDown or AccessRefused saying why."""
        tasks = [asyncio.create_task(self._watch_for_silence())]
        if not self.missing_right:
            tasks.append(asyncio.create_task(self._audit()))
        try:
            await asyncio.wait({self._lost})
        finally:
            for task in tasks:
                task.cancel()
        self._lost.result()

    async def _connect(self) -> None:
        try:
            await asyncio.wait_for(self.connect(), self._timings.connect)
        except TimeoutError:
            raise LinkDown("it does not answer") from None
        except OSError as error:
            raise LinkDown(_plain(error)) from None

    async def _log_in(self) -> None:
        settings = self._settings
        answer = await self._ask(
            {"Action": "Login", "Username": settings.username, "Secret": settings.secret}
        )
        if not answer.success:
            raise AccessRefused(f'The phone system refused the login of user "{settings.username}"')

    async def _take_snapshot(self) -> None:
        """Have the bridges, the channels and their DIDs sent; the events themselves carry them."""
        for action in ("BridgeList", "CoreShowChannels", "Status"):
            answer = await self._ask({"Action": action})
            if is_denied(answer):
                self.missing_right = WRITE_REPORTING
            if action == "CoreShowChannels" and not answer.success:
                self._on_event(CoreShowChannelsComplete({}))

    async def _audit(self) -> None:
        """Have all channels listed now and then, so that one whose Hangup was lost is dropped."""
        while True:
            timings = self._timings
            await asyncio.sleep(timings.audit if self._heard_a_call else timings.first_audit)
            self.send_action({"Action": "CoreShowChannels"})

    async def _ask(self, action: Mapping[str, str]) -> Any:
        """The first message of the answer to an action. Raises LinkDown when there is none."""
        answer = asyncio.ensure_future(self.send_action(dict(action)))
        await asyncio.wait(
            {answer, self._lost}, timeout=self._timings.answer, return_when="FIRST_COMPLETED"
        )
        if answer.done():
            return _first(answer.result())
        answer.cancel()
        if self._lost.done():
            self._lost.result()
        raise LinkDown(f"no answer to {action['Action']}")

    async def _watch_for_silence(self) -> None:
        while True:
            silence = self.loop.time() - self._last_bytes
            if silence >= self._timings.silent_after:
                self._lose("it has fallen silent")
                return
            if silence >= self._timings.ping_after:
                self.send_action({"Action": "Ping"})
            await asyncio.sleep(min(self._timings.ping_after, self._timings.silent_after - silence))

    def _bytes_came(self) -> None:
        self._last_bytes = self.loop.time()

    def _event_came(self, event: Event) -> None:
        self._heard_a_call = self._heard_a_call or isinstance(event, Newchannel)
        self._on_event(event)
        if isinstance(event, Shutdown):
            self._lose("it is shutting down")

    def refuse(self, why: str) -> None:
        """End this connection, since it is of no use: listen() raises AccessRefused."""
        if not self._lost.done():
            self._lost.set_exception(AccessRefused(why))

    def _tell_what_was_dropped(self) -> None:
        dropped, self._frames.dropped = self._frames.dropped, 0
        if dropped:
            told = "%d message(s) from the phone system at %s were too long and not read"
            _log.warning(told, dropped, self._settings.address)

    def _lose(self, why: str) -> None:
        if not self._lost.done():
            self._lost.set_exception(LinkDown(why))

    # Called by panoramisk

    def connection_made(self, f: "asyncio.Future[Any]") -> None:
        if f.cancelled() or f.exception() is not None:
            return  # raised where open() waits for it
        super().connection_made(f)
        if self.pinger is not None:
            self.pinger.cancel()
            self.pinger = None

    def connection_lost(self, exc: Exception | None) -> None:
        self._lose("it closed the connection" if exc is None else str(exc))

    def close(self) -> None:
        """Close the socket; unanswered actions are forgotten."""
        super().close()
        self._tell_what_was_dropped()
        self._lose("closed")
        self._lost.exception()  # retrieved, so that asyncio does not complain


def _first(answer: Any) -> Any:
    return answer[0] if isinstance(answer, list) else answer


def _plain(error: OSError) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens there"
    return error.strerror or str(error)
