"""What happens to each byte typed at a simulated modem: echo, lines, and text after a prompt."""

from collections import deque
from collections.abc import Callable

_BACKSPACE, _LF, _CR, _CTRL_Z, _ESC = 0x08, 0x0A, 0x0D, 0x1A, 0x1B
_REPEAT = b"A/"  # the last command line again, without a carriage return (V.250, clause 5.2.4)

OnBody = Callable[[str | None], None]


class Terminal:
    """Calls `on_line` for each command line; while `busy`, what is typed waits its turn."""

    def __init__(self, show: Callable[[bytes], None], on_line: Callable[[str], None]) -> None:
        self.echo = True
        self.busy = False
        self._show = show
        self._on_line = on_line
        self._on_body: OnBody | None = None
        self._typed: deque[int] = deque()
        self._entry = bytearray()
        self._echoed = bytearray()
        self._last = ""

    @property
    def in_text(self) -> bool:
        """Whether a prompt was shown and its text is not complete."""
        return self._on_body is not None

    def type(self, data: bytes = b"") -> None:
        """Takes typed bytes, and those that waited."""
        self._typed.extend(data)
        while self._typed and not self.busy:
            self._key(self._typed.popleft())
        self._flush_echo()

    def prompt(self, on_body: OnBody) -> None:
        """Shows a prompt; `on_body` gets the text up to ^Z, or None for ESC."""
        self._show(b"\r\n> ")
        self._on_body = on_body

    def forget(self) -> None:
        """Drops what was typed, as a reset does."""
        self._typed.clear()
        self._entry.clear()
        self._on_body = None
        self.busy = False

    def _key(self, key: int) -> None:
        if self.echo and key != _ESC:
            self._echoed.append(key)
        if self._on_body is not None:
            self._text_key(key, self._on_body)
        elif key == _CR:
            self._finish_line()
        elif key == _ESC:
            self._entry.clear()
        elif key == _BACKSPACE:
            del self._entry[-1:]
        elif key != _LF:
            self._entry.append(key)
            if self._entry.upper() == _REPEAT:
                self._entry[:] = self._last.encode("latin-1")
                self._finish_line()

    def _text_key(self, key: int, on_body: OnBody) -> None:
        if key not in (_CTRL_Z, _ESC):
            self._entry.append(key)
            return
        body = None if key == _ESC else self._take_entry()
        self._entry.clear()
        self._on_body = None
        self._flush_echo()
        on_body(body)

    def _finish_line(self) -> None:
        self._flush_echo()
        line = self._take_entry().strip()
        if line:
            self._last = line
            self._on_line(line)

    def _take_entry(self) -> str:
        entry = self._entry.decode("latin-1")
        self._entry.clear()
        return entry

    def _flush_echo(self) -> None:
        if self._echoed:
            self._show(bytes(self._echoed))
            self._echoed.clear()
