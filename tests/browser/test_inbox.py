"""The inbox in a real browser."""

import pytest

from tests.browser.conftest import Page, Web
from tests.web.make import Make
from textback.core.links import LinkState
from textback.core.messages import Direction, MessageState
from textback.store import messages
from textback.store.database import Database
from textback.store.models import Message
from textback.store.staff import Person

pytestmark = pytest.mark.browser


@pytest.fixture
def rosa(make: Make) -> Person:
    return make.person("rosa", "Rosa Ortiz", admin=True)


@pytest.fixture
def maria(make: Make) -> int:
    conversation = make.conversation("+12125550143", "Maria Delgado")
    make.call(conversation)
    make.text_out(conversation, "Sorry we missed your call.")
    return conversation


def test_sign_in_and_read_a_conversation(page: Page, rosa: Person, maria: int) -> None:
    page.sign_in(rosa)
    page.find(f"#open-{maria}").click()
    page.wait_for_text("#timeline", "Missed call: nobody answered")
    assert "Sorry we missed your call." in page.text("#timeline")
    assert page.driver.get_log("browser") == []  # type: ignore[no-untyped-call]


def test_a_new_text_appears_while_a_half_typed_reply_is_left_alone(
    page: Page, rosa: Person, maria: int, make: Make
) -> None:
    page.sign_in(rosa)
    page.open(f"/conversations/{maria}")
    page.find("#body").send_keys("Yes, you can co")
    page.run("document.getElementById('body').setSelectionRange(5, 8)")
    page.run("window.same = document.getElementById('body')")

    elsewhere = Make(Database(str(make.database.url)), make.clock)
    elsewhere.text_in(maria, "Can I come tomorrow?")

    page.wait_for_text("#timeline", "Can I come tomorrow?")
    page.wait_for_text("#list", "waiting less than a minute")
    assert page.driver.title.startswith("(1) ")
    typing = "const body = document.activeElement; return body === window.same && "
    assert page.run(typing + "body.value") == "Yes, you can co"
    assert page.run(typing + "[body.selectionStart, body.selectionEnd]") == [5, 8]
    elsewhere.database.close()


def test_the_place_and_the_selection_in_the_timeline_stay(
    page: Page, rosa: Person, maria: int, make: Make
) -> None:
    for n in range(60):
        make.text_in(maria, f"number {n}.")
    page.sign_in(rosa)
    page.open(f"/conversations/{maria}")
    page.find("#timeline")
    page.run(
        "const text = document.querySelector('#timeline article .body');"
        "text.scrollIntoView({block: 'start'}); getSelection().selectAllChildren(text);"
    )
    where = "return document.querySelector('#timeline article').getBoundingClientRect().y"
    before = page.run(where)
    make.text_in(maria, "the newest")
    page.wait_for_text("#timeline", "the newest")
    assert page.run(where) == pytest.approx(before, abs=2)
    assert page.run("return getSelection().toString()") == "Sorry we missed your call."


def test_the_newest_text_is_in_sight_when_a_page_opens_and_when_it_comes(
    page: Page, rosa: Person, maria: int, make: Make
) -> None:
    for n in range(60):
        make.text_in(maria, f"number {n}.")
    page.sign_in(rosa)
    page.open(f"/conversations/{maria}")
    in_sight = (
        "const text = [...document.querySelectorAll('#timeline article')].at(-1);"
        "const end = document.querySelector('.timeline').getBoundingClientRect().bottom;"
        "return text.getBoundingClientRect().bottom <= end + 1 && text.innerText"
    )
    assert "number 59." in str(page.run(in_sight))
    make.text_in(maria, "the newest")
    page.wait(lambda: "the newest" in str(page.run(in_sight)))


def test_claim_and_reply_and_see_it_delivered(
    page: Page, rosa: Person, maria: int, make: Make
) -> None:
    page.sign_in(rosa)
    page.open(f"/conversations/{maria}")
    page.find("#claim").click()
    page.wait_for_text("#head", "yours")
    page.find("#body").send_keys("Yes, at nine.")
    page.wait_for_text("#segments", "1 SMS, room for 147 more characters")
    page.find("#send").click()
    page.wait_for_text("#timeline", "Waiting to be sent")
    with make.database.write() as db:
        reply = db.query(Message).filter(Message.author_id == rosa.id).one()
        for state in (MessageState.SENDING, MessageState.SENT, MessageState.DELIVERED):
            messages.move(db, reply, state, make.clock())
    page.wait(lambda: page.text(f"#text-{reply.id}").endswith("Delivered"))
    assert page.run("return document.getElementById('body').value") == ""


