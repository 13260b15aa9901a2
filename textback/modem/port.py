"""A serial port that one thread owns and any thread can wake."""

import contextlib
import errno
import os
import select
import socket
import threading
from typing import Self

import serial

from textback.core.errors import LinkDown

_WRITE_SECONDS = 10.0
_GONE = (errno.ENOENT, errno.ENODEV, errno.ENXIO)
_MEANINGS = {
    **dict.fromkeys(_GONE, "is not there"),
    errno.EAGAIN: "is in use by another program",
    errno.EBUSY: "is in use by another program",
    errno.EACCES: "may not be opened by this user",
    errno.EPERM: "may not be opened by this user",
}


class PortGone(LinkDown):
    """There is no such port (any more)."""


class Port:
    """Reads and writes bytes; every failure is a LinkDown whose text names the port."""

    def __init__(self, path: str, device: serial.Serial) -> None:
        self._path = path
        self._device = device
        # The bell keeps ringing until it is heard, so no wake is lost between two waits.
        self._bell_in, self._bell_out = socket.socketpair()
        self._bell_in.setblocking(False)
        self._bell_out.setblocking(False)
        self._closing = threading.Lock()
        self._closed = False

    @classmethod
    def open(cls, path: str, baud: int) -> Self:
        """Opens the port for this program alone. Raises LinkDown."""
        try:
            device = serial.Serial(
                path, baud, timeout=0, write_timeout=_WRITE_SECONDS, exclusive=True
            )
        except (OSError, ValueError) as error:  # pyserial's SerialException is an OSError
            code = getattr(error, "errno", None)
            meaning = _MEANINGS.get(code or 0, f"cannot be opened as a serial port: {error}")
            kind = PortGone if code in _GONE else LinkDown
            raise kind(f"port {path} {meaning}") from None
        return cls(path, device)

    def read(self, timeout: float | None, *, wakeable: bool = False) -> bytes:
        """What came, as soon as something did; b"" after `timeout` seconds, or when woken.

        Only a `wakeable` read hears `wake`. Raises LinkDown when the port is gone.
        """
        bell = self._bell_out.fileno()
        try:
            device = int(self._device.fileno())
            ready, _, _ = select.select([device, bell] if wakeable else [device], [], [], timeout)
            if bell in ready:
                self._bell_out.recv(4096)
            if device not in ready:
                return b""
            data = os.read(device, 4096)
        except BlockingIOError:
            return b""
        except (OSError, ValueError) as error:
            raise self._gone(error) from None
        if not data:
            raise self._gone("end of file")
        return data

    def write(self, data: bytes) -> None:
        """Writes all of `data`. Raises LinkDown; some of it may have gone out then."""
        try:
            self._device.write(data)
        except (OSError, ValueError) as error:
            raise self._gone(error) from None

    def wake(self) -> None:
        """Ends the wakeable read that runs, or else the next one; from any thread."""
        with self._closing:
            if not self._closed:
                with contextlib.suppress(BlockingIOError):  # it rings already
                    self._bell_in.send(b"\0")

    def close(self) -> None:
        """Gives the port back; never fails."""
        with self._closing:
            self._closed = True
            with contextlib.suppress(OSError):
                self._device.close()
            self._bell_in.close()
            self._bell_out.close()

    def _gone(self, why: object) -> PortGone:
        return PortGone(f"port {self._path} was lost: {why}")
