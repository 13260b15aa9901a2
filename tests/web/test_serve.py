"""The real server: it listens at once, and stops without waiting for open pages."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

import pytest
from flask import Flask, request

from tests.web.make import Make
from tests.web.pages import Browser
from textback.store.changes import Changes
from textback.web.app import create_app
from textback.web.context import Context, WebConfig
from textback.web.guard import BY_ITSELF, TOPICS
from textback.web.serve import Server


@pytest.fixture
def changes(make: Make) -> Changes:
    """Not started: the server does that."""
    return Changes(make.database)


@pytest.fixture
def stop() -> threading.Event:
    return threading.Event()


@pytest.fixture
def server(app: Flask, changes: Changes, stop: threading.Event) -> Iterator[Server]:
    listening = Server(app, changes, "127.0.0.1", 0)
    serving = threading.Thread(target=listening.run, args=(stop,))
    serving.start()
    yield listening
    stop.set()
    serving.join()


def get(server: Server, path: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request("GET", path, headers=headers or {})
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, body


def test_it_serves(server: Server) -> None:
    assert get(server, "/healthz") == (200, "ok\n")


def test_it_does_not_say_what_it_is_made_of(server: Server) -> None:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request("GET", "/healthz")
    assert connection.getresponse().getheader("Server") is None
    connection.close()


def test_stopping_answers_the_pages_that_wait(
    server: Server, stop: threading.Event, rosa: Browser, changes: Changes, app: Flask
) -> None:
    cookie = rosa.client.get_cookie("textback")
    assert cookie is not None
    version = changes.version(*TOPICS)
    while (newer := changes.wait(version, 0.2, *TOPICS)) != version:
        version = newer
    headers = {"Cookie": f"textback={cookie.value}", BY_ITSELF: "1"}
    context: Context = app.extensions["textback"]
    with ThreadPoolExecutor() as elsewhere:
        waiting = elsewhere.submit(get, server, f"/live?since={version}", headers)
        while not context.seats.taken:
            assert not waiting.done()
        stop.set()
        assert waiting.result()[0] == 200


def test_a_port_that_is_taken_is_said_at_once(server: Server, app: Flask, make: Make) -> None:
    with pytest.raises(OSError, match="in use"):
        Server(app, Changes(make.database), "127.0.0.1", server.port)


def test_behind_a_proxy_the_browsers_own_address_counts(make: Make) -> None:
    changes, stop = Changes(make.database), threading.Event()
    app = create_app(WebConfig(secret_key="for tests only"), make.database, changes, make.clock)
    seen: list[str | None] = []

    @app.before_request
    def note() -> None:
        seen.append(request.remote_addr)

    trusting = Server(app, changes, "127.0.0.1", 0, behind_proxy="127.0.0.1")
    serving = threading.Thread(target=trusting.run, args=(stop,))
    serving.start()
    get(trusting, "/healthz", {"X-Forwarded-For": "192.0.2.7"})
    stop.set()
    serving.join()
    assert seen == ["192.0.2.7"]
