"""An AMI server that does as little as possible: its time must not count as the program's."""

import socket
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from textback.asterisk.frames import FrameReader, parse
from textback.asterisk.simulator.call import SimulatedCall
from textback.asterisk.simulator.channels import Headers
from textback.asterisk.simulator.exchange import Numbers
from textback.asterisk.simulator.script import scenario
from textback.asterisk.simulator.session import GREETING, to_bytes
from textback.asterisk.simulator.steps import STEPS, WAIT

SCENARIO = "no-answer"
_LISTS = frozenset({"BridgeList", "CoreShowChannels", "Status"})
_OK = {"Response": "Success"}


class RawAmi:
    """Lets one client in and sends it calls; a context manager. One socket, blocking."""

    def __init__(self, did: str) -> None:
        self._did = did
        self._numbers = Numbers(1)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._client: socket.socket | None = None
        self._sending = threading.Lock()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="raw-ami", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listening.close()
        if self._client:
            self._client.close()

    def wait_for_client(self, timeout: float = 30.0) -> None:
        """Returns once the client knows what is under way. Raises TimeoutError."""
        if not self._ready.wait(timeout):
            raise TimeoutError("no client has logged in")

    def ring(self, caller: str) -> bytes:
        """Sends a missed call up to its end; returns the bytes of the caller's Hangup."""
        frames = list(_call(caller, self._did, self._numbers))
        self.send(b"".join(frames[:-1]))
        return frames[-1]

    def send(self, data: bytes) -> None:
        with self._sending:
            if self._client is None:
                raise BrokenPipeError("nobody is logged in")
            self._client.sendall(data)

    def _serve(self) -> None:
        self._client, _ = self._listening.accept()
        self._client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.send(GREETING)
        frames = FrameReader(limit=8192)
        while data := self._client.recv(65536):
            for frame in frames.feed(data):
                self._answer(parse(frame))

    def _answer(self, action: Headers) -> None:
        name, label = action["Action"], {"ActionID": action.get("ActionID", "")}
        answers: list[Headers] = [_OK | label | {"Value": ""}]
        if name in _LISTS:
            answers.append({"Event": f"{name}Complete"} | label | {"EventList": "Complete"})
        self.send(b"".join(map(to_bytes, answers)))
        if name == "Status":  # the last one that is asked
            self._ready.set()


def _call(caller: str, did: str, numbers: Numbers) -> Iterator[bytes]:
    """The frames of a call, the caller's own Hangup last."""
    said: list[Headers] = []
    call = SimulatedCall(caller, did, numbers, said.append, lambda *_: None)
    for step in scenario(SCENARIO).steps:
        if step.verb != WAIT:
            STEPS[step.verb](call, *step.arguments)
    for headers in said:
        yield to_bytes(headers)
        if headers["Event"] == "Hangup" and headers["Uniqueid"] == call.caller.uniqueid:
            return
