"""The serial port of a simulated modem: a pseudo-terminal under a path that stays."""

import contextlib
import os
import tty
from pathlib import Path


class Pty:
    """Opens at once, under each of `links`."""

    def __init__(self, links: tuple[Path, ...]) -> None:
        self._links = links
        self._name = ""
        self._master = self._slave = -1
        self.plug_in()

    @property
    def plugged(self) -> bool:
        """Whether there is a port to open."""
        return self._master >= 0

    def fileno(self) -> int:
        """The modem's end, for selectors."""
        return self._master

    def plug_in(self, *, elsewhere: bool = False) -> None:
        """Makes the port and its links; `elsewhere`: the device has another name than before.

        Raises FileExistsError rather than replace a real file.
        """
        for link in self._links:
            _make_way(link)
        self._master, self._slave = self._open(elsewhere)
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self._name = os.ttyname(self._slave)
        for link in self._links:
            link.symlink_to(self._name)

    def unplug(self) -> None:
        """The port vanishes; whoever has it open sees an end of file or an I/O error."""
        if not self.plugged:
            return
        for link in self._links:
            if link.is_symlink() and str(link.readlink()) == self._name:
                link.unlink()
        os.close(self._slave)
        os.close(self._master)
        self._master = self._slave = -1

    def _open(self, elsewhere: bool) -> tuple[int, int]:
        """Both ends; keeping both, so that a port which a client closes is no hang-up."""
        ends = os.openpty()
        if not elsewhere or os.ttyname(ends[1]) != self._name:
            return ends
        others = os.openpty()
        for end in ends:
            os.close(end)
        return others

    def read(self) -> bytes:
        """What was typed; b"" when nothing was."""
        try:
            return os.read(self._master, 4096)
        except (BlockingIOError, OSError):
            return b""

    def write(self, data: bytes) -> None:
        """Shows `data`; as on a serial line, what nobody reads is lost when the buffer is full."""
        with contextlib.suppress(BlockingIOError):
            while data:
                data = data[os.write(self._master, data) :]


def _make_way(link: Path) -> None:
    if not link.is_symlink():
        if link.exists():
            raise FileExistsError(f"{link} is there already and is no simulated modem")
        return
    target = str(link.readlink())
    if link.exists() and not target.startswith("/dev/pts/"):
        raise FileExistsError(f"{link} is there already and leads to {target}")
    link.unlink()
