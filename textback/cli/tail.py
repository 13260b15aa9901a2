"""The end of a log file, and what is added to it."""

import os
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from textback.modem.exchange_log import older


def last_lines(path: Path, count: int) -> list[str]:
    """The last `count` lines of a log and of the older file beside it; none where there is none."""
    kept: deque[str] = deque(maxlen=count)
    for file in (older(path), path):
        if file.exists():
            kept.extend(file.read_text(encoding="utf-8", errors="replace").splitlines())
    return list(kept)


def added_lines(path: Path, wait: Callable[[], None]) -> Iterator[str]:
    """Each whole line that is added from now on, also when a new file takes the path.

    `wait` is called when there is nothing new; it ends this by raising.
    """
    file = _at_end(path)
    rest = ""
    while True:
        if file:
            rest += file.read()
            *lines, rest = rest.split("\n")
            yield from lines
        if path.exists() and not (file and _is_same(file, path)):
            if file:
                file.close()
            file, rest = path.open(encoding="utf-8", errors="replace"), ""
            continue
        wait()


def _at_end(path: Path) -> IO[str] | None:
    if not path.exists():
        return None
    file = path.open(encoding="utf-8", errors="replace")
    file.seek(0, 2)
    return file


def _is_same(file: IO[str], path: Path) -> bool:
    there, opened = path.stat(), os.fstat(file.fileno())
    return (there.st_dev, there.st_ino) == (opened.st_dev, opened.st_ino)
