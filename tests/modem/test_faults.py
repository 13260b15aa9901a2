"""The driver and a modem in trouble: nothing is lost, nothing is sent twice."""

import pytest

from tests.modem.stories import LEAD, events, send, take
from textback.core.errors import (
    LinkDown,
    SendDeferred,
    SendRefused,
    SendUnconfirmed,
    TextbackError,
)
from textback.modem import Modem, ModemSettings, NewStored, PinGuard, SweepDue
from textback.modem.dialogue import Hung
from textback.modem.simulator import FAULTS, ModemSimulator


def test_a_text_announced_inside_a_response_is_not_lost(
    modem: Modem, simulator: ModemSimulator
) -> None:
    simulator.receive_sms(LEAD, "first")
    events(modem, 1)
    simulator.fault("unsolicited-in-response")
    simulator.receive_sms(LEAD, "second")
    assert len(modem.stored("SM")) == 2
    [event] = events(modem, 1)
    assert isinstance(event, NewStored)
    assert event.place.index == 2


def test_a_text_announced_before_the_result_of_a_send_is_not_lost(
    modem: Modem, simulator: ModemSimulator
) -> None:
    simulator.fault("unsolicited-before-result")
    simulator.receive_sms(LEAD, "answer")
    assert send(modem) == [0]
    assert take(modem, 1) == ["answer"]


def test_two_texts_announced_in_one_write_are_both_taken(
    modem: Modem, simulator: ModemSimulator
) -> None:
    simulator.fault("two-at-once")
    simulator.receive_sms(LEAD, "one")
    simulator.receive_sms(LEAD, "two")
    assert take(modem, 2) == ["one", "two"]


def test_a_text_announced_without_a_place_asks_for_a_sweep(
    modem: Modem, simulator: ModemSimulator
) -> None:
    simulator.fault("no-index")
    assert events(modem, 1) == [SweepDue()]


def test_without_a_prompt_nothing_leaves_and_the_next_text_goes(
    modem: Modem, simulator: ModemSimulator
) -> None:
    simulator.fault("late-prompt", seconds=0.6)
    with pytest.raises(SendDeferred):
        send(modem, "late")
    send(modem, "next")
    assert [sms.text for sms in simulator.wait_for_sent(1)] == ["next"]


def test_a_modem_that_never_prompts_is_hung(modem: Modem, simulator: ModemSimulator) -> None:
    simulator.fault("no-prompt", count=3)
    for _ in range(2):
        with pytest.raises(SendDeferred):
            send(modem)
    with pytest.raises(Hung, match="3 times in a row"):
        send(modem)
    assert simulator.sent == []


def test_a_modem_that_restarted_by_itself_is_known_by_what_it_forgot(
    modem: Modem, simulator: ModemSimulator
) -> None:
    assert not modem.has_forgotten()
    simulator.fault("reset")
    assert modem.has_forgotten()
    modem.bring_up(PinGuard())
    assert not modem.has_forgotten()


def test_an_answer_lost_after_the_send_is_unconfirmed_and_sent_once(
    modem: Modem, simulator: ModemSimulator
) -> None:
    simulator.fault("no-answer-after-send")
    with pytest.raises(SendUnconfirmed):
        send(modem, "maybe")
    send(modem, "next")
    assert [sms.text for sms in simulator.sent] == ["maybe", "next"]


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (515, SendDeferred),
        (332, SendUnconfirmed),
        (331, SendDeferred),
        (38, SendDeferred),
        (304, SendRefused),
        (1, SendRefused),
        (8, SendRefused),
        (310, LinkDown),
        (9999, SendDeferred),
    ],
)
def test_errors_are_sorted_by_what_happens_next(
    modem: Modem, simulator: ModemSimulator, code: int, error: type[TextbackError]
) -> None:
    simulator.fault("cms-error", code=code)
    with pytest.raises(error, match=str(code)):
        send(modem)
    assert simulator.sent == []


def test_a_busy_network_defers(modem: Modem, simulator: ModemSimulator) -> None:
    simulator.fault("busy", count=2)
    for _ in range(2):
        with pytest.raises(SendDeferred):
            send(modem)
    assert send(modem) == [0]


def test_a_lost_network_defers_and_holds_texts_until_it_is_back(
    modem: Modem, simulator: ModemSimulator
) -> None:
    simulator.fault("network-lost")
    simulator.receive_sms(LEAD, "waiting")
    assert not modem.status().registered
    with pytest.raises(SendDeferred):
        send(modem)
    simulator.fault("network-back")
    assert take(modem, 1) == ["waiting"]
    assert send(modem) == [0]


def test_a_full_storage_holds_texts_until_there_is_space() -> None:
    with ModemSimulator(capacity=2) as simulator:
        modem = Modem.open(ModemSettings(simulator.path))
        modem.bring_up(PinGuard())
        for number in range(5):
            simulator.receive_sms(LEAD, str(number))
        assert (simulator.stored["SM"], simulator.held_back) == (2, 3)
        assert modem.status().storage_full
        assert take(modem, 2) == ["0", "1"]
        assert take(modem, 2) == ["2", "3"]
        assert take(modem, 1) == ["4"]
        modem.close()


@pytest.mark.parametrize("fault", ["noise", "dribble"])
def test_noise_and_dribble_change_nothing(
    modem: Modem, simulator: ModemSimulator, fault: str
) -> None:
    simulator.fault(fault)
    simulator.receive_sms(LEAD, "hello")
    assert send(modem, "x" * 200) == [0, 1]
    assert take(modem, 1) == ["hello"]
    assert modem.status().registered


def test_a_modem_that_hangs_for_a_while_is_in_step_afterwards(simulator: ModemSimulator) -> None:
    modem = Modem.open(ModemSettings(simulator.path, command_timeout=0.3))
    modem.bring_up(PinGuard())
    simulator.fault("hang", seconds=0.6)
    with pytest.raises(LinkDown, match="no answer"):
        modem.status()
    assert modem.status().operator == "Simulated network"
    modem.close()


def test_an_unplugged_modem_is_told_and_works_again_once_it_is_back(
    modem: Modem, simulator: ModemSimulator
) -> None:
    simulator.fault("unplug")
    with pytest.raises(LinkDown, match="was lost"):
        modem.wait(None)
    modem.close()
    with pytest.raises(LinkDown, match="is not there"):
        Modem.open(ModemSettings(simulator.path))
    simulator.receive_sms(LEAD, "meanwhile")
    simulator.fault("replug")
    again = Modem.open(ModemSettings(simulator.path))
    again.bring_up(PinGuard())
    assert send(again) == [0]
    assert len(again.stored("SM")) == 1
    again.close()


def test_a_modem_that_goes_in_the_middle_of_a_send_leaves_it_unconfirmed() -> None:
    with ModemSimulator(seconds_per_part=30) as simulator:
        modem = Modem.open(ModemSettings(simulator.path))
        modem.bring_up(PinGuard())
        simulator.fault("unplug-after-pdu")
        with pytest.raises(SendUnconfirmed):
            send(modem)
        modem.close()


def test_faults_that_are_not_there_are_refused(simulator: ModemSimulator) -> None:
    with pytest.raises(ValueError, match=r"there are: .*late-prompt"):
        simulator.fault("gremlins")
    with pytest.raises(ValueError, match="no option 'how'"):
        simulator.fault("noise", how=1)
    with pytest.raises(ValueError, match="cannot be 'soon'"):
        simulator.fault("late-prompt", seconds="soon")


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_says_what_it_does(name: str) -> None:
    assert FAULTS[name].summary
