"""What staff see and do in the inbox."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event

from tests.web.make import NOW, OFFICE, Make
from tests.web.pages import Browser, form_to, readable
from textback.core.calls import Outcome, Voicemail
from textback.core.messages import MessageState
from textback.store.models import Audit, Conversation, Message
from textback.web.guard import BY_ITSELF

MARIA = "+12125550143"


@pytest.fixture
def maria(make: Make, rosa: Browser) -> int:
    """A conversation in which somebody waits for an answer."""
    assert rosa
    make.line()
    conversation = make.conversation(MARIA, "Maria Delgado", at=NOW - timedelta(minutes=3))
    make.call(conversation, at=NOW - timedelta(minutes=3))
    make.text_out(conversation, "Sorry we missed your call.", at=NOW - timedelta(minutes=3))
    make.text_in(conversation, "Can I come tomorrow?", at=NOW - timedelta(minutes=2))
    return conversation


def row_of(make: Make, conversation_id: int) -> Conversation:
    with make.database.read() as db:
        row = db.get_one(Conversation, conversation_id)
        db.expunge(row)
        return row


def sent(make: Make) -> list[str]:
    with make.database.read() as db:
        return [m.body for m in db.query(Message).filter(Message.author_id.is_not(None))]


def actions(make: Make) -> list[str]:
    with make.database.read() as db:
        return [f"{row.action} {row.subject}" for row in db.query(Audit).order_by(Audit.id)]


@pytest.mark.usefixtures("maria")
def test_the_list_says_who_waits_since_when_and_on_which_line(rosa: Browser) -> None:
    page = rosa.text("/")
    assert "Maria Delgado 2:03 pm Can I come tomorrow? waiting 2 min Main line" in page


@pytest.mark.usefixtures("maria")
def test_the_title_counts_who_waits(rosa: Browser) -> None:
    assert "<title>(1) Inbox · textback</title>" in rosa.get("/").text


def test_a_conversation_without_a_name_is_called_by_its_number(rosa: Browser, make: Make) -> None:
    make.conversation(MARIA)
    make.conversation("+442079460018")
    page = rosa.text("/")
    assert "(212) 555-0143" in page
    assert "+44 20 7946 0018" in page


def test_a_conversation_shows_its_calls_and_texts_in_order(rosa: Browser, maria: int) -> None:
    page = rosa.text(f"/conversations/{maria}")
    spoken = (
        "Missed call: nobody answered",
        "Sorry we missed your call.",
        "Automatic text · 2:02 pm · Delivered",
        "Can I come tomorrow?",
    )
    log = page.partition("Today")[2]
    places = [log.index(words) for words in spoken]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("state", "detail", "words"),
    [
        (MessageState.QUEUED, "", "Waiting to be sent"),
        (MessageState.QUEUED, "the network is busy", "Waiting to be sent: the network is busy"),
        (MessageState.SENDING, "", "Sending"),
        (MessageState.SENT, "", "Sent"),
        (MessageState.DELIVERED, "", "Delivered"),
        (MessageState.UNDELIVERED, "the phone is off", "Not delivered: the phone is off"),
        (MessageState.FAILED, "barred", "Not sent: barred"),
        (MessageState.UNCONFIRMED, "", "May not have arrived"),
        (MessageState.CANCELLED, "too late", "Not sent, withdrawn: too late"),
    ],
)
def test_each_state_of_a_text_has_plain_words(
    rosa: Browser, maria: int, make: Make, state: MessageState, detail: str, words: str
) -> None:
    make.text_out(maria, "See you.", state, author=rosa.person.id, detail=detail)
    page = rosa.text(f"/conversations/{maria}")
    assert page.partition("See you. Rosa Ortiz · 2:05 pm · ")[2].startswith(words)


@pytest.mark.parametrize(
    ("outcome", "voicemail", "lost_in", "words"),
    [
        (Outcome.NO_ANSWER, Voicemail.NONE, "", "Missed call: nobody answered"),
        (Outcome.BUSY, Voicemail.NONE, "", "Missed call: the line was busy"),
        (Outcome.VOICEMAIL, Voicemail.LEFT, "voicemail", "Left a voicemail"),
        (Outcome.VOICEMAIL, Voicemail.ENTERED, "voicemail", "reached voicemail, left no message"),
        (Outcome.ABANDONED, Voicemail.NONE, "menu", "gave up in the menu"),
        (Outcome.ABANDONED, Voicemail.NONE, "queue", "gave up in the queue"),
        (Outcome.ABANDONED, Voicemail.NONE, "ringing", "gave up while it rang"),
        (Outcome.ABANDONED, Voicemail.NONE, "elsewhere", "the caller gave up"),
        (Outcome.CLOSED, Voicemail.NONE, "", "heard the announcement"),
        (Outcome.FAILED, Voicemail.NONE, "", "could not be put through"),
        (Outcome.UNKNOWN, Voicemail.NONE, "", "the phone system was out of reach"),
        (Outcome.ANSWERED, Voicemail.NONE, "", "Answered call"),
    ],
)
def test_each_outcome_of_a_call_has_plain_words(
    rosa: Browser, make: Make, outcome: Outcome, voicemail: Voicemail, lost_in: str, words: str
) -> None:
    conversation = make.conversation(MARIA)
    make.call(conversation, outcome, voicemail=voicemail, lost_in=lost_in)
    assert words in rosa.text("/")
    assert words in rosa.text(f"/conversations/{conversation}")
    assert words in rosa.text("/calls")


@pytest.mark.usefixtures("maria")
def test_the_filters_part_open_mine_and_closed(rosa: Browser, make: Make) -> None:
    make.conversation("+12125550150", "Mine Own", owner=rosa.person.id)
    make.conversation("+12125550151", "Long Done")
    rosa.submit("/conversations/3", "/conversations/3/close")
    assert ("Open 2 Mine 1 Closed") in rosa.text("/")
    shown = {show: rosa.text(f"/?show={show}") for show in ("open", "mine", "closed")}
    names = ("Maria Delgado", "Mine Own", "Long Done")
    assert [n in shown["open"] for n in names] == [True, True, False]
    assert [n in shown["mine"] for n in names] == [False, True, False]
    assert [n in shown["closed"] for n in names] == [False, False, True]
    assert rosa.get("/?show=nonsense").status_code == 404


def test_a_reply_is_queued_and_the_conversation_is_whose_who_replied(
    rosa: Browser, maria: int, make: Make
) -> None:
    at = f"/conversations/{maria}"
    page = rosa.submit(at, f"{at}/reply", body="Yes, at nine.\r\nBring your card.")
    assert "Yes, at nine. Bring your card. Rosa Ortiz · 2:05 pm · Waiting" in readable(page.text)
    assert sent(make) == ["Yes, at nine.\nBring your card."]
    row = row_of(make, maria)
    assert (row.owner_id, row.waiting_since) == (rosa.person.id, None)


def test_a_form_sent_twice_is_one_text(rosa: Browser, maria: int, make: Make) -> None:
    at = f"/conversations/{maria}"
    form = form_to(rosa.get(at).text, f"{at}/reply") | {"body": "OK"}
    for _ in range(2):
        assert rosa.client.post(f"{at}/reply", data=form).status_code == 302
    assert sent(make) == ["OK"]


def test_the_same_words_said_again_are_a_second_text(rosa: Browser, maria: int, make: Make) -> None:
    at = f"/conversations/{maria}"
    for _ in range(2):
        rosa.submit(at, f"{at}/reply", body="OK")
    assert sent(make) == ["OK", "OK"]


@pytest.mark.parametrize("body", ["  \n ", "x" * 1601])
def test_a_reply_that_cannot_go_says_why_and_loses_nothing_typed(
    rosa: Browser, maria: int, make: Make, body: str
) -> None:
    at = f"/conversations/{maria}"
    page = rosa.submit(at, f"{at}/reply", body=body)
    assert page.status_code == 409
    assert 'role="alert"' in page.text
    assert f">{body}</textarea>" in page.text
    assert sent(make) == []


def test_who_opted_out_cannot_be_replied_to(rosa: Browser, maria: int, make: Make) -> None:
    at = f"/conversations/{maria}"
    form = form_to(rosa.get(at).text, f"{at}/reply") | {"body": "But…"}
    make.opt_out(maria)
    page = rosa.get(at).text
    assert "asked for no more texts" in page
    assert "<textarea" not in page
    refused = rosa.client.post(f"{at}/reply", data=form)
    assert refused.status_code == 409
    assert sent(make) == []


def test_a_sender_that_is_no_number_cannot_be_replied_to(rosa: Browser, make: Make) -> None:
    dhl = make.conversation("DHL")
    make.text_in(dhl, "Your parcel arrives.")
    page = rosa.get(f"/conversations/{dhl}").text
    assert "is not a phone number" in page
    assert "<textarea" not in page


def test_of_two_who_claim_the_second_is_told_who_has_it(
    rosa: Browser, ben: Browser, maria: int, make: Make
) -> None:
    at, claim = f"/conversations/{maria}", f"/conversations/{maria}/claim"
    form = form_to(ben.get(at).text, claim)
    rosa.submit(at, claim)
    page = ben.client.post(claim, data=form, follow_redirects=True).text
    assert "Rosa Ortiz was faster: this conversation is theirs." in page
    assert row_of(make, maria).owner_id == rosa.person.id


def test_nobody_gives_back_what_is_not_theirs(
    rosa: Browser, ben: Browser, maria: int, make: Make
) -> None:
    at = f"/conversations/{maria}"
    form = form_to(ben.get(at).text, f"{at}/claim")
    rosa.submit(at, f"{at}/claim")
    page = ben.client.post(f"{at}/release", data=form, follow_redirects=True).text
    assert "Rosa Ortiz has it" in page
    assert row_of(make, maria).owner_id == rosa.person.id


def test_closing_and_opening_again(rosa: Browser, maria: int) -> None:
    at = f"/conversations/{maria}"
    rosa.submit(at, f"{at}/close")
    assert "Maria" not in rosa.text("/")
    rosa.submit(at, f"{at}/reopen")
    assert "Maria" in rosa.text("/")


def test_what_was_done_and_seen_is_logged_once_each(rosa: Browser, maria: int, make: Make) -> None:
    at = f"/conversations/{maria}"
    form = form_to(rosa.get(at).text, f"{at}/claim")
    for _ in range(3):
        rosa.client.get(at, headers={BY_ITSELF: "1"})
    rosa.client.post(f"{at}/claim", data=form)
    rosa.client.post(f"{at}/close", data=form)
    mine = [action for action in actions(make) if "conversation" in action]
    assert mine == [f"{done} conversation {maria}" for done in ("viewed", "claimed", "closed")]


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ config }} {% raw %}",
    "\u202egnp.exe\u202c",
    "W" * 5000,
)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_strangers_name_and_text_are_only_ever_text(
    rosa: Browser, make: Make, hostile: str
) -> None:
    conversation = make.conversation(MARIA, hostile)
    make.text_in(conversation, hostile)
    cut = hostile[:128]  # as the engine keeps names
    make.call(conversation, caller_name=cut, did=cut, events=[{"Event": hostile}])
    for path in ("/", f"/conversations/{conversation}", "/calls", "/calls/1"):
        page = rosa.get(path)
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert "\u202e" not in page.text


def test_a_name_is_shown_on_one_line_and_in_bounds(rosa: Browser, make: Make) -> None:
    make.conversation(MARIA, "W" * 500)
    page = rosa.get("/").text
    assert "W" * 59 + "…" in page
    assert "W" * 60 not in page


def test_a_long_conversation_shows_its_newest_part_first(
    rosa: Browser, maria: int, make: Make
) -> None:
    for n in range(120):
        make.text_in(maria, f"number {n}.", at=NOW + timedelta(seconds=n))
    at = f"/conversations/{maria}"
    page, more = rosa.text(at), rosa.text(f"{at}?entries=400")
    assert "number 119." in page
    assert "number 5." not in page
    assert "Show earlier" in page
    assert "number 5." in more
    assert "Show earlier" not in more


def test_the_counter_counts_as_the_modem_will_send(rosa: Browser, maria: int) -> None:
    form = form_to(rosa.get(f"/conversations/{maria}").text, f"/conversations/{maria}/reply")

    def counted(body: str) -> str:
        answer = rosa.client.post("/segments", data=form | {"body": body})
        return str(answer.json["words"]) if answer.json else ""

    assert counted("a" * 150) == "1 SMS, room for 10 more characters"
    assert counted("a" * 161).startswith("2 SMS")
    assert counted("ą" * 69) == (
        "1 SMS, room for 1 more character. Emoji and special letters make texts shorter."
    )
    assert counted("") == ""
    assert counted("a" * 1700) == "100 characters too many"


def test_the_number_of_queries_does_not_grow_with_the_list(rosa: Browser, make: Make) -> None:
    def queries() -> int:
        seen: list[str] = []

        def note(_c: object, _cur: object, statement: str, *_: object) -> None:
            if threading.current_thread() is threading.main_thread():  # not the one of Changes
                seen.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        rosa.get("/")
        event.remove(Engine, "before_cursor_execute", note)
        return len(seen)

    make.text_in(make.conversation(), "one")
    few = queries()
    for _ in range(20):
        make.text_in(make.conversation(), "more")
    assert queries() == few


def test_another_country_has_other_clocks_and_numbers(rosa: Browser, make: Make) -> None:
    make.office(replace(OFFICE, country="GB", timezone="Europe/London"))
    make.text_in(make.conversation("+442079460018"), "Hello", at=NOW)
    page = rosa.text("/")
    assert "020 7946 0018" in page
    assert "19:05" in page


def test_a_text_that_another_modem_sent_says_so(rosa: Browser, make: Make) -> None:
    conversation = make.conversation()
    make.text_out(conversation, "hello", modem="north", instead_of="south")
    make.text_out(conversation, "and again", modem="north")
    page = rosa.text(f"/conversations/{conversation}")
    assert page.count("through north, because south was not working") == 1
