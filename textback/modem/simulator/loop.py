"""One thread that owns a simulated modem: its port, its timers and its mailbox."""

import heapq
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from itertools import count

from textback.modem.simulator.pty import Pty

Task = Callable[[], None]


class Loop:
    """Hands what was typed at each port to its taker, runs timers when due, and posted tasks, one
    at a time."""

    def __init__(self, ports: Mapping[Pty, Callable[[bytes], None]]) -> None:
        self._ports = ports
        self._timers: list[tuple[float, int, Task]] = []
        self._order = count()
        self._mail: deque[Task] = deque()
        self._bell_in, self._bell_out = socket.socketpair()
        self._bell_out.setblocking(False)
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="simulated-modem", daemon=True)

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread and waits for it."""
        self.post(self._stop)
        self._thread.join()
        self._bell_in.close()
        self._bell_out.close()

    def post(self, task: Task) -> None:
        """Has `task` run soon by the loop's thread; from any thread."""
        self._mail.append(task)
        self._bell_in.send(b"\0")

    def call(self, task: Task) -> None:
        """As `post`, and waits until it is done; an exception of `task` is raised here.

        The loop's own thread does not wait for itself. Raises RuntimeError after the end.
        """
        if threading.current_thread() is self._thread:
            self.post(task)
            return
        if not self._thread.is_alive():
            raise RuntimeError("the simulated modem is switched off")
        done = threading.Event()
        failures: list[Exception] = []

        def run() -> None:
            try:
                task()
            except Exception as error:
                failures.append(error)
            done.set()

        self.post(run)
        done.wait()
        if failures:
            raise failures[0]

    def later(self, seconds: float, task: Task) -> None:
        """Has `task` run after `seconds`; from the loop's own thread only."""
        heapq.heappush(self._timers, (time.monotonic() + seconds, next(self._order), task))

    def _stop(self) -> None:
        self._stopped = True

    def _run(self) -> None:
        while not self._stopped:
            for file in self._ready():
                if file is self._bell_out:
                    self._bell_out.recv(4096)
                elif isinstance(file, Pty) and (data := file.read()):
                    self._ports[file](data)
            while self._mail and not self._stopped:
                self._mail.popleft()()
            while self._timers and self._timers[0][0] <= time.monotonic():
                heapq.heappop(self._timers)[2]()

    def _ready(self) -> list[object]:
        timeout = max(self._timers[0][0] - time.monotonic(), 0) if self._timers else None
        with selectors.DefaultSelector() as selector:
            selector.register(self._bell_out, selectors.EVENT_READ)
            for pty in self._ports:
                if pty.plugged:
                    selector.register(pty, selectors.EVENT_READ)
            return [key.fileobj for key, _ in selector.select(timeout)]
