"""Bytes from a modem, cut into lines."""

LONGEST = 4096  # longer is noise: the longest PDU line has 352 characters
_GARBAGE = bytes(octet for octet in range(256) if not 0x20 < octet < 0x7F)
_CONTROLS = dict.fromkeys(range(0x20)) | {0x7F: None}


class LineCutter:
    """Takes bytes as they dribble in; whatever is no printable ASCII around a line is dropped."""

    def __init__(self) -> None:
        self._tail = b""

    def feed(self, data: bytes) -> list[str]:
        """The lines that are complete now, without empty ones."""
        *lines, tail = (self._tail + data).replace(b"\r", b"\n").split(b"\n")
        self._tail = tail[-LONGEST:]
        cleaned = (_clean(line) for line in lines)
        return [line for line in cleaned if line]

    @property
    def pending(self) -> int:
        """How many bytes wait for the end of their line."""
        return len(self._tail)

    def take_prompt(self) -> bool:
        """Whether what came after the last line is a prompt, which is then taken away."""
        if not self._tail.strip(_GARBAGE).startswith(b">"):
            return False
        self._tail = b""
        return True


def _clean(line: bytes) -> str:
    text = line[:LONGEST].strip(_GARBAGE).decode("utf-8", "replace")
    return text.translate(_CONTROLS)
