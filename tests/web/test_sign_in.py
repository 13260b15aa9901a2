"""Signing in, staying in, being slowed down."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.make import PASSWORD, Make
from tests.web.pages import Browser, form_to, sign_in
from textback.store import sign_in as store
from textback.store import staff
from textback.store.changes import Changes
from textback.store.models import Audit
from textback.web.app import create_app
from textback.web.context import WebConfig
from textback.web.guard import BY_ITSELF


@pytest.fixture
def nobody(make: Make, anybody: FlaskClient) -> FlaskClient:
    """A browser in front of an inbox that has one person."""
    make.person()
    return anybody


def test_the_right_password_opens_the_inbox(nobody: FlaskClient) -> None:
    assert sign_in(nobody, "rosa", PASSWORD).location == "/"
    assert nobody.get("/").status_code == 200


def test_a_user_name_is_known_by_any_case(nobody: FlaskClient) -> None:
    assert sign_in(nobody, " Rosa ", PASSWORD).status_code == 302


def test_a_wrong_password_and_an_unknown_name_look_the_same(nobody: FlaskClient) -> None:
    wrong, unknown = (sign_in(nobody, name, "no such password") for name in ("rosa", "nemo"))
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert "do not go together" in wrong.text
    assert "do not go together" in unknown.text


def test_an_unknown_name_costs_one_hash_like_a_known_one(make: Make) -> None:
    make.person()
    checked: list[str] = []

    def check(hashed: str, _password: str) -> bool:
        checked.append(hashed.rpartition("$")[0].partition("$")[0])
        return False

    with make.database.read() as db:
        staff.check_password(db, "rosa", "wrong password", check)
        staff.check_password(db, "nemo", "wrong password", check)
    assert checked == ["scrypt:32768:8:1"] * 2


def test_guessing_at_one_name_is_slowed_down_more_and_more(nobody: FlaskClient, make: Make) -> None:
    for _ in range(store.FREE_BY_USERNAME):
        assert sign_in(nobody, "rosa", "guess").status_code == 401
    slowed = sign_in(nobody, "rosa", PASSWORD)
    assert slowed.status_code == 429
    assert "wait 1 s" in slowed.text
    make.clock.forward(seconds=1)
    assert sign_in(nobody, "rosa", "guess").status_code == 401
    assert "wait 2 s" in sign_in(nobody, "rosa", "guess").text


def test_after_the_wait_the_right_password_is_good_again(nobody: FlaskClient, make: Make) -> None:
    for _ in range(store.FREE_BY_USERNAME):
        sign_in(nobody, "rosa", "guess")
    make.clock.forward(seconds=1)
    assert sign_in(nobody, "rosa", PASSWORD).status_code == 302


def test_the_wait_has_an_end(make: Make) -> None:
    waits = []
    for _ in range(40):
        with make.database.write() as db:
            waits.append(store.begin_attempt(db, "rosa", "10.0.0.9", make.clock()))
        make.clock.at += waits[-1]
    assert max(waits) == store.LONGEST_WAIT


def test_guessing_at_many_names_from_one_address_is_slowed_down(make: Make) -> None:
    def attempt(name: str, address: str) -> timedelta:
        with make.database.write() as db:
            return store.begin_attempt(db, name, address, make.clock())

    waits = [attempt(f"name{n}", "10.0.0.9") for n in range(store.FREE_BY_ADDRESS + 1)]
    assert [bool(w) for w in waits] == [False] * store.FREE_BY_ADDRESS + [True]
    assert not attempt("name0", "10.0.0.10")


def test_guesses_sent_at_once_count_before_any_is_checked(make: Make) -> None:
    with make.database.write() as db:
        waits = [store.begin_attempt(db, "rosa", f"10.0.0.{n}", make.clock()) for n in range(9)]
    assert len([w for w in waits if not w]) == store.FREE_BY_USERNAME


def test_signing_in_gives_a_new_token_so_that_a_planted_one_is_worthless(
    nobody: FlaskClient, app: Flask
) -> None:
    nobody.set_cookie("textback", "planted by somebody else")
    sign_in(nobody, "rosa", PASSWORD)
    cookie = nobody.get_cookie("textback")
    assert cookie is not None
    assert cookie.value != "planted by somebody else"
    intruder = app.test_client()
    intruder.set_cookie("textback", "planted by somebody else")
    assert intruder.get("/").status_code == 302


def test_signing_out_ends_the_token_itself(rosa: Browser, app: Flask) -> None:
    cookie = rosa.client.get_cookie("textback")
    assert cookie is not None
    rosa.submit("/", "/sign-out")
    thief = app.test_client()
    thief.set_cookie("textback", cookie.value)
    assert thief.get("/").status_code == 302


def test_fifteen_minutes_of_nothing_end_it(rosa: Browser, make: Make) -> None:
    make.clock.forward(minutes=14)
    assert rosa.get("/").status_code == 200
    make.clock.forward(minutes=14)
    assert rosa.get("/").status_code == 200
    make.clock.forward(minutes=15)
    assert rosa.get("/").status_code == 302


def test_a_page_that_refreshes_itself_is_no_sign_of_a_person(rosa: Browser, make: Make) -> None:
    for _ in range(14):
        make.clock.forward(minutes=1)
        assert rosa.client.get("/", headers={BY_ITSELF: "1"}).status_code == 200
    make.clock.forward(minutes=1)
    assert rosa.client.get("/", headers={BY_ITSELF: "1"}).status_code == 401


def test_after_twelve_hours_even_a_busy_person_signs_in_again(rosa: Browser, make: Make) -> None:
    for _ in range(71):
        make.clock.forward(minutes=10)
        assert rosa.get("/status").status_code == 200
    make.clock.forward(minutes=10)
    assert rosa.get("/status").status_code == 302


def test_somebody_who_was_deactivated_is_out_at_once(rosa: Browser, ben: Browser) -> None:
    rosa.submit(f"/staff/{ben.person.id}", f"/staff/{ben.person.id}/deactivate")
    assert ben.get("/").status_code == 302
    assert sign_in(ben.client, "ben", PASSWORD).status_code == 401


def test_a_new_password_signs_out_whoever_used_the_old_one(rosa: Browser, ben: Browser) -> None:
    path = f"/staff/{ben.person.id}"
    rosa.submit(path, f"{path}/password", password="a quite new password")
    assert ben.get("/").status_code == 302
    assert sign_in(ben.client, "ben", "a quite new password").status_code == 302


def test_signing_in_and_out_is_logged(rosa: Browser, make: Make) -> None:
    rosa.submit("/", "/sign-out")
    with make.database.read() as db:
        actions = [(row.staff_id, row.action) for row in db.query(Audit).order_by(Audit.id)]
    assert actions == [(rosa.person.id, "signed in"), (rosa.person.id, "signed out")]


def test_https_makes_the_cookies_secure(make: Make) -> None:
    make.person()
    config = WebConfig(secret_key="for tests only", secure_cookies=True)
    client = create_app(config, make.database, Changes(make.database), make.clock).test_client()
    page = client.get("/sign-in", base_url="https://inbox.example")
    data = form_to(page.text, "/sign-in") | {"username": "rosa", "password": PASSWORD}
    answer = client.post(
        "/sign-in",
        data=data,
        base_url="https://inbox.example",
        headers={"Referer": "https://inbox.example/sign-in"},
    )
    cookies = answer.headers.getlist("Set-Cookie")
    token = next(c for c in cookies if c.startswith("__Host-textback="))
    assert "Secure" in token
    assert "HttpOnly" in token
    assert "Strict-Transport-Security" in answer.headers
