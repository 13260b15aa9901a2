"""The smallest possible AMI client: it proves what the PBX sends, without textback's own."""

import socket
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Final, Self

from .pbx import RealAsterisk
from .sipp import LOCALHOST

Message = Mapping[str, str]
SILENCE: Final = 15.0  # seconds without a byte after which a test has failed


class RawAmi:
    """Logged in as textback's user; keeps every event it has read."""

    def __init__(self, asterisk: RealAsterisk) -> None:
        self.events: list[Message] = []
        self._socket = socket.create_connection((LOCALHOST, asterisk.ami_port), SILENCE)
        self._stream = self._socket.makefile("rb")
        self._stream.readline()  # the banner
        self.login = self.ask(
            {"Action": "Login", "Username": asterisk.ami_user, "Secret": asterisk.secret}
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stream.close()
        self._socket.close()

    def ask(self, action: Message) -> Message:
        """Send an action and return the response to it."""
        self._socket.sendall(
            "".join(f"{name}: {value}\r\n" for name, value in action.items()).encode() + b"\r\n"
        )
        return next(message for message in self._messages() if "Response" in message)

    def read_until(self, is_last: Callable[[Message], bool]) -> Message:
        """Read events up to the first for which `is_last` holds, and return that one.

        Raises TimeoutError when none comes.
        """
        return next(message for message in self._messages() if is_last(message))

    def read_call(self) -> Message:
        """Read until a call from outside is over, hang-up and Cdr; return its Newchannel."""
        start = self.read_until(lambda event: event["Event"] == "Newchannel")
        waited_for = {"Hangup", "Cdr"}

        def ends_it(event: Message) -> bool:
            if start["Uniqueid"] in (event.get("Uniqueid"), event.get("UniqueID")):
                waited_for.discard(event["Event"])
            return not waited_for

        self.read_until(ends_it)
        return start

    def read_calls(self, count: int) -> None:
        """Read until so many calls from outside are over, each with hang-up and Cdr.

        On a busy machine one call's Cdr may come after the next call's Newchannel.
        """
        waited_for: dict[str, set[str]] = {}

        def ends_the_last(event: Message) -> bool:
            uniqueid = event.get("Uniqueid") or event.get("UniqueID") or ""
            if event.get("Event") == "Newchannel" and uniqueid == event.get("Linkedid"):
                waited_for[uniqueid] = {"Hangup", "Cdr"}
            waited_for.get(uniqueid, set()).discard(event.get("Event", ""))
            return len(waited_for) == count and not any(waited_for.values())

        self.read_until(ends_the_last)

    def _messages(self) -> Iterator[Message]:
        lines: dict[str, str] = {}
        for line in self._stream:
            name, _, value = line.decode().rstrip("\r\n").partition(": ")
            if name:
                lines[name] = value
                continue
            if "Event" in lines:
                self.events.append(lines)
            yield lines
            lines = {}
