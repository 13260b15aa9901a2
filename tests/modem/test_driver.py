"""The driver and a modem that works."""

import threading

import pytest

from tests.modem.stories import LEAD, events, send, take
from tests.waiting import wait_until
from textback.core.errors import AccessRefused, LinkDown
from textback.core.segments import split
from textback.modem import Modem, ModemSettings, NewStored, PinGuard, Ring
from textback.modem.pdu import Deliver, Delivery, StatusReport, join_text
from textback.modem.simulator import ModemSimulator
from textback.modem.sorter import Command
from textback.modem.status import StorageUse


def test_a_modem_says_who_it_is_and_how_it_is(simulator: ModemSimulator) -> None:
    modem = Modem.open(ModemSettings(simulator.path))
    info = modem.bring_up(PinGuard())
    status = modem.status()
    modem.close()
    assert (info.imei, info.own_number) == ("350000000000006", "+15550001111")
    assert info.status_reports
    assert status.registered
    assert status.storages == (
        StorageUse("SM", 0, 30, receives=True),
        StorageUse("ME", 0, 30, receives=False),
    )


@pytest.mark.parametrize("text", ["hello", "x" * 500, "👍" * 100, "@", "ends with €"])
def test_a_text_reaches_the_phone_whole(modem: Modem, simulator: ModemSimulator, text: str) -> None:
    refs = send(modem, text)
    [sms] = simulator.wait_for_sent(1)
    assert (sms.to, sms.text, sms.refs) == (LEAD, text, tuple(refs))


def test_a_report_tells_that_a_text_arrived(modem: Modem) -> None:
    [ref] = send(modem, report=True)
    [event] = events(modem, 1)
    assert isinstance(event, NewStored)
    stored = modem.read(event.place)
    assert stored is not None
    assert isinstance(stored.value, StatusReport)
    assert (stored.value.reference, stored.value.delivery) == (ref, Delivery.DELIVERED)


def test_a_text_is_read_and_deleted(modem: Modem, simulator: ModemSimulator) -> None:
    simulator.receive_sms(LEAD, "call me back")
    assert take(modem, 1) == ["call me back"]
    assert simulator.stored == {"SM": 0, "ME": 0}


def test_a_long_text_comes_in_parts_that_join(modem: Modem, simulator: ModemSimulator) -> None:
    text = "a long answer 👍 " * 20
    simulator.receive_sms(LEAD, text)
    wait_until(lambda: sum(simulator.stored.values()) == split(text).count, "all parts")
    messages = [stored.value for stored in modem.stored("SM")]
    parts = [message for message in messages if isinstance(message, Deliver)]
    assert join_text(part.user_data for part in parts) == text


def test_a_sweep_finds_what_was_never_announced(simulator: ModemSimulator) -> None:
    simulator.receive_sms(LEAD, "while you were away")
    modem = Modem.open(ModemSettings(simulator.path))
    modem.bring_up(PinGuard())
    [stored] = modem.stored("SM")
    modem.delete(stored.place)
    assert modem.read(stored.place) is None
    assert modem.stored("SM") == []
    modem.close()


def test_deleting_what_is_gone_is_fine(modem: Modem, simulator: ModemSimulator) -> None:
    simulator.receive_sms(LEAD, "once")
    [event] = events(modem, 1)
    assert isinstance(event, NewStored)
    modem.delete(event.place)
    modem.delete(event.place)


def test_a_call_is_told_once_and_hung_up(modem: Modem, simulator: ModemSimulator) -> None:
    simulator.ring("+15557654321")
    assert events(modem, 1) == [Ring("+15557654321")]
    assert simulator.hung_up == 1


def test_a_wake_just_before_the_wait_is_not_lost(modem: Modem) -> None:
    modem.wake()
    send(modem)  # a command in between does not swallow it
    assert modem.wait(None) == []


def test_another_thread_wakes_a_wait(modem: Modem) -> None:
    threading.Timer(0.05, modem.wake).start()
    assert modem.wait(None) == []


def test_a_wake_after_the_end_does_nothing(modem: Modem) -> None:
    modem.close()
    modem.wake()


def test_a_port_that_is_not_there_is_named() -> None:
    with pytest.raises(LinkDown, match="port /nowhere/modem is not there"):
        Modem.open(ModemSettings("/nowhere/modem"))


def test_a_port_in_use_is_named(modem: Modem, simulator: ModemSimulator) -> None:
    modem.status()
    with pytest.raises(LinkDown, match="in use by another program"):
        Modem.open(ModemSettings(simulator.path))


def test_the_right_pin_opens_the_sim_again_and_again() -> None:
    guard = PinGuard()
    with ModemSimulator(pin="1234") as simulator:
        for _ in range(2):
            modem = Modem.open(ModemSettings(simulator.path, pin="1234"))
            modem.bring_up(guard)
            assert modem.status().registered
            modem.close()
            simulator.fault("reset")


def test_a_wrong_pin_is_tried_once_only() -> None:
    guard = PinGuard()
    with ModemSimulator(pin="1234") as simulator:
        for _ in range(4):
            modem = Modem.open(ModemSettings(simulator.path, pin="9999"))
            with pytest.raises(AccessRefused):
                modem.bring_up(guard)
            modem.close()
        assert simulator.pin_attempts == 2


def test_a_missing_pin_is_told() -> None:
    with ModemSimulator(pin="1234") as simulator:
        modem = Modem.open(ModemSettings(simulator.path))
        with pytest.raises(AccessRefused, match="none is configured"):
            modem.bring_up(PinGuard())
        modem.close()


@pytest.mark.parametrize("text", ["AT\rATD1", "AT\n", "AT\x1a", "AT\x1b", "ATé", "AT\0"])
def test_no_command_can_carry_another(text: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        Command(text)
