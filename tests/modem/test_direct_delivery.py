"""Texts that a modem hands over without storing them (3GPP TS 27.005, clauses 3.2.1 and 3.4)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from tests.modem.stories import LEAD, events
from tests.waiting import wait_until
from textback.modem import Arrived, Modem, ModemSettings, PinGuard
from textback.modem.simulator import ModemSimulator, Patience
from textback.modem.simulator.personality import Personality, personality

GENERIC = personality("generic")
DIRECT = replace(GENERIC, cnmi=((0, 1, 2), (0, 2), (0,), (0, 1, 2), (0, 1)))
SOON, NEVER = 0.05, 1000.0


@contextmanager
def brought_up(model: Personality, patience: Patience) -> Iterator[tuple[Modem, ModemSimulator]]:
    with ModemSimulator(model=model, patience=patience) as simulator:
        modem = Modem.open(ModemSettings(simulator.path, command_timeout=2))
        modem.bring_up(PinGuard())
        yield modem, simulator
        modem.close()


@pytest.fixture
def direct() -> Iterator[tuple[Modem, ModemSimulator]]:
    """A modem that announces nothing, and waits for ever for an acknowledgement."""
    with brought_up(DIRECT, Patience(acknowledge=NEVER, retry=SOON)) as both:
        yield both


def test_a_modem_that_can_only_hand_over_is_brought_up_and_its_texts_come(
    direct: tuple[Modem, ModemSimulator],
) -> None:
    modem, simulator = direct
    simulator.receive_sms(LEAD, "hello")
    assert isinstance(events(modem, 1)[0], Arrived)
    assert simulator.stored == {"SM": 0, "ME": 0}


def test_the_next_text_comes_once_the_one_before_is_acknowledged(
    direct: tuple[Modem, ModemSimulator],
) -> None:
    modem, simulator = direct
    for text in ("one", "two"):
        simulator.receive_sms(LEAD, text)
    events(modem, 1)
    assert simulator.held_back == 1
    modem.acknowledge()
    events(modem, 1)
    modem.acknowledge()
    assert simulator.held_back == 0


def test_a_text_that_nobody_acknowledges_is_handed_over_again() -> None:
    with brought_up(DIRECT, Patience(acknowledge=SOON, retry=SOON)) as (modem, simulator):
        simulator.receive_sms(LEAD, "hello")
        first = events(modem, 1)
        wait_until(lambda: simulator.stored["SM"] == 1, "the modem to give up")
        assert not modem.has_forgotten()  # its routing is switched on again
        simulator.receive_sms(LEAD, "next")
        assert isinstance(events(modem, 1)[0], Arrived)
        [again] = modem.stored("SM")
        assert Arrived(again.pdu, again.value) == first[0]


def test_an_acknowledgement_that_comes_too_late_switches_the_routing_on_again() -> None:
    with brought_up(DIRECT, Patience(acknowledge=SOON, retry=SOON)) as (modem, simulator):
        simulator.receive_sms(LEAD, "hello")
        events(modem, 1)
        wait_until(lambda: simulator.stored["SM"] == 1, "the modem to give up")
        modem.acknowledge()
        simulator.receive_sms(LEAD, "and another")
        assert isinstance(events(modem, 1)[0], Arrived)


def test_a_modem_that_refuses_to_be_acknowledged_is_not_made_to_wait_for_it() -> None:
    refusing = replace(DIRECT, refuses=frozenset({"+CNMA"}))
    with brought_up(refusing, Patience(acknowledge=SOON, retry=SOON)) as (modem, simulator):
        simulator.receive_sms(LEAD, "one")
        events(modem, 1)
        wait_until(lambda: simulator.stored["SM"] == 1, "the modem to give up")
        modem.acknowledge()
        for text in ("two", "three"):
            simulator.receive_sms(LEAD, text)
        assert len(events(modem, 2)) == 2


def test_a_modem_without_phase_2_plus_acknowledges_by_itself() -> None:
    with brought_up(replace(DIRECT, csms=(0,)), Patience()) as (modem, simulator):
        for text in ("one", "two"):
            simulator.receive_sms(LEAD, text)
        assert len(events(modem, 2)) == 2
        modem.acknowledge()
        assert simulator.held_back == 0
