"""A PBX of a few lines, whose every answer a test decides."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from textback.asterisk.frames import FrameReader, parse

Headers = dict[str, str]
Answer = Callable[["FakePbx", Headers], None]

SNAPSHOT_ENDS = {
    "BridgeList": "BridgeListComplete",
    "CoreShowChannels": "CoreShowChannelsComplete",
    "Status": "StatusComplete",
}


class FakePbx:
    """Serves one client; `answers` replaces what it says to an action, by the action's name."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[Headers] = []
        self.port = 0
        self._writer: asyncio.StreamWriter | None = None

    def say(self, headers: Headers) -> None:
        assert self._writer is not None
        lines = [f"{name}: {value}" for name, value in headers.items()]
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())

    def succeed(self, action: Headers, **more: str) -> None:
        self.say({"Response": "Success", "ActionID": action.get("ActionID", ""), **more})

    def deny(self, action: Headers) -> None:
        error = {"Response": "Error", "Message": "Permission denied"}
        self.say({**error, "ActionID": action.get("ActionID", "")})

    def list_channels(self, action: Headers, *channels: Headers) -> None:
        self.succeed(action, EventList="start")
        for channel in channels:
            self.say({"Event": "CoreShowChannel", **channel})
        self.say({"Event": "CoreShowChannelsComplete", "ActionID": action["ActionID"]})

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer, frames = writer, FrameReader()
        writer.write(b"Asterisk Call Manager/11.0.0\r\n")
        while data := await reader.read(4096):
            for frame in frames.feed(data):
                self._take(parse(frame))
        writer.close()

    def _take(self, action: Headers) -> None:
        self.asked.append(action)
        name = action["Action"]
        if name in self.answers:
            self.answers[name](self, action)
            return
        self.succeed(action, Value="")
        if name in SNAPSHOT_ENDS:
            self.say({"Event": SNAPSHOT_ENDS[name], "ActionID": action["ActionID"]})


@asynccontextmanager
async def fake_pbx() -> AsyncIterator[FakePbx]:
    pbx = FakePbx()
    server = await asyncio.start_server(pbx.serve, "127.0.0.1", 0)
    pbx.port = server.sockets[0].getsockname()[1]
    try:
        yield pbx
    finally:
        server.close()
