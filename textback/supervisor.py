"""Starts processes, starts them again when they die, and ends them all together."""

import ctypes
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from types import FrameType

log = logging.getLogger(__name__)

BAD_CONFIG = 78  # sysexits.h EX_CONFIG: starting again would only fail again
_SUPERVISED = "TEXTBACK_SUPERVISED"
_STEADY_AFTER = 60.0  # seconds; who ran this long begins again with the shortest pause
_PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0)
_GRACE = 15.0  # seconds that a process has to end after SIGTERM


def supervise(commands: Mapping[str, Sequence[str]]) -> int:
    """Run the named commands until SIGTERM or SIGINT; the exit code of the whole."""
    stop = stop_on_signals()
    children = [_Child(name, argv, stop) for name, argv in commands.items()]
    for child in children:
        child.start()
    stop.wait()
    for child in children:
        child.end()
    return BAD_CONFIG if any(child.gave_up for child in children) else 0


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM or SIGINT sets. To be called from the main thread."""
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    return stop


def end_with_supervisor() -> None:
    """Ask Linux to end this process when its supervisor dies, even by kill -9 (prctl(2))."""
    supervisor = os.environ.get(_SUPERVISED)
    if supervisor and sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)
        if os.getppid() != int(supervisor):
            sys.exit("the supervisor is gone already")


class _Child(threading.Thread):
    """Keeps one command running; the thread lives as long as the command may."""

    def __init__(self, name: str, argv: Sequence[str], stop: threading.Event) -> None:
        super().__init__(name=f"supervise-{name}", daemon=True)
        self.gave_up = False
        self._name = name
        self._argv = argv
        self._stop_all = stop
        self._process: subprocess.Popen[bytes] | None = None
        self._starting = threading.Lock()

    def run(self) -> None:
        failures = 0
        while True:
            started = time.monotonic()
            code = self._run_once()
            if code is None or self._stop_all.is_set():
                return
            if code == BAD_CONFIG:
                self.gave_up = True
                self._stop_all.set()
                return
            failures = 0 if time.monotonic() - started > _STEADY_AFTER else failures + 1
            pause = _PAUSES[min(failures, len(_PAUSES)) - 1]
            log.error("%s ended with code %s; starting it again in %s s", self._name, code, pause)
            self._stop_all.wait(pause)

    def end(self) -> None:
        """End the command: politely, then not."""
        with self._starting:
            process = self._process
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            log.error("%s did not end in %s s and is killed", self._name, _GRACE)
            process.kill()
            process.wait()

    def _run_once(self) -> int | None:
        with self._starting:
            if self._stop_all.is_set():
                return None
            # A session of its own: Ctrl-C on the terminal reaches the supervisor alone.
            self._process = subprocess.Popen(
                self._argv,
                env=os.environ | {_SUPERVISED: str(os.getpid())},
                start_new_session=True,
            )
        return self._process.wait()
