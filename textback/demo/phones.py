"""The callers' phones: what stands on their screens."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """One line on a phone's screen: a text that came (from the practice) or one that it sent."""

    mine: bool
    text: str
    at: datetime


class Phones:
    """The screens of all phones, by number. Any thread may use it."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._screens: dict[str, list[Shown]] = {}
        self._lock = threading.Lock()

    def got(self, number: str, text: str) -> None:
        self._show(number, mine=False, text=text)

    def wrote(self, number: str, text: str) -> None:
        self._show(number, mine=True, text=text)

    def screen(self, number: str) -> list[Shown]:
        with self._lock:
            return list(self._screens.get(number, ()))

    def numbers(self) -> list[str]:
        """Numbers with something on their screens, the latest first."""
        with self._lock:
            return sorted(self._screens, key=lambda n: self._screens[n][-1].at, reverse=True)

    def _show(self, number: str, *, mine: bool, text: str) -> None:
        with self._lock:
            self._screens.setdefault(number, []).append(Shown(mine, text, self._now()))
