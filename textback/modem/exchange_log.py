"""The last exchanges with a modem in a file of bounded size, for `textback modem log`."""

import contextlib
import logging
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

log = logging.getLogger(__name__)

_LARGEST = 1_000_000  # octets; an older file of the same size is kept beside it


def older(path: Path) -> Path:
    """Where the lines before those in `path` are."""
    return path.with_name(f"{path.name}.1")


class ExchangeLog:
    """Owned by one thread. A file that cannot be written is told once and does no other harm."""

    def __init__(self, path: Path, *, largest: int = _LARGEST) -> None:
        self._path = path
        self._largest = largest
        self._file: IO[str] | None = None
        self._told = False

    def write(self, line: str) -> None:
        """Adds a line, with the time before it."""
        try:
            file = self._open()
            file.write(f"{datetime.now(UTC).isoformat(timespec='milliseconds')} {line}\n")
            file.flush()
        except OSError as error:
            self._tell(error)

    def close(self) -> None:
        """Lets go of the file; a later line opens it again."""
        if self._file:
            with contextlib.suppress(OSError):
                self._file.close()
            self._file = None

    def _open(self) -> IO[str]:
        if self._file and self._file.tell() >= self._largest:
            self.close()
            self._path.replace(older(self._path))
        if self._file is None:
            # Masked as it is, it shows when the office texts: not for every user of the box.
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
            self._file = os.fdopen(descriptor, "a", encoding="utf-8")
        return self._file

    def _tell(self, error: OSError) -> None:
        self.close()
        level = logging.DEBUG if self._told else logging.WARNING
        log.log(level, "the modem's exchanges cannot be kept in %s: %s", self._path, error.strerror)
        self._told = True
