"""The engine as a process of its own, which can be killed at any instant and started again."""

import logging
import multiprocessing
import os
import signal
import threading
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

from textback import config, wiring


def forking() -> ForkServerContext:
    """Processes that begin with the program loaded, so that hundreds of starts take no time."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


def live(config_file: Path, log: Path) -> None:
    """What `textback run --only engine` does, until the tests' own process is gone."""
    threading.Thread(target=_die_with_the_tests, daemon=True).start()
    logging.basicConfig(filename=log, level=logging.INFO, format="%(process)d %(message)s")
    wiring.run_engine(config.load(config_file), wiring.utc_now)


def _die_with_the_tests() -> None:
    """An engine left behind would go on opening its port, which by then is another test's."""
    tests = multiprocessing.parent_process()
    if tests is not None:
        tests.join()
    os.kill(os.getpid(), signal.SIGKILL)


class MortalEngine:
    """`kill` may be called from any thread and any number of times."""

    def __init__(self, config_file: Path, log: Path) -> None:
        self._arguments = (config_file, log)
        self._context = forking()
        self._process: ForkServerProcess | None = None
        self._dead = threading.Event()

    def start(self) -> None:
        self._dead.clear()
        self._process = self._context.Process(target=live, args=self._arguments, daemon=True)
        self._process.start()

    def kill(self) -> None:
        """As `kill -9`."""
        process = self._process
        if process is not None and not self._dead.is_set():
            process.kill()
            self._dead.set()

    def wait_for_death(self, timeout: float) -> bool:
        """Whether it was killed; False when it still lives after `timeout` seconds."""
        if not self._dead.wait(timeout):
            return False
        if self._process is not None:
            self._process.join()
        return True

    def stop(self) -> None:
        """As SIGTERM does it; killed when it takes too long. Raises AssertionError then."""
        process = self._process
        if process is None or self._dead.is_set():
            return
        process.terminate()
        process.join(30)
        if process.is_alive():
            self.kill()
            raise AssertionError("the engine did not end by itself")
