"""Banners, the status page, and the calls."""

from datetime import timedelta

import pytest

from tests.web.make import NOW, Make
from tests.web.pages import Browser
from textback.core.calls import Outcome
from textback.core.links import LinkState
from textback.core.messages import MessageState
from textback.store.models import Setting
from textback.web.banners import NOT_RUNNING, NOT_RUNNING_AT, NOT_SET_UP

PAGES = ("/", "/calls", "/lines", "/settings", "/staff", "/status")


def banners_of(browser: Browser, path: str = "/") -> str:
    page = browser.get(path).text
    return page.partition('id="banners"')[2].partition("</div>")[0]


def test_when_all_is_well_there_is_no_banner(rosa: Browser) -> None:
    assert "banner" not in banners_of(rosa).partition(">")[2]


@pytest.mark.parametrize("path", PAGES)
def test_an_engine_that_says_nothing_is_a_banner_on_every_page(
    rosa: Browser, make: Make, path: str
) -> None:
    make.clock.forward(seconds=30)
    assert NOT_RUNNING not in banners_of(rosa, path)
    make.clock.forward(seconds=1)
    assert NOT_RUNNING in banners_of(rosa, path)


def test_of_several_boxes_the_one_whose_engine_is_silent_is_named(
    rosa: Browser, make: Make
) -> None:
    make.link("engine", name="south")
    make.link("modem", LinkState.DOWN, "it is not there", name="south/modem")
    make.clock.forward(seconds=31)
    make.link("engine", name="north")
    make.link("modem", LinkState.DOWN, "it is gone", name="north/modem")
    said = banners_of(rosa)
    assert NOT_RUNNING_AT.format("south") in said
    assert NOT_RUNNING not in said
    assert "it is gone" in said
    assert "it is not there" not in said


@pytest.mark.parametrize(
    ("kind", "state", "words"),
    [
        ("pbx", LinkState.DOWN, "missed calls are not seen. No route to 10.0.0.5"),
        ("pbx", LinkState.REFUSED, "phone system refuses"),
        ("modem", LinkState.DOWN, "no texts go out or come in"),
        ("modem", LinkState.REFUSED, "SIM refuses"),
    ],
)
def test_a_broken_link_is_a_banner_with_what_it_means(
    rosa: Browser, make: Make, kind: str, state: LinkState, words: str
) -> None:
    make.link(kind, state, "No route to 10.0.0.5")
    assert words in banners_of(rosa)


def test_a_full_memory_is_not_called_a_lost_connection(rosa: Browser, make: Make) -> None:
    make.link("modem", LinkState.DOWN, "The SIM's memory is full (30 of 30): no texts come in.")
    assert "memory is full (30 of 30): no texts come in." in banners_of(rosa)
    assert "No connection" not in banners_of(rosa)


def test_an_office_that_is_not_set_up_is_a_banner(ben: Browser, make: Make) -> None:
    with make.writing() as db:
        db.query(Setting).delete()
    assert NOT_SET_UP in banners_of(ben)


def test_the_status_page_says_how_each_link_is(rosa: Browser, make: Make) -> None:
    make.link("modem", LinkState.DOWN, "/dev/ttyUSB2 is not there")
    make.text_out(make.conversation(), "Hello", MessageState.QUEUED)
    page = rosa.text("/status")
    assert "Engine Working" in page
    assert "Modem modem Not connected, trying again: /dev/ttyUSB2 is not there" in page
    assert "1 text is waiting to be sent." in page


def test_the_status_page_says_what_modem_it_is_and_how_it_does(rosa: Browser, make: Make) -> None:
    make.link("modem", registration="roaming", signal=67, imei="350000000000006", smsc=None)
    page = rosa.text("/status")
    assert "Network roaming Signal 67 % Message centre not told IMEI 350000000000006" in page


