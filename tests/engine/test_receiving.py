"""What comes in is committed first, deleted after, and shown once, whatever the modem refuses."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from tests.modem.pdus import STAMP, deliver_hex
from tests.modem.test_direct_delivery import DIRECT, NEVER, SOON, brought_up
from tests.waiting import wait_until
from textback.core.calls import CallEnded
from textback.engine.receiving import Receiver
from textback.modem import Modem, ModemSettings, PinGuard, Stored
from textback.modem.driver import CommandRefused
from textback.modem.events import Place
from textback.modem.pdu import read_incoming
from textback.modem.simulator import ModemSimulator, Patience
from textback.store.database import Database
from textback.store.models import Message

FROM = "+15557654321"
# An SCTS that is no date: such a message is known by its octets alone, and only for a while.
UNDATED = deliver_hex("00", "02E834").replace(STAMP, "00" * 7)


def utc_now() -> datetime:
    return datetime.now(UTC)


def shown(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Message.body).order_by(Message.id)))


@pytest.fixture
def receiver(database: Database) -> Receiver:
    return Receiver(database, "sim", utc_now, lambda _call: None)


@pytest.fixture
def simulator() -> Iterator[ModemSimulator]:
    with ModemSimulator() as simulator:
        yield simulator


@pytest.fixture
def modem(simulator: ModemSimulator) -> Iterator[Modem]:
    modem = Modem.open(ModemSettings(simulator.path, command_timeout=2))
    modem.bring_up(PinGuard())
    yield modem
    modem.close()


@contextmanager
def out_of_order(database: Database) -> Iterator[None]:
    """Meanwhile no text can be kept."""
    _execute(database, "ALTER TABLE message RENAME TO elsewhere")
    yield
    _execute(database, "ALTER TABLE elsewhere RENAME TO message")


def _execute(database: Database, statement: str) -> None:
    with database.connection() as connection:
        connection.exec_driver_sql(statement)


def take_until(receiver: Receiver, modem: Modem, done: Callable[[], bool]) -> None:
    def taken() -> bool:
        receiver.take(modem, modem.wait(0.05))
        return done()

    wait_until(taken, "what the modem tells of")


def test_a_text_handed_over_is_kept_before_it_is_acknowledged(
    database: Database, receiver: Receiver
) -> None:
    with brought_up(DIRECT, Patience(acknowledge=NEVER)) as (modem, simulator):
        for text in ("one", "two", "three"):
            simulator.receive_sms(FROM, text)
        take_until(receiver, modem, lambda: len(shown(database)) == 3)
        assert shown(database) == ["one", "two", "three"]
        assert simulator.held_back == 0


def test_a_text_handed_over_that_cannot_be_kept_comes_again(
    database: Database, receiver: Receiver
) -> None:
    with brought_up(DIRECT, Patience(acknowledge=SOON, retry=SOON)) as (modem, simulator):
        with out_of_order(database):
            simulator.receive_sms(FROM, "do not lose me")
            take_until(receiver, modem, lambda: receiver.behind)
            wait_until(lambda: simulator.stored["SM"] == 1, "the network to try again")
        receiver.sweep(modem)
        assert shown(database) == ["do not lose me"]


def test_a_text_handed_over_twice_is_one_text(database: Database, receiver: Receiver) -> None:
    model = replace(DIRECT, csms=(0,))
    with brought_up(model, Patience()) as (modem, simulator):
        simulator.fault("doubled-text")
        simulator.receive_sms(FROM, "once")
        simulator.receive_sms(FROM, "and then")
        take_until(receiver, modem, lambda: "and then" in shown(database))
        assert shown(database) == ["once", "and then"]


def test_what_a_lost_link_had_told_of_already_is_kept(
    database: Database, receiver: Receiver
) -> None:
    with brought_up(replace(DIRECT, csms=(0,)), Patience()) as (modem, simulator):
        simulator.receive_sms(FROM, "last words")
        wait_until(lambda: modem.status().registered and simulator.held_back == 0, "the text")
        simulator.fault("unplug")
        assert receiver.keep(modem, modem.heard()) == 1
        assert shown(database) == ["last words"]


def test_a_message_that_cannot_be_deleted_is_shown_once_and_holds_up_no_other(
    database: Database, receiver: Receiver, modem: Modem, simulator: ModemSimulator
) -> None:
    for text in ("one", "two"):
        simulator.receive_sms(FROM, text)
    simulator.fault("delete-fails", count=3)
    receiver.sweep(modem)
    assert sorted(shown(database)) == ["one", "two"]
    assert receiver.behind  # tried again soon
    receiver.sweep(modem)
    assert not receiver.behind  # then no more often than every minute
    receiver.sweep(modem)
    assert simulator.stored["SM"] == 0
    assert sorted(shown(database)) == ["one", "two"]


class Stubborn(Modem):
    """A SIM with one message that it does not delete, and a storage that it does not list."""

    def __init__(self, pdu: str) -> None:
        self.storages = ("SM", "ME")
        self.pdu = pdu
        self.deletes = 0

    def stored(self, storage: str) -> list[Stored]:
        if storage == "ME":
            raise CommandRefused("the modem said +CMS ERROR: 320")
        return [Stored(Place("SM", 1), self.pdu, read_incoming(self.pdu))]

    def delete(self, _place: Place) -> None:
        self.deletes += 1
        raise CommandRefused("the modem said +CMS ERROR: 320")


def test_an_undated_message_that_cannot_be_deleted_is_shown_once_however_long_it_lies_there(
    database: Database, now: datetime
) -> None:
    clock = [now]
    receiver, sim = Receiver(database, "sim", lambda: clock[0], lambda _: None), Stubborn(UNDATED)
    for day in range(1, 5):
        clock[0] = now.replace(day=day)
        receiver.sweep(sim)
    assert shown(database) == ["hi"]
    assert sim.deletes == 4


def test_another_message_in_the_place_of_one_that_could_not_be_deleted_is_kept(
    database: Database, receiver: Receiver
) -> None:
    sim = Stubborn(deliver_hex("00", "02E834"))
    receiver.sweep(sim)
    sim.pdu = deliver_hex("00", "02E91B")
    receiver.sweep(sim)
    assert len(shown(database)) == 2


def test_one_storage_that_cannot_be_listed_keeps_no_other_from_being_read_and_is_told_once(
    database: Database, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    sim = Stubborn(deliver_hex("00", "02E834"))
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            receiver.sweep(sim)
    assert shown(database) == ["hi"]
    assert sum("cannot be listed" in record.message for record in caplog.records) == 1
    assert sum("cannot be deleted" in record.message for record in caplog.records) == 1


def test_nothing_is_deleted_that_was_not_committed(
    database: Database, receiver: Receiver, modem: Modem, simulator: ModemSimulator
) -> None:
    for text in ("one", "two"):
        simulator.receive_sms(FROM, text)
    with out_of_order(database):
        receiver.sweep(modem)
    assert (simulator.stored["SM"], receiver.behind) == (2, True)
    receiver.sweep(modem)
    assert (sorted(shown(database)), simulator.stored["SM"]) == (["one", "two"], 0)


def test_a_modem_that_restarts_between_reading_and_deleting_deletes_nothing_else(
    modem: Modem, simulator: ModemSimulator
) -> None:
    simulator.receive_sms(FROM, "in SM")
    modem.read(Place("ME", 1))  # it has chosen ME now…
    simulator.fault("reset")  # …and forgets it
    modem.delete(Place("ME", 1))
    assert simulator.stored["SM"] == 1


def test_calls_to_the_sim_are_handed_on(
    database: Database, modem: Modem, simulator: ModemSimulator
) -> None:
    calls: list[CallEnded] = []
    receiver = Receiver(database, "sim", utc_now, calls.append)
    simulator.ring(FROM)
    take_until(receiver, modem, lambda: bool(calls))
    [call] = calls
    assert (call.caller, call.did, call.trunk) == (FROM, "+15550001111", "GSM/sim")
    assert (call.withheld, call.person_reached) == (False, False)
