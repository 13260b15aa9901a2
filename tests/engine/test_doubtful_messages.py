"""A stored message that cannot be read may have been damaged on its way: it is read twice."""

from datetime import datetime

import pytest
from sqlalchemy import select

from tests.modem.pdus import deliver_hex
from textback.engine.receiving import Receiver
from textback.modem import Modem, Place, Stored
from textback.modem.pdu import read_incoming
from textback.store.database import Database
from textback.store.models import Message

WHOLE = deliver_hex("00", "02E834")
DAMAGED = WHOLE[:-3]


class OneSlot(Modem):
    """One message on the SIM; `line` is what the line makes of it."""

    def __init__(self) -> None:
        self.storages = ("SM",)
        self.line = WHOLE
        self.deleted = False

    def stored(self, _storage: str) -> list[Stored]:
        return [Stored(Place("SM", 0), self.line, read_incoming(self.line))]

    def delete(self, _place: Place) -> None:
        self.deleted = True


@pytest.fixture
def receiver(database: Database, now: datetime) -> Receiver:
    return Receiver(database, "sim", lambda: now, lambda _call: None)


def shown(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Message.body)))


def test_a_message_damaged_on_its_way_is_read_again_and_whole(
    database: Database, receiver: Receiver
) -> None:
    sim = OneSlot()
    sim.line = DAMAGED
    receiver.sweep(sim)
    assert (shown(database), sim.deleted, receiver.behind) == ([], False, True)
    sim.line = WHOLE
    receiver.sweep(sim)
    assert shown(database) == ["hi"]
    assert sim.deleted
    assert not receiver.behind


def test_one_that_stays_unreadable_is_shown_as_it_is_and_makes_room(
    database: Database, receiver: Receiver
) -> None:
    sim = OneSlot()
    sim.line = DAMAGED
    receiver.sweep(sim)
    receiver.sweep(sim)
    [body] = shown(database)
    assert body.endswith(DAMAGED)
    assert (sim.deleted, receiver.behind) == (True, False)
