"""One client of the simulated PBX: login, actions, and the events sent to it."""

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from textback.asterisk.frames import FrameReader, parse
from textback.asterisk.simulator.channels import Headers, LiveChannels

GREETING = b"Asterisk Call Manager/11.0.0\r\n"


@dataclass(slots=True)
class Faults:
    """What goes wrong at the moment."""

    silent: bool = False
    refuse_login: bool = False
    one_byte: bool = False
    cut: bool = False


@dataclass(slots=True, eq=False)
class Session:
    """One connection. Raises ConnectionError from serve() when the client goes."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    secret: str
    channels: LiveChannels
    faults: Faults
    logged_in: bool = False
    events_on: bool = False
    challenge: str = ""
    outbox: "asyncio.Queue[bytes | None]" = field(default_factory=asyncio.Queue)

    async def serve(self) -> None:
        """Answer the client until it leaves or is sent away."""
        self._put(GREETING)
        sender = asyncio.create_task(self._send())
        frames = FrameReader(limit=8192)
        try:
            while data := await self.reader.read(4096):
                for frame in frames.feed(data):
                    self._act(parse(frame))
        finally:
            sender.cancel()
            self.writer.close()

    def event(self, headers: Headers) -> None:
        """Send an event, if this client wants events."""
        if self.logged_in and self.events_on:
            self._put(to_bytes(headers))

    def end(self) -> None:
        """Close the connection when everything is sent."""
        self.outbox.put_nowait(None)

    @property
    def is_behind(self) -> bool:
        """Whether much is still to be sent."""
        return self.outbox.qsize() > 1000

    def cut(self) -> None:
        """Close the connection at once."""
        self.writer.transport.abort()

    def _put(self, data: bytes) -> None:
        if not self.faults.silent:
            self.outbox.put_nowait(data)

    async def _send(self) -> None:
        while (data := await self.outbox.get()) is not None:
            if self.faults.cut and data.startswith(b"Event: "):
                self.faults.cut = False
                self.writer.write(data[: len(data) // 2])
                break
            for piece in _pieces(data, one_byte=self.faults.one_byte):
                self.writer.write(piece)
                await self.writer.drain()
                if self.faults.one_byte:
                    await asyncio.sleep(0)
        self.writer.close()

    # Actions

    def _act(self, action: Headers) -> None:
        name = action.get("Action", "").lower()
        if name in ("login", "challenge"):
            getattr(self, f"_{name}")(action)
        elif not self.logged_in:
            self._refuse(action, "Permission denied")
        else:
            self._act_logged_in(name, action)

    def _act_logged_in(self, name: str, action: Headers) -> None:
        lists = {
            "coreshowchannels": ("CoreShowChannels", self.channels.core_show_channels),
            "status": ("Status", self.channels.status),
            "bridgelist": ("BridgeList", self.channels.bridge_list),
        }
        if name in lists:
            title, items = lists[name]
            self._list(action, title, items())
        elif name in ("ping", "events", "logoff", "getvar"):
            getattr(self, f"_{name}")(action)
        else:
            self._refuse(action, "Invalid/unknown command")

    def _challenge(self, action: Headers) -> None:
        self.challenge = str(secrets.randbelow(10**9))
        self._answer(action, {"Response": "Success", "Challenge": self.challenge})

    def _login(self, action: Headers) -> None:
        if self.faults.refuse_login or not self._knows_secret(action):
            self._refuse(action, "Authentication failed")
            self.end()
            return
        self.logged_in = True
        self._answer(action, {"Response": "Success", "Message": "Authentication accepted"})
        self.events_on = action.get("Events", "on").lower() != "off"
        self.event({"Event": "FullyBooted", "Privilege": "system,all", "Status": "Fully Booted"})

    def _knows_secret(self, action: Headers) -> bool:
        if action.get("AuthType", "").lower() != "md5":
            given, wanted = action.get("Secret", ""), self.secret
        else:
            text = (self.challenge + self.secret).encode()
            wanted = hashlib.md5(text, usedforsecurity=False).hexdigest()
            given = action.get("Key", "").lower() if self.challenge else ""
        return hmac.compare_digest(given.encode(), wanted.encode())

    def _ping(self, action: Headers) -> None:
        self._answer(action, {"Response": "Success", "Ping": "Pong"})

    def _events(self, action: Headers) -> None:
        self.events_on = action.get("EventMask", "on").lower() != "off"
        state = "On" if self.events_on else "Off"
        self._answer(action, {"Response": "Success", "Events": state})

    def _logoff(self, action: Headers) -> None:
        self._answer(action, {"Response": "Goodbye", "Message": "Thanks for all the fish."})
        self.end()

    def _getvar(self, action: Headers) -> None:
        channel, variable = action.get("Channel", ""), action.get("Variable", "")
        if not self.channels.has_channel(channel):
            self._refuse(action, "No such channel")
            return
        value = self.channels.variable(channel, variable)
        self._answer(action, {"Response": "Success", "Variable": variable, "Value": value})

    def _list(self, action: Headers, title: str, items: Iterable[Headers]) -> None:
        start = {"EventList": "start", "Message": f"{title} will follow"}
        self._answer(action, {"Response": "Success", **start})
        found = list(items)
        for item in found:
            self._put(to_bytes(_with_action_id(item, action)))
        end = {"Event": f"{title}Complete", "EventList": "Complete", "ListItems": str(len(found))}
        self._put(to_bytes(_with_action_id(end, action)))

    def _refuse(self, action: Headers, message: str) -> None:
        self._answer(action, {"Response": "Error", "Message": message})

    def _answer(self, action: Headers, headers: Headers) -> None:
        self._put(to_bytes(_with_action_id(headers, action)))


def to_bytes(headers: Headers) -> bytes:
    """One AMI frame. No value can begin a header of its own."""
    lines = [f"{name}: {' '.join(value.splitlines())}\r\n" for name, value in headers.items()]
    return "".join([*lines, "\r\n"]).encode()


def _with_action_id(headers: Headers, action: Headers) -> Headers:
    if "ActionID" not in action:
        return headers
    first, *rest = headers.items()
    return dict([first, ("ActionID", action["ActionID"]), *rest])


def _pieces(data: bytes, *, one_byte: bool) -> Iterable[bytes]:
    if not one_byte:
        return (data,)
    return (data[index : index + 1] for index in range(len(data)))
