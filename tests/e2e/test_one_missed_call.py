"""The main job on simulators: a call that nobody answers becomes a text and a conversation."""

import pytest

from tests.e2e.office import LEAD, OTHER_LEAD, SimulatedOffice
from tests.waiting import wait_until
from textback.core.calls import Voicemail
from textback.core.links import LinkState
from textback.core.messages import MessageState
from textback.store.calls import calls_since
from textback.store.models import Call


def test_from_a_missed_call_to_an_answered_reply(office: SimulatedOffice) -> None:
    with office.running():
        office.call("no-answer")
        (greeting,) = office.modem.wait_for_sent(1)
        assert greeting.to == LEAD
        assert greeting.text.startswith("Hart & Lowe: Sorry we missed your call")

        office.modem.receive_sms(LEAD, "I was in an accident. Can you help? 🙏")
        (answer,) = office.wait_for_incoming()
        assert answer.body == "I was in an accident. Can you help? 🙏"
        assert office.conversation().waiting_since is not None

        office.reply("Yes. When can we call you?")
        assert office.modem.wait_for_sent(2)[1].text == "Yes. When can we call you?"
        assert office.conversation().owner_id == office.staff_id
        assert office.conversation().waiting_since is None
        office.wait_for_state(MessageState.DELIVERED, 2)


@pytest.mark.parametrize("what", ["answered", "queue-answered", "transfer"])
def test_who_spoke_with_a_person_gets_no_text(office: SimulatedOffice, what: str) -> None:
    with office.running():
        assert office.call(what).reason == "person_reached"
        office.call("no-answer", caller=OTHER_LEAD)
        assert [sms.to for sms in office.modem.wait_for_sent(1)] == [OTHER_LEAD]


@pytest.mark.parametrize(
    "what",
    [
        "no-answer", "busy", "busy-tone", "hangup-ringing", "voicemail", "voicemail-hangup",
        "menu-hangup", "queue", "announcement", "unreachable",
    ],
)  # fmt: skip
def test_who_reached_nobody_gets_a_text(office: SimulatedOffice, what: str) -> None:
    with office.running():
        assert office.call(what).texted
        assert [sms.to for sms in office.modem.wait_for_sent(1)] == [LEAD]


def test_a_voicemail_with_a_message_is_noted_as_such(office: SimulatedOffice) -> None:
    with office.running():
        assert office.call("voicemail").voicemail is Voicemail.LEFT
        assert office.call("voicemail-hangup").voicemail is Voicemail.ENTERED


@pytest.mark.parametrize("what", ["withheld", "withheld-unmarked", "anonymous"])
def test_who_withholds_the_number_is_never_texted(office: SimulatedOffice, what: str) -> None:
    with office.running():
        assert not office.call(what).would_text
        assert office.texts() == []


def test_who_calls_the_sim_is_hung_up_and_told_where_to_call(office: SimulatedOffice) -> None:
    with office.running():
        office.wait_for_link("modem", LinkState.UP)
        office.modem.ring(LEAD)
        [text] = office.modem.wait_for_sent(1)
        assert text.to == LEAD
        assert "Nobody can answer calls to this number" in text.text
        assert office.modem.hung_up == 1
    [call] = _calls(office)
    assert (call.pbx, call.trunk, call.caller) == ("GSM/sim", "GSM/sim", LEAD)
    assert call.conversation_id == office.conversation().id


def test_who_withholds_the_number_from_the_sim_is_hung_up_and_seen_by_staff(
    office: SimulatedOffice,
) -> None:
    with office.running():
        office.wait_for_link("modem", LinkState.UP)
        office.modem.ring("")
        wait_until(lambda: bool(_calls(office)), "the call")
        assert office.modem.hung_up == 1
    [call] = _calls(office)
    assert (call.withheld, call.texted, office.texts()) == (True, False, [])


def _calls(office: SimulatedOffice) -> list[Call]:
    with office.database.read() as session:
        return calls_since(session, None)


def test_a_long_answer_arrives_as_one_text(office: SimulatedOffice) -> None:
    story = "It began in spring, and then — " * 20
    with office.running():
        office.call("no-answer")
        office.modem.receive_sms(LEAD, story)
        assert [text.body for text in office.wait_for_incoming()] == [story]
        wait_until(lambda: not any(office.modem.stored.values()), "an empty SIM")


def test_stop_is_confirmed_once_and_then_there_is_silence(office: SimulatedOffice) -> None:
    with office.running():
        office.call("no-answer")
        office.modem.wait_for_sent(1)
        for word in ("Stop", "STOP!"):
            office.modem.receive_sms(LEAD, word)
        office.wait_for_incoming(2)
        assert "no more texts" in office.modem.wait_for_sent(2)[1].text
        assert office.call("no-answer").decision == "opted_out"
        office.call("no-answer", caller=OTHER_LEAD)
        to = [sms.to for sms in office.modem.wait_for_sent(3)]
        assert to == [LEAD, LEAD, OTHER_LEAD]


def test_twenty_callers_at_once_get_a_text_each(office: SimulatedOffice) -> None:
    callers = [f"+1212555{n:04}" for n in range(100, 120)]
    with office.running():
        office.pbx.wait_for_client()
        for caller in callers:
            office.pbx.call(caller, "+12125550100", "no-answer")
        assert sorted(sms.to for sms in office.modem.wait_for_sent(20)) == callers
        office.wait_for_state(MessageState.DELIVERED, 20)
