"""What a call's entry says in the list of calls and in its conversation."""

from datetime import timedelta

import pytest

from tests.web.make import NOW, Make
from tests.web.pages import Browser
from textback.core.calls import Outcome, Voicemail
from textback.core.messages import Direction


def seconds(count: int) -> timedelta:
    return timedelta(seconds=count)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"answered_at": NOW, "answered_by": "PJSIP/101"}, "Called by 101, talked 3 min"),
        ({"answered_at": NOW + seconds(140)}, "Called, talked 40 s"),
        ({"answered_by": "SIP/102"}, "Called by 102, no answer"),
        ({}, "Called, no answer"),
    ],
)
def test_a_call_back_stands_in_the_conversation_and_in_the_list(
    ben: Browser, make: Make, values: dict[str, object], words: str
) -> None:
    maria = make.conversation("+12125550143")
    of_outbound = {"direction": Direction.OUT, "texted": False, "decision": "", "did": ""}
    make.call(maria, **of_outbound | values, ended_at=NOW + seconds(180))  # type: ignore[arg-type]
    conversation = ben.get(f"/conversations/{maria}").text
    assert "icon-outgoing" in conversation
    assert "icon-missed" not in conversation
    assert f"{words} 2:05 pm" in ben.text(f"/conversations/{maria}")
    assert f"{words} " in ben.text("/")
    assert f"(212) 555-0143 {words}" in ben.text("/calls")
    assert "texted" not in ben.text("/calls").lower()


def test_an_answered_call_says_who_answered_how_soon_and_how_long_they_talked(
    ben: Browser, make: Make
) -> None:
    maria = make.conversation("+12125550143")
    make.call(
        maria,
        Outcome.ANSWERED,
        queue="sales",
        answered_by="PJSIP/101",
        answered_at=NOW + seconds(42),
        ended_at=NOW + seconds(42 + 610),
        texted=False,
        decision="person_reached",
    )
    told = "waited 42 s · queue sales · answered by 101 · talked 10 min"
    assert f"Answered call {told}" in ben.text("/calls")
    assert f"Answered call 2:05 pm · +12125550100 · {told}" in ben.text(f"/conversations/{maria}")


@pytest.mark.parametrize(
    ("phone", "said"),
    [
        ("PJSIP/101", "101"),
        ("SIP/front-desk", "front-desk"),
        ("Local/101@from-queue", "101"),
        ("101", "101"),
    ],
)
def test_a_phone_is_called_as_people_call_it(
    ben: Browser, make: Make, phone: str, said: str
) -> None:
    make.call(outcome=Outcome.ANSWERED, answered_by=phone, answered_at=NOW)
    assert f"answered by {said} ·" in ben.text("/calls")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"lost_in": "queue", "queue": "sales"}, "gave up in the queue waited 20 s · queue sales"),
        ({"lost_in": "parking"}, "Missed call: gave up while parked"),
        (
            {"outcome": Outcome.ANSWERED, "lost_in": "parking"},
            "Missed call: answered, then lost while parked",
        ),
        (
            {"outcome": Outcome.ANSWERED, "lost_in": "transfer"},
            "Missed call: answered, then lost in a transfer",
        ),
    ],
)
def test_a_lost_caller_is_missed_wherever_it_was(
    ben: Browser, make: Make, values: dict[str, object], words: str
) -> None:
    make.call(**({"outcome": Outcome.ABANDONED} | values))  # type: ignore[arg-type]
    assert words in ben.text("/calls")
    assert "icon-missed" in ben.get("/calls").text


def test_a_call_that_a_mobile_took_is_said_to_be_answered_outside(ben: Browser, make: Make) -> None:
    make.call(outcome=Outcome.ANSWERED, forwarded=True, answered_at=NOW)
    assert "Answered outside the office" in ben.text("/calls")


def test_a_call_in_voicemail_says_so_until_it_ends(ben: Browser, make: Make) -> None:
    in_voicemail = {"outcome": Outcome.VOICEMAIL, "voicemail": Voicemail.ENTERED}
    make.call(**in_voicemail, ended=False)  # type: ignore[arg-type]
    assert "Missed call: in voicemail now waited 20 s" in ben.text("/calls")
    make.call(**in_voicemail, at=NOW + seconds(60))  # type: ignore[arg-type]
    assert "reached voicemail, left no message on the line 20 s" in ben.text("/calls")


def test_a_call_to_the_sim_says_so_wherever_it_stands(ben: Browser, make: Make) -> None:
    maria = make.conversation("+12125550143")
    call = make.call(
        maria, lost_in="sim", trunk="GSM/modem", decision="texted_recently", texted=False
    )
    words = "They called the number we text from"
    for path in (f"/conversations/{maria}", "/", "/calls", f"/calls/{call}"):
        assert words in ben.text(path)
    assert "already texted within the last 24 hours" in ben.text("/calls")
    assert "waited" not in ben.text("/calls")
    assert "No phone rang" not in ben.text(f"/calls/{call}")
    assert "for 20 s" not in ben.text(f"/calls/{call}")
    assert "its number is for texts only" in ben.text(f"/calls/{call}")
