"""AMI bytes to frames: cut at blank lines while still bytes, so that no character is lost."""

_BLANK_LINE = b"\n\n"


class FrameReader:
    """Cuts a stream of bytes, however it is split into reads, into frames.

    A frame is the bytes between two blank lines, with line ends as "\\n" and no blank line inside.
    Line ends may come as "\\r\\n" (AMI) or "\\n" (recordings); any "\\r" is left out. A frame of
    more than `limit` bytes is dropped and counted in `dropped`; the stream goes on after it.
    """

    def __init__(self, limit: int = 64 * 1024) -> None:
        self.dropped = 0
        self._limit = limit
        self._rest = b""
        self._skipping = False

    @property
    def pending(self) -> int:
        """How many bytes wait for the end of their frame."""
        return len(self._rest)

    def feed(self, data: bytes) -> list[bytes]:
        """Take the next bytes; return the frames they complete, oldest first."""
        pieces = (self._rest + data.translate(None, b"\r")).split(_BLANK_LINE)
        self._rest = pieces.pop()
        if self._skipping and pieces:
            del pieces[0]
            self._skipping = False
        frames = self._within_limit(pieces)
        self._bound_the_rest()
        return frames

    def _within_limit(self, pieces: list[bytes]) -> list[bytes]:
        frames = [frame for piece in pieces if (frame := piece.lstrip(b"\n"))]
        if max(map(len, frames), default=0) <= self._limit:
            return frames
        kept = [frame for frame in frames if len(frame) <= self._limit]
        self.dropped += len(frames) - len(kept)
        return kept

    def _bound_the_rest(self) -> None:
        # One byte more than the limit may be the first half of the blank line that ends the frame.
        if self._skipping:
            self._rest = self._rest[-1:]
        elif len(self._rest.lstrip(b"\n")) > self._limit + 1:
            self.dropped += 1
            self._skipping = True
            self._rest = self._rest[-1:]


def event_name(frame: bytes) -> bytes:
    """The frame's event name, b"" when it is no event; costs no parsing."""
    if frame.startswith(b"Event: "):
        start = 7
    else:
        found = frame.find(b"\nEvent: ")
        if found < 0:
            return b""
        start = found + 8
    end = frame.find(b"\n", start)
    return frame[start:end] if end >= 0 else frame[start:]


def parse(frame: bytes) -> dict[str, str]:
    """The frame's headers; a header that comes several times has its values joined by "\\n".

    Bytes that are not UTF-8 become U+FFFD; a line without a colon is left out.
    """
    lines = frame.decode("utf-8", "replace").split("\n")
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
