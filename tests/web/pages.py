"""A browser for tests: fetches pages, fills in the forms that stand in them."""

import html
import re
from dataclasses import dataclass

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from textback.store.staff import Person


@dataclass(frozen=True, slots=True)
class Browser:
    """One person's browser."""

    client: FlaskClient
    person: Person

    def signed_in(self, password: str) -> "Browser":
        answer = sign_in(self.client, self.person.username, password)
        assert answer.status_code == 302, answer.text
        return self

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def text(self, path: str) -> str:
        """What a person reads on a page: without tags, entities undone, spaces joined."""
        return readable(self.client.get(path).text)

    def form(self, page: str, action: str) -> dict[str, str]:
        """The hidden fields of the form of `page` that goes to `action`."""
        return form_to(self.client.get(page).text, action)

    def submit(self, page: str, action: str, **fields: str) -> TestResponse:
        """Send the form of `page` that goes to `action`, with its hidden fields; follow it."""
        form = self.form(page, action)
        return self.client.post(action, data=form | fields, follow_redirects=True)


def sign_in(client: FlaskClient, username: str, password: str, next: str = "/") -> TestResponse:
    page = client.get("/sign-in", query_string={"next": next}).text
    typed = {"username": username, "password": password}
    return client.post("/sign-in", data=form_to(page, "/sign-in") | typed)


def form_to(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that goes to `action`."""
    for form in re.findall(r"<form.*?</form>", page, re.DOTALL):
        target = re.search(r'action="([^"]*)"', form)
        if target and html.unescape(target[1]) == action:
            hidden = re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', form)
            return {name: html.unescape(value) for name, value in hidden}
    raise AssertionError(f"no form to {action} on this page")


def readable(page: str) -> str:
    body = page.partition("<body")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", "<body" + body)).split())
