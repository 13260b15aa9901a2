"""Who is let in, and what every answer tells the browser."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from tests.web.make import NOW, PASSWORD, Make
from tests.web.pages import Browser, form_to, sign_in
from textback.store import inbox
from textback.store.models import SignedIn
from textback.web.guard import FOR_EVERYBODY, HEADERS, local_path

PAGES = (
    "/",
    "/conversations/1",
    "/calls",
    "/calls/1",
    "/settings",
    "/staff",
    "/staff/1",
    "/status",
)


def path_of(app: Flask, rule: Rule) -> str:
    action = re.search(r"<any\((\w+)", rule.rule)  # the first of those that the route takes
    values: dict[str, Any] = dict.fromkeys(rule.arguments, 1)
    if action:
        values["action"] = action[1]
    with app.test_request_context():
        return app.url_for(rule.endpoint, **{n: values[n] for n in rule.arguments})


def test_every_route_but_the_named_few_wants_a_sign_in(app: Flask, anybody: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    guarded = [r for r in app.url_map.iter_rules() if r.endpoint not in FOR_EVERYBODY]
    assert len(guarded) > 15
    for rule in guarded:
        for method in (rule.methods or set()) - {"OPTIONS"}:
            answer = anybody.open(path_of(app, rule), method=method)
            assert answer.status_code == 302, (rule.rule, method)
            assert answer.location.startswith("/sign-in"), (rule.rule, method)


def test_the_named_few_are_sign_in_static_files_and_health() -> None:
    assert {"static", "health.healthz", "sign_in.form", "sign_in.submit"} == FOR_EVERYBODY


def test_an_address_that_is_nothing_also_wants_a_sign_in(anybody: FlaskClient) -> None:
    assert anybody.get("/nothing/here").status_code == 302


def test_health_says_only_ok(anybody: FlaskClient) -> None:
    assert anybody.get("/healthz").text == "ok\n"


def test_every_form_without_its_token_is_refused(app: Flask, rosa: Browser, make: Make) -> None:
    make.conversation()
    rules = [r for r in app.url_map.iter_rules() if "POST" in (r.methods or set())]
    assert len(rules) > 8
    for rule in rules:
        assert rosa.client.post(path_of(app, rule)).status_code == 400, rule.rule


def test_only_admins_get_to_settings_and_staff(ben: Browser) -> None:
    assert [ben.get(p).status_code for p in ("/settings", "/staff", "/staff/1")] == [403] * 3
    assert "Settings" not in ben.text("/")


@pytest.mark.parametrize("path", [*PAGES, "/sign-in", "/healthz", "/nothing", "/static/live.js"])
def test_every_answer_has_the_security_headers(rosa: Browser, make: Make, path: str) -> None:
    make.call(make.conversation())
    headers = rosa.get(path).headers
    assert {name: headers.get(name) for name in HEADERS} == HEADERS


@pytest.mark.parametrize("path", [*PAGES, "/sign-in"])
def test_no_page_has_inline_code_or_anything_from_another_host(
    rosa: Browser, make: Make, path: str
) -> None:
    make.call(make.conversation())
    page = rosa.get(path).text
    assert not re.search(r"<script(?![^>]*\bsrc=\"/static/)", page)
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page)
    assert not re.search(r'(src|href|action)="(https?:)?//', page)


def test_no_page_may_be_kept_by_the_browser(rosa: Browser) -> None:
    assert rosa.get("/").headers["Cache-Control"] == "no-store"


def test_no_number_and_no_text_in_an_address_or_a_title(rosa: Browser, make: Make) -> None:
    conversation = make.conversation("+12125550143", "Maria Delgado")
    make.text_in(conversation, "my tooth hurts")
    make.call(conversation)
    for path in PAGES:
        page = rosa.get(path).text
        spots = re.findall(r'(?:href|action|src|data-page)="([^"]*)"', page)
        spots += re.findall(r"<title>(.*?)</title>", page)
        for secret in ("555", "0143", "tooth", "Maria"):
            assert not [spot for spot in spots if secret in spot], path


@pytest.mark.parametrize(
    ("target", "led_to"),
    [
        ("/conversations/3?show=mine", "/conversations/3?show=mine"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("/\t/evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_after_signing_in_nobody_is_led_to_another_site(target: str, led_to: str) -> None:
    assert local_path(target) == led_to


def test_signing_in_leads_back_to_the_page_that_was_asked_for(make: Make, app: Flask) -> None:
    make.person()
    client = app.test_client()
    asked = client.get("/calls")
    assert asked.location == "/sign-in?next=/calls"
    assert sign_in(client, "rosa", PASSWORD, "/calls").location == "/calls"


def test_a_request_that_is_too_large_is_refused(rosa: Browser, make: Make) -> None:
    make.conversation()
    form = form_to(rosa.get("/conversations/1").text, "/conversations/1/reply")
    answer = rosa.client.post("/conversations/1/reply", data=form | {"body": "a" * 70_000})
    assert answer.status_code == 413


@pytest.mark.parametrize("path", ["/conversations/99", "/calls/99", f"/conversations/{10**30}"])
def test_an_unknown_id_is_a_page_that_is_not_there(rosa: Browser, path: str) -> None:
    assert rosa.get(path).status_code == 404


def test_only_a_hash_of_the_token_is_kept(rosa: Browser, make: Make) -> None:
    cookie = rosa.client.get_cookie("textback")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    with make.database.read() as db:
        kept = [row.token_hash for row in db.query(SignedIn)]
    assert len(kept) == 1
    assert cookie.value.encode() not in kept[0]


def test_a_page_of_the_list_starts_after_the_one_before(rosa: Browser, make: Make) -> None:
    for n in range(inbox.PAGE + 3):
        make.text_in(make.conversation(f"+1212555{n + 200:04}"), f"text {n}.", at=NOW)
    first, second = rosa.text("/"), rosa.text(f"/?before={4}")
    assert "text 52." in first
    assert "text 2." not in first
    assert "text 2." in second
    assert "text 4." not in second
