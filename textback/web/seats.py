"""How many requests may be held open, so that waiting pages leave threads for working ones."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class Seats:
    """A limit for all together, and one for each browser.

    A browser opens at most six connections to a host (all of its tabs together), so that a few
    must stay free for the pages themselves.
    """

    def __init__(self, together: int = 32, each: int = 4) -> None:
        self._together = together
        self._each = each
        self._taken: Counter[str] = Counter()
        self._lock = threading.Lock()

    @property
    def taken(self) -> int:
        """How many requests are held open now."""
        with self._lock:
            return self._taken.total()

    @contextmanager
    def seat(self, browser: str) -> Iterator[bool]:
        """Whether this request may wait; the seat is free again at the end."""
        with self._lock:
            free = self._taken.total() < self._together and self._taken[browser] < self._each
            if free:
                self._taken[browser] += 1
        try:
            yield free
        finally:
            if free:
                self._leave(browser)

    def _leave(self, browser: str) -> None:
        with self._lock:
            self._taken[browser] -= 1
            if not self._taken[browser]:
                del self._taken[browser]
