"""AMI bytes to frames: cut at blank lines while still bytes, so that no character is lost."""

_MOST_OF_AN_END = 3  # bytes of "\r\n\r\n" that may wait for the last one


class FrameReader:
    """Cuts a stream of bytes, however it is split into reads, into frames.

    A frame is the bytes between two blank lines, as they came; its last line has no line end.
    Lines end with "\r\n" (AMI) or "\n", whichever the first one does. A frame of more than
    `limit` bytes is dropped and counted in `dropped`; the stream goes on after it.
    """

    def __init__(self, limit: int = 64 * 1024) -> None:
        self.dropped = 0
        self._limit = limit
        self._blank_line = b""  # not known yet
        self._rest = b""
        self._skipping = False

    @property
    def pending(self) -> int:
        """How many bytes wait for the end of their frame."""
        return len(self._rest)

    def feed(self, data: bytes) -> list[bytes]:
        """Take the next bytes; return the frames they complete, oldest first."""
        *pieces, self._rest = self._cut(self._rest + data)
        if self._skipping and pieces:
            del pieces[0]
            self._skipping = False
        frames = self._within_limit(pieces)
        self._bound_the_rest()
        return frames

    def _cut(self, data: bytes) -> list[bytes]:
        if not self._blank_line:
            line, newline, _ = data.partition(b"\n")
            if not newline:
                return [data]
            self._blank_line = b"\r\n\r\n" if line.endswith(b"\r") else b"\n\n"
        return data.split(self._blank_line)

    def _within_limit(self, pieces: list[bytes]) -> list[bytes]:
        frames = [frame for piece in pieces if (frame := piece.lstrip(b"\r\n"))]
        if max(map(len, frames), default=0) <= self._limit:
            return frames
        kept = [frame for frame in frames if len(frame) <= self._limit]
        self.dropped += len(frames) - len(kept)
        return kept

    def _bound_the_rest(self) -> None:
        if not self._skipping:
            self._rest = self._rest.lstrip(b"\r\n") or self._rest[-1:]
            if len(self._rest) > self._limit + _MOST_OF_AN_END:
                self.dropped += 1
                self._skipping = True
        if self._skipping:
            self._rest = self._rest[-_MOST_OF_AN_END:]


def recorded(data: bytes) -> bytes:
    """Bytes of a recording with line ends made one kind: editors mix them."""
    return data.translate(None, b"\r")


def event_name(frame: bytes) -> bytes:
    """The frame's event name, b"" when it is no event; costs no parsing."""
    start = 7
    if not frame.startswith(b"Event: "):
        start = frame.find(b"\nEvent: ") + 8
        if start < 8:
            return b""
    end = frame.find(b"\n", start)
    return (frame[start:end] if end >= 0 else frame[start:]).strip()


def parse(frame: bytes) -> dict[str, str]:
    """The frame's headers; a header that comes several times has its values joined by "\\n".

    Bytes that are not UTF-8 become U+FFFD; a line without a colon is left out.
    """
    lines = frame.translate(None, b"\r").decode("utf-8", "replace").split("\n")
    try:
        headers = dict([line.split(": ", 1) for line in lines])
    except ValueError:
        return _parse_odd(lines)
    return headers if len(headers) == len(lines) else _parse_odd(lines)


def _parse_odd(lines: list[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            continue
        value = value.removeprefix(" ")
        headers[name] = f"{headers[name]}\n{value}" if name in headers else value
    return headers
