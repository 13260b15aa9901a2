"""A person at a terminal, on a port of the simulated modem."""

import re

import serial

_FINAL = rb"\r\n(OK|ERROR|NO CARRIER|\+CM[ES] ERROR: [^\r]*)\r\n$|\r\n> $"


class Line:
    """A context manager; every wait ends with an error after 5 s."""

    def __init__(self, path: str) -> None:
        self._port = serial.Serial(path, 115200, timeout=5)

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def waiting(self) -> int:
        """How many bytes came and were not read."""
        return int(self._port.in_waiting)

    def write(self, text: str) -> None:
        """Types and does not wait."""
        self._port.write(text.encode())

    def type(self, text: str, until: str) -> str:
        """What came, up to `until`."""
        self._port.write(text.encode())
        return bytes(self._port.read_until(until.encode())).decode()

    def ask(self, command: str) -> list[str]:
        """The lines of the answer, the echo left out; the final result or prompt is the last."""
        self._port.write(f"{command}\r".encode())
        return self._answer(command)

    def enter(self, body: str, end: str = "\x1a") -> list[str]:
        """The lines that answer a text typed after a prompt."""
        self._port.write(f"{body}{end}".encode("latin-1"))
        return self._answer(f"{body}{end}")

    def next_line(self) -> str:
        """The next line that is not empty."""
        while not (line := self._line()):
            pass
        return line

    def close(self) -> None:
        self._port.close()

    def _line(self) -> str:
        raw = bytes(self._port.read_until(b"\n"))
        assert raw.endswith(b"\n"), f"no line came, only {raw!r}"
        return raw.strip(b"\r\n").decode("latin-1")

    def _answer(self, typed: str) -> list[str]:
        shown = b""
        while not re.search(_FINAL, shown):
            octet = self._port.read(1)
            assert octet, f"{typed!r} was answered with {shown!r} only"
            shown += octet
        lines = shown.decode("latin-1").removeprefix(typed).split("\r\n")
        return [line.strip() for line in lines if line.strip()]
