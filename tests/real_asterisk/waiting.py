"""Waiting for a condition, and the one error of the bench."""

import time
from collections.abc import Callable


class BenchError(Exception):
    """The bench itself went wrong: neither Asterisk nor textback is to blame."""


def wait_until(condition: Callable[[], bool], what: str, timeout: float = 15.0) -> None:
    """Return as soon as `condition` holds; raise BenchError if it does not within `timeout` s."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise BenchError(f"waited {timeout} s in vain for {what}")
        time.sleep(0.02)
