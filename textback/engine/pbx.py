"""The thread with the event loop in which all AMI connections live."""

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from typing import Any


class LoopThread:
    """Runs some never-ending coroutines in a thread of their own until it is stopped."""

    def __init__(self, name: str, coroutines: Sequence[Coroutine[Any, Any, None]]) -> None:
        self._coroutines = coroutines
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._stopping = asyncio.Event()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def _run(self) -> None:
        self._loop.run_until_complete(self._until_stopped())
        self._loop.close()

    async def _until_stopped(self) -> None:
        tasks = [asyncio.ensure_future(coroutine) for coroutine in self._coroutines]
        await self._stopping.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
