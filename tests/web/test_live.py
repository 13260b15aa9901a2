"""How an open page learns of changes, and how many may wait at once."""

import threading
from contextlib import ExitStack
from typing import Any

import pytest

from tests.web.make import Make
from tests.web.pages import Browser
from textback.store.changes import Changes
from textback.web import live
from textback.web.context import Context
from textback.web.guard import BY_ITSELF, TOPICS
from textback.web.seats import Seats


def ask(browser: Browser, since: int) -> dict[str, Any]:
    answer = browser.client.get(f"/live?since={since}", headers={BY_ITSELF: "1"})
    assert answer.json is not None
    return dict(answer.json)


def test_a_page_that_is_behind_is_answered_at_once(rosa: Browser, changes: Changes) -> None:
    assert ask(rosa, since=-1) == {"version": changes.version(*TOPICS), "again_in": 0}


def test_a_page_that_is_up_to_date_is_answered_when_a_text_comes(
    rosa: Browser, make: Make, changes: Changes
) -> None:
    conversation = make.conversation()
    version = changes.wait(-1, 5, *TOPICS)
    while (newer := changes.wait(version, 0.2, *TOPICS)) != version:
        version = newer
    later = threading.Timer(0.1, make.text_in, (conversation, "Hello"))
    later.start()
    assert ask(rosa, since=version)["version"] > version
    later.join()


@pytest.mark.usefixtures("changes")
def test_a_page_is_not_held_for_ever(rosa: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "SLICES", 2)
    monkeypatch.setattr(live, "SLICE", 0.1)
    version = ask(rosa, since=-1)["version"]
    assert ask(rosa, since=version)["version"] >= version


def test_a_browser_that_went_away_frees_its_thread(rosa: Browser, changes: Changes) -> None:
    asked: list[int] = []

    def gone() -> bool:
        asked.append(1)
        return True

    answer = rosa.client.get(
        f"/live?since={changes.version(*TOPICS)}",
        headers={BY_ITSELF: "1"},
        environ_overrides={"waitress.client_disconnected": gone},
    )
    assert answer.status_code == 200
    assert len(asked) == 1


def test_who_is_not_signed_in_any_more_is_told_so(rosa: Browser, make: Make) -> None:
    make.clock.forward(minutes=16)
    assert rosa.client.get("/live?since=0", headers={BY_ITSELF: "1"}).status_code == 401


@pytest.mark.parametrize("query", ["", "?since=", "?since=soon"])
def test_a_question_without_a_version_is_refused(rosa: Browser, query: str) -> None:
    assert rosa.client.get(f"/live{query}", headers={BY_ITSELF: "1"}).status_code == 400


def test_one_browser_has_a_few_seats_and_frees_them() -> None:
    seats = Seats(together=10, each=2)
    with ExitStack() as tabs:
        asked = ("one", "one", "one", "two")
        assert [tabs.enter_context(seats.seat(browser)) for browser in asked] == [
            True,
            True,
            False,
            True,
        ]
    with seats.seat("one") as again:
        assert again


def test_all_together_have_a_limit_too() -> None:
    seats = Seats(together=1, each=5)
    with seats.seat("one"), seats.seat("two") as second:
        assert not second


def test_a_page_that_finds_no_seat_is_told_to_ask_again_later(rosa: Browser) -> None:
    context: Context = rosa.client.application.extensions["textback"]
    cookie = rosa.client.get_cookie("textback")
    assert cookie is not None
    with ExitStack() as tabs:
        for _ in range(4):
            tabs.enter_context(context.seats.seat(cookie.value))
        assert ask(rosa, since=0)["again_in"] == live.AGAIN_IN
