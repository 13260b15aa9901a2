"""The simulated PBX as one object: a TCP AMI server in a thread of its own."""

import asyncio
import re
import threading
import time
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from textback.asterisk.simulator.call import SimulatedCall
from textback.asterisk.simulator.channels import Headers, LiveChannels
from textback.asterisk.simulator.exchange import Numbers
from textback.asterisk.simulator.recording import recorded_events
from textback.asterisk.simulator.script import Scenario, Step, scenario
from textback.asterisk.simulator.session import Faults, Session
from textback.asterisk.simulator.steps import ALSO, STEPS, STOP, WAIT

FAULTS = {
    "silent": "the connection stays open, but nothing comes any more",
    "refuse-login": "clients are sent away, and their next login is refused",
    "cut": "the connection is cut in the middle of the next event",
    "one-byte": "everything is sent one byte at a time",
    "flood": "thousands of events a second come that have nothing to do with any call",
    "none": "all is well again",
}

_SHUTDOWN = {"Event": "Shutdown", "Privilege": "system,all", "Shutdown": "Cleanly"}
_FLOOD = {"Event": "VarSet", "Privilege": "dialplan,all", "Variable": "FLOOD", "Value": "x" * 200}

_WORD = re.compile(r"[^\x00-\x20\x7f-\x9f\ud800-\udfff]{0,80}")
_Answer = TypeVar("_Answer")


class UnknownFault(ValueError):
    """There is no fault of this name; the text names those that are."""


class PbxSimulator:
    """An AMI server that plays calls; use it as a context manager.

    Any user name is let in with `secret`. `port` 0 takes a free one; read it from `port` after the
    start. `speed` divides every pause of a scenario. Methods may be called from any thread.
    """

    def __init__(
        self, port: int = 0, secret: str = "secret", host: str = "127.0.0.1", speed: float = 1.0
    ) -> None:
        self.port = port
        self._secret = secret
        self._host = host
        self._speed = speed
        self._numbers = Numbers(int(time.time()))
        self._channels = LiveChannels()
        self._faults = Faults()
        self._sessions: set[Session] = set()
        self._calls: set[asyncio.Task[None]] = set()
        self._flood: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="pbx-simulator")
        self._server: asyncio.Server | None = None

    def start(self) -> None:
        """Begin to listen. Raises OSError when the port cannot be had."""
        self._thread.start()
        try:
            self._in_loop(self._listen())
        except OSError:
            self.stop()
            raise

    def stop(self) -> None:
        """Hang up on everybody and end the thread; nothing happens when that was done already."""
        if self._loop.is_closed():
            return
        self._in_loop(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def call(self, from_: str, did: str, what: str | Scenario) -> str:
        """Begin a call and return its uniqueid at once; it goes on by itself.

        `what` is a scenario or the name of one in the package. Raises UnknownScenario, or
        ValueError when a number holds blanks or control characters.
        """
        script = scenario(what) if isinstance(what, str) else what
        for title, value in (("from", from_), ("did", did)):
            if not _WORD.fullmatch(value):
                raise ValueError(f"{title}: no blanks or control characters, 80 characters at most")
        return self._in_loop(self._begin(from_, did, script))

    def play(self, path: Path, *, as_recorded: bool = False) -> None:
        """Send a recording's events to all clients, without pauses.

        Ids of calls, channels and bridges are made new unless `as_recorded`. Raises OSError, or
        ValueError when there are no events in it.
        """
        events = tuple(recorded_events(path, None if as_recorded else self._numbers))
        if not events:
            raise ValueError(f"{path} holds no AMI events")
        self._in_loop(self._send_all(events))

    def fault(self, name: str) -> None:
        """Let something go wrong from now on; "none" ends it. Raises UnknownFault."""
        if name not in FAULTS:
            raise UnknownFault(f"no fault {name!r}; there are: {', '.join(FAULTS)}")
        self._in_loop(self._set_fault(name))

    def hurry(self) -> None:
        """Cut short every pause that calls are making at this moment."""
        self._in_loop(self._end_pauses())

    def wait_idle(self, timeout: float = 30.0) -> None:
        """Wait until all calls that were begun are over. Raises TimeoutError."""
        self._in_loop(self._idle(timeout))

    def wait_for_client(self, timeout: float = 30.0) -> None:
        """Wait until a client has logged in. Raises TimeoutError."""
        self._in_loop(asyncio.wait_for(self._client_there(), timeout))

    def _in_loop(self, work: Coroutine[Any, Any, _Answer]) -> _Answer:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, self._host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in (*self._calls, *([self._flood] if self._flood else [])):
            task.cancel()
        for session in tuple(self._sessions):
            session.cut()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = Session(reader, writer, self._secret, self._channels, self._faults)
        self._sessions.add(session)
        try:
            with suppress(ConnectionError):  # a client may go away without a word
                await session.serve()
        finally:
            self._sessions.discard(session)

    async def _begin(self, from_: str, did: str, script: Scenario) -> str:
        call = SimulatedCall(from_, did, self._numbers, self._emit, self._channels.hide)
        task = asyncio.create_task(self._play(call, did, script))
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)
        return call.caller.uniqueid

    async def _play(self, call: SimulatedCall, did: str, script: Scenario) -> None:
        for step in script.steps:
            if step.verb == WAIT:
                await self._pause(float(step.arguments[0]) / self._speed)
            else:
                await self._do(call, did, step)

    async def _do(self, call: SimulatedCall, did: str, step: Step) -> None:
        if step.verb == ALSO:
            from_, name = step.arguments
            await self._begin(from_, did, scenario(name))
            return
        STEPS[step.verb](call, *step.arguments)
        if step.verb == STOP:
            self._stop_pbx()

    def _stop_pbx(self) -> None:
        """Every other call ends, too, and all clients are sent away; they may come back at once."""
        for other in self._calls - {asyncio.current_task()}:
            other.cancel()
        for hangup in tuple(self._channels.hangups()):
            self._emit(hangup)
        self._emit(_SHUTDOWN)
        for session in tuple(self._sessions):
            session.end()

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._hurry.wait(), seconds)

    async def _end_pauses(self) -> None:
        self._hurry.set()
        self._hurry.clear()

    def _emit(self, headers: Headers) -> None:
        self._channels.observe(headers)
        for session in self._sessions:
            session.event(headers)

    async def _send_all(self, events: tuple[Headers, ...]) -> None:
        for headers in events:
            self._emit(headers)

    async def _set_fault(self, name: str) -> None:
        self._faults.silent = name == "silent"
        self._faults.refuse_login = name == "refuse-login"
        self._faults.one_byte = name == "one-byte"
        self._faults.cut = name == "cut"
        if self._flood is not None:
            self._flood.cancel()
        self._flood = asyncio.create_task(self._keep_flooding()) if name == "flood" else None
        if name == "refuse-login":
            for session in tuple(self._sessions):
                session.cut()

    async def _keep_flooding(self) -> None:
        while True:
            for session in self._sessions:
                for _ in range(0 if session.is_behind else 100):
                    session.event(_FLOOD)
            await asyncio.sleep(0.01)

    async def _idle(self, timeout: float) -> None:
        try:
            async with asyncio.timeout(timeout):
                while self._calls:  # a call may have begun another one
                    await asyncio.wait(tuple(self._calls))
        except TimeoutError:
            raise TimeoutError("a simulated call is still going on") from None

    async def _client_there(self) -> None:
        while not any(session.logged_in for session in self._sessions):
            await asyncio.sleep(0.01)