def test_a_dead_engines_links_are_not_called_working(rosa: Browser, make: Make) -> None:
    make.clock.forward(minutes=5)
    page = rosa.text("/status")
    assert "Engine Not running last heard of today, 2:05 pm" in page
    assert "Working" not in page


def test_without_gaps_the_status_page_says_that_every_call_was_heard(ben: Browser) -> None:
    assert "textback has heard every call of the last 7 days." in ben.text("/status")


@pytest.mark.parametrize(
    ("recovered", "words"),
    [
        (None, "Could not be looked up the database is locked"),
        (0, "None"),
        (1, "1 found afterwards"),
        (3, "3 found afterwards"),
    ],
)
def test_a_gap_says_from_when_to_when_and_what_was_found(
    ben: Browser, make: Make, recovered: int | None, words: str
) -> None:
    make.gap(recovered, "" if recovered is not None else "the database is locked")
    assert f"Today, 1:45 pm Today, 2:05 pm pbx {words}" in ben.text("/status")


def test_a_gap_is_shown_for_seven_days(ben: Browser, make: Make) -> None:
    week_ago = NOW - timedelta(days=7)
    make.gap(until=week_ago - timedelta(seconds=1))
    assert "Could not be looked up" not in ben.text("/status")
    make.gap(until=week_ago)
    assert "Could not be looked up" in ben.text("/status")


def test_the_list_of_calls_says_who_was_texted_and_why_not(rosa: Browser, make: Make) -> None:
    make.line()
    make.call(make.conversation("+12125550143"))
    make.call(caller="", withheld=True, texted=False, decision="opted_out", outcome=Outcome.BUSY)
    page = rosa.text("/calls")
    assert "(212) 555-0143 Main line Missed call: nobody answered waited 20 s Texted" in page
    busy = "Number withheld Main line Missed call: the line was busy waited 20 s Not texted. This"
    assert busy in page


def test_a_withheld_callers_name_is_not_shown(rosa: Browser, make: Make) -> None:
    make.call(caller="+12125550143", caller_name="Maria", withheld=True)
    for path in ("/calls", "/calls/1"):
        assert "Maria" not in rosa.text(path)
        assert "0143" not in rosa.text(path)


def test_one_call_shows_its_events(rosa: Browser, make: Make) -> None:
    make.call(events=[{"Event": "Newchannel", "Channel": "PJSIP/trunk-1"}, {"Event": "Hangup"}])
    page = rosa.text("/calls/1")
    assert "Newchannel Channel PJSIP/trunk-1 Hangup" in page


@pytest.mark.parametrize("state", [LinkState.DOWN, LinkState.REFUSED])
def test_while_other_modems_work_it_is_told_what_becomes_of_one_modems_texts(
    rosa: Browser, make: Make, state: LinkState
) -> None:
    make.link("modem", state, "it was unplugged", name="south")
    waits = "The modem south does not work. Its conversations wait for it for now."
    assert f"{waits} it was unplugged" in banners_of(rosa)
    assert waits in rosa.text("/status")
    make.clock.forward(minutes=5)
    make.all_well()
    moved = "The modem south does not work. Texts of its conversations go out through another"
    assert moved in banners_of(rosa)
    assert moved in rosa.text("/status")


def test_when_no_modem_works_nothing_is_said_to_go_through_another(
    rosa: Browser, make: Make
) -> None:
    make.link("modem", LinkState.DOWN)
    make.link("modem", LinkState.DOWN, name="south")
    assert "through another" not in banners_of(rosa)
    assert "no texts go out or come in" in banners_of(rosa)


def test_a_sim_that_is_near_its_limit_is_a_banner_and_on_the_status_page(
    rosa: Browser, make: Make
) -> None:
    warning = "150 SMS were sent in 24 hours: automatic texts stop at 200."
    make.link("modem", detail="Wind, signal 60 %", name="south", warning=warning)
    assert f"south: {warning}" in banners_of(rosa)
    assert warning in rosa.text("/status")
