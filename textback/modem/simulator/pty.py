"""The serial port of a simulated modem: a pseudo-terminal under a path that stays."""

import contextlib
import os
import tempfile
import tty
from pathlib import Path


class Pty:
    """Opens at once. `link` names the port; without one it lies in a directory of its own."""

    def __init__(self, link: Path | None = None) -> None:
        self._directory = None if link else tempfile.TemporaryDirectory(prefix="textback-modem-")
        self.link = link or Path(self._directory.name if self._directory else "", "modem")
        self._master = self._slave = -1
        self.plug_in()

    @property
    def plugged(self) -> bool:
        """Whether there is a port to open."""
        return self._master >= 0

    def fileno(self) -> int:
        """The modem's end, for selectors."""
        return self._master

    def plug_in(self) -> None:
        """Makes the port and its link. Raises FileExistsError rather than replace a real file."""
        _make_way(self.link)
        self._master, self._slave = os.openpty()  # keeping both: a closed port is no hang-up
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.link.symlink_to(os.ttyname(self._slave))

    def unplug(self) -> None:
        """The port vanishes; whoever has it open sees an end of file or an I/O error."""
        if not self.plugged:
            return
        if self.link.is_symlink() and str(self.link.readlink()) == os.ttyname(self._slave):
            self.link.unlink()
        os.close(self._slave)
        os.close(self._master)
        self._master = self._slave = -1

    def close(self) -> None:
        """Unplugs for good."""
        self.unplug()
        if self._directory:
            self._directory.cleanup()

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
