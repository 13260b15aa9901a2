"""A text that may or may not have gone out: a person decides, once."""

import pytest

from tests.web.make import Make
from tests.web.pages import Browser
from textback.core.messages import MessageState
from textback.store.models import Message

MARIA = "+12125550143"


@pytest.fixture
def maria(make: Make) -> int:
    return make.conversation(MARIA)


@pytest.fixture
def doubted(make: Make, maria: int) -> int:
    return make.text_out(maria, "See you at 3.", MessageState.UNCONFIRMED, detail="no answer")


def state(make: Make, text_id: int) -> MessageState:
    with make.database.read() as session:
        return session.get_one(Message, text_id).state


@pytest.mark.parametrize(
    ("action", "becomes"), [("arrived", MessageState.SENT), ("again", MessageState.QUEUED)]
)
def test_two_buttons_settle_it(
    rosa: Browser, make: Make, maria: int, doubted: int, action: str, becomes: MessageState
) -> None:
    page = rosa.text(f"/conversations/{maria}")
    assert "Nobody knows whether this text went out" in page
    rosa.submit(f"/conversations/{maria}", f"/conversations/{maria}/texts/{doubted}/{action}")
    assert state(make, doubted) is becomes
    assert "Nobody knows" not in rosa.text(f"/conversations/{maria}")


def test_who_presses_second_is_told(
    rosa: Browser, ben: Browser, make: Make, maria: int, doubted: int
) -> None:
    page, path = f"/conversations/{maria}", f"/conversations/{maria}/texts/{doubted}"
    token = ben.form(page, f"{path}/again")
    rosa.submit(page, f"{path}/arrived")
    ben.client.post(f"{path}/again", data=token)
    assert state(make, doubted) is MessageState.SENT
    assert "settled already" in ben.text(page)


def test_it_is_not_sent_again_after_a_stop(
    rosa: Browser, make: Make, maria: int, doubted: int
) -> None:
    make.opt_out(maria)
    page = f"/conversations/{maria}"
    rosa.submit(page, f"{page}/texts/{doubted}/again")
    assert state(make, doubted) is MessageState.UNCONFIRMED


def test_a_text_of_another_conversation_is_not_found(
    rosa: Browser, make: Make, maria: int, doubted: int
) -> None:
    other = make.conversation("+12125550177")
    page = f"/conversations/{maria}"
    token = rosa.form(page, f"{page}/texts/{doubted}/again")
    answer = rosa.client.post(f"/conversations/{other}/texts/{doubted}/again", data=token)
    assert answer.status_code == 404


def test_a_text_that_went_out_has_no_such_buttons(rosa: Browser, make: Make, maria: int) -> None:
    make.text_out(maria, "See you at 3.", MessageState.SENT)
    assert "Send it again" not in rosa.text(f"/conversations/{maria}")
