"""The lines in a real browser."""

import pytest

from tests.browser.conftest import Page
from tests.web.make import Make
from textback.store.staff import Person

pytestmark = pytest.mark.browser


@pytest.fixture
def rosa(make: Make) -> Person:
    return make.person("rosa", "Rosa Ortiz", admin=True)


def test_name_a_called_number_then_switch_off_what_it_need_not_text(
    page: Page, rosa: Person, make: Make
) -> None:
    make.call()
    page.sign_in(rosa)
    page.open("/lines")
    page.find(".unnamed [name=name]").send_keys("Front desk")
    page.find(".unnamed button").click()
    page.wait_for_text(".lines", "Front desk")
    page.find(".lines td.name a").click()
    page.find("[name=texted_busy]").click()
    page.find("#grace").clear()
    page.find("#grace").send_keys("20")
    page.find("form.card button.primary").click()
    page.wait_for_text(".lines", "All but: busy")
    assert page.driver.get_log("browser") == []  # type: ignore[no-untyped-call]


def test_enter_saves_and_the_preview_does_not(page: Page, rosa: Person, make: Make) -> None:
    make.line()
    page.sign_in(rosa)
    page.open("/lines/1")
    page.find("#text_open").send_keys("{{firm}}: one moment, please.")
    page.find("[name=preview]").click()
    page.wait_for_text("#text_open-sample", "Smith & Sons Dental: one moment, please.")
    page.find("#grace").send_keys("0\n")
    page.wait_for_text(".lines", "own texts")


def test_the_days_appear_when_a_line_gets_hours_of_its_own(
    page: Page, rosa: Person, make: Make
) -> None:
    make.line()
    page.sign_in(rosa)
    page.open("/lines/1")
    assert not page.find("#hours_sat").is_displayed()
    page.find("#hours [value=own]").click()
    page.find("#hours_sat").send_keys("9:00-12:00\n")
    page.wait_for_text(".lines", "own hours")


@pytest.mark.parametrize("path", ["/lines", "/lines/1", "/lines/other", "/status", "/calls"])
def test_on_a_phone_no_page_is_wider_than_the_phone(
    page: Page, rosa: Person, make: Make, path: str
) -> None:
    make.line("W" * 64, "W" * 128)
    make.call(did="9" * 128, line_id=None, queue="W" * 128, answered_by="W" * 128)
    make.gap(detail="W" * 255)
    page.resize(390, 844)
    page.sign_in(rosa)
    page.open(path)
    assert page.run("return document.documentElement.scrollWidth") == 390
