"""Serving the pages with waitress."""

import threading
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.server import MultiSocketServer, create_server

from textback.store.changes import Changes

# A thread that waits for a change costs almost nothing; Seats keeps some of them for pages.
THREADS = 48
LOOK_EVERY = 0.5  # seconds until a stop is noticed
LAST_ANSWERS = 1.0  # seconds that remain for answers on their way


class Server:
    """The web, listening from the start; `port` is the real one where 0 was asked for.

    `behind_proxy` is the address of the one proxy whose X-Forwarded-For and -Proto are believed.
    Raises OSError where the address cannot be listened on.
    """

    def __init__(
        self, app: Flask, changes: Changes, host: str, port: int, behind_proxy: str | None = None
    ) -> None:
        self._changes = changes
        self._sockets: dict[int, Any] = {}
        self._server = create_server(
            app,
            map=self._sockets,
            host=host,
            port=port,
            threads=THREADS,
            ident="",
            # Reading ahead is how waitress notices that a browser has gone away.
            channel_request_lookahead=1,
            **_proxy(behind_proxy),
        )
        self.port = _port(self._server)

    def run(self, stop: threading.Event) -> None:
        """Watch for changes and serve, until `stop` is set."""
        self._changes.start()
        while not stop.is_set():
            self._loop(LOOK_EVERY, times=1)
        self._changes.stop()  # ends the requests that wait for a change
        self._loop(LAST_ANSWERS / 10, times=10)
        self._server.task_dispatcher.shutdown()
        wasyncore.close_all(self._sockets)

    def _loop(self, timeout: float, times: int) -> None:
        wasyncore.loop(timeout=timeout, use_poll=True, map=self._sockets, count=times)


def serve(
    app: Flask,
    changes: Changes,
    host: str,
    port: int,
    stop: threading.Event,
    behind_proxy: str | None = None,
) -> None:
    """Listen and serve until `stop` is set; the other parameters are those of Server."""
    Server(app, changes, host, port, behind_proxy).run(stop)


def _proxy(address: str | None) -> dict[str, Any]:
    if address is None:
        return {}
    headers = {"x-forwarded-for", "x-forwarded-proto"}
    return {"trusted_proxy": address, "trusted_proxy_headers": headers}


def _port(server: Any) -> int:
    # One name may stand for several addresses, such as localhost.
    several = isinstance(server, MultiSocketServer)
    return int(server.effective_listen[0][1] if several else server.effective_port)