def test_an_opt_out_takes_the_reply_box_away_at_once(
    page: Page, rosa: Person, maria: int, make: Make
) -> None:
    page.sign_in(rosa)
    page.open(f"/conversations/{maria}")
    page.find("#body")
    make.opt_out(maria)
    page.wait_for_text("#answer", "asked for no more texts")
    assert page.all("#body") == []


def test_a_lost_modem_is_a_banner_in_an_open_page(page: Page, rosa: Person, make: Make) -> None:
    page.sign_in(rosa)
    page.open("/settings")
    page.find("#firm").send_keys(" and more")
    make.link("modem", LinkState.DOWN)
    page.wait_for_text("#banners", "No connection to the modem")
    assert str(page.run("return document.getElementById('firm').value")).endswith(" and more")


def test_an_open_page_outlives_a_restart(
    page: Page, web: Web, rosa: Person, maria: int, make: Make
) -> None:
    page.sign_in(rosa)
    page.open(f"/conversations/{maria}")
    page.find("#body").send_keys("half")
    web.stop()
    page.wait(lambda: page.find("#offline").is_displayed())
    web.start()
    make.text_in(maria, "Still there?")
    page.wait_for_text("#timeline", "Still there?")
    page.wait(lambda: not page.find("#offline").is_displayed())
    assert page.run("return document.getElementById('body').value") == "half"


def test_an_open_page_goes_to_sign_in_when_the_browser_is_signed_out(
    page: Page, rosa: Person, maria: int, make: Make
) -> None:
    page.sign_in(rosa)
    page.open(f"/conversations/{maria}")
    page.find("#body")
    page.driver.delete_cookie("textback")
    make.text_in(maria, "Hello?")
    page.wait(lambda: "/sign-in?next=" in page.driver.current_url)


def test_everything_works_without_scripts(page: Page, rosa: Person, maria: int) -> None:
    page.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        page.sign_in(rosa)
        page.find(f"#open-{maria}").click()
        page.find("#claim").click()
        page.find("#release")
        page.find("#body").send_keys("Yes, at nine.")
        page.find("#send").click()
        page.wait(lambda: "Yes, at nine." in page.find("#timeline").text)
    finally:
        page.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_on_a_phone_the_list_comes_first_and_then_the_conversation(
    page: Page, rosa: Person, maria: int
) -> None:
    page.resize(390, 844)
    page.sign_in(rosa)
    row = page.find(f"#open-{maria}")
    assert row.is_displayed()
    row.click()
    page.wait(lambda: page.find("#timeline").is_displayed())
    assert not page.find(f"#open-{maria}").is_displayed()
    assert page.run("return document.documentElement.scrollWidth") == 390
    page.find("#head .back").click()
    page.wait(lambda: page.find(f"#open-{maria}").is_displayed())


def test_a_hostile_text_runs_nothing(page: Page, rosa: Person, make: Make) -> None:
    hostile = "<img src=x onerror='document.title=1'><script>document.title = 1</script>"
    conversation = make.conversation("+12125550150", hostile)
    make.text_in(conversation, hostile)
    page.sign_in(rosa)
    page.open(f"/conversations/{conversation}")
    make.text_in(conversation, hostile + " again")
    page.wait_for_text("#timeline", "again")
    assert page.all("main img, main script") == []
    assert "textback" in page.driver.title


def test_a_call_back_appears_in_an_open_conversation(
    page: Page, rosa: Person, maria: int, make: Make
) -> None:
    page.sign_in(rosa)
    page.open(f"/conversations/{maria}")
    page.find("#timeline")
    make.call(maria, direction=Direction.OUT, answered_by="PJSIP/101", texted=False, decision="")
    page.wait_for_text("#timeline", "Called by 101, no answer")
