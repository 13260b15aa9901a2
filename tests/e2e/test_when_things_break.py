"""Nothing is lost, nothing goes out twice, and the inbox can say what is wrong."""

from pathlib import Path

import serial

from tests.e2e.office import LEAD, OTHER_LEAD, SimulatedOffice
from tests.waiting import wait_until
from textback.core.links import LinkState
from textback.core.messages import MessageState


def test_a_text_without_an_answer_is_found_in_the_modem_and_never_sent_again(
    office: SimulatedOffice,
) -> None:
    office.modem.fault("no-answer-after-send")
    office.modem.fault("no-reports")
    with office.running():
        office.call("no-answer")
        office.modem.wait_for_sent(1)
        office.wait_for_state(MessageState.SENT)
        office.call("no-answer", caller=OTHER_LEAD)
        assert [sms.to for sms in office.modem.wait_for_sent(2)] == [LEAD, OTHER_LEAD]


def test_one_refused_text_does_not_hold_up_the_queue(office: SimulatedOffice) -> None:
    office.modem.fault("cms-error", code=1, count=1)  # unassigned number
    with office.running():
        office.call("no-answer")
        office.wait_for_state(MessageState.FAILED)
        office.call("no-answer", caller=OTHER_LEAD)
        assert [sms.to for sms in office.modem.wait_for_sent(1)] == [OTHER_LEAD]


def test_a_text_that_the_network_cannot_take_now_waits(office: SimulatedOffice) -> None:
    office.modem.fault("busy")
    with office.running():
        office.call("no-answer")
        office.call("no-answer", caller=OTHER_LEAD)
        assert [sms.to for sms in office.modem.wait_for_sent(1)] == [OTHER_LEAD]
        waiting = next(m for m in office.texts() if m.state is MessageState.QUEUED)
        assert waiting.attempts == 1
        assert waiting.not_before is not None


def test_an_unplugged_modem_shows_and_its_texts_go_out_when_it_is_back(
    office: SimulatedOffice,
) -> None:
    with office.running():
        office.wait_for_link("modem", LinkState.UP)
        office.modem.fault("unplug")
        office.wait_for_link("modem", LinkState.DOWN)
        office.call("no-answer")
        assert [m.state for m in office.texts()] == [MessageState.QUEUED]
        office.modem.fault("replug")
        office.modem.wait_for_sent(1)
        office.wait_for_link("modem", LinkState.UP)


def test_a_port_that_is_not_there_is_named(office: SimulatedOffice, tmp_path: Path) -> None:
    office.modem_port = str(tmp_path / "ttyUSB7")
    with office.running():
        assert "ttyUSB7 is not there" in office.wait_for_link("modem", LinkState.DOWN)


def test_a_port_in_use_is_named(office: SimulatedOffice) -> None:
    with serial.Serial(office.modem.path, exclusive=True), office.running():
        assert "in use" in office.wait_for_link("modem", LinkState.DOWN)


def test_a_wrong_ami_secret_shows_as_refused(office: SimulatedOffice) -> None:
    office.ami_secret = "wrong"
    with office.running():
        assert "refused" in office.wait_for_link("pbx", LinkState.REFUSED)


def test_a_modem_without_a_network_shows(office: SimulatedOffice) -> None:
    office.modem.fault("network-lost")
    with office.running():
        assert "no mobile network" in office.wait_for_link("modem", LinkState.DOWN)


def test_a_stopped_engine_says_so(office: SimulatedOffice) -> None:
    with office.running():
        office.wait_for_link("engine", LinkState.UP)
    assert office.link("engine") == (LinkState.DOWN, "The textback engine was stopped.")


def test_what_was_queued_while_the_engine_was_down_goes_out_at_its_start(
    office: SimulatedOffice,
) -> None:
    with office.running():
        office.call("no-answer")
        office.modem.wait_for_sent(1)
    office.reply("Hello?")
    with office.running():
        assert office.modem.wait_for_sent(2)[1].text == "Hello?"


def test_texts_that_came_while_the_engine_was_down_are_fetched_from_the_sim(
    office: SimulatedOffice,
) -> None:
    office.modem.receive_sms(LEAD, "anybody there?")
    with office.running():
        assert office.wait_for_incoming()[0].body == "anybody there?"


def test_noise_and_dribble_do_no_harm(office: SimulatedOffice) -> None:
    office.modem.fault("dribble")
    with office.running():
        office.wait_for_link("modem", LinkState.UP)
        office.modem.fault("noise")
        office.call("no-answer")
        office.modem.wait_for_sent(1)
        office.modem.receive_sms(LEAD, "Zoë here")
        assert office.wait_for_incoming()[0].body == "Zoë here"


def test_a_peer_that_dies_in_mid_event_is_connected_to_again(office: SimulatedOffice) -> None:
    with office.running():
        office.wait_for_link("pbx", LinkState.UP)
        office.pbx.fault("cut")
        office.pbx.call(OTHER_LEAD, "+12125550100", "no-answer")
        office.pbx.wait_idle()
        office.call("no-answer")
        wait_until(lambda: LEAD in [sms.to for sms in office.modem.sent], "the text")
