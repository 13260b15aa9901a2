"""Whoever dies in the middle of sending: no text is lost, none goes out twice."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest

from tests.store.test_messages import queue, state
from textback.core.errors import LinkDown
from textback.core.messages import MessageState
from textback.engine.sending import Sender
from textback.modem.driver import Modem, ModemSettings
from textback.modem.kept_sends import Kept, SentStorage
from textback.modem.sim_lock import PinGuard
from textback.modem.simulator import ModemSimulator
from textback.store import doubts
from textback.store.choice import Taker
from textback.store.database import Database


class Died(BaseException):
    """kill -9 of the engine at some point."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def opened(simulator: ModemSimulator) -> Modem:
    modem = Modem.open(ModemSettings(simulator.path, command_timeout=2, send_timeout=0.5))
    modem.bring_up(PinGuard())
    return modem


def sent_by(database: Database, simulator: ModemSimulator) -> None:
    """One life of the engine: it settles what it finds, and sends all there is."""
    with closing(opened(simulator)) as modem:
        sender = Sender(database, "sim", utc_now)
        sender.recover(modem)
        while sender.send_next(modem):
            pass


@pytest.fixture
def simulator() -> Iterator[ModemSimulator]:
    """A modem that marks what it sent from its storage."""
    with ModemSimulator() as simulator:
        yield simulator


@pytest.fixture
def proven(database: Database, simulator: ModemSimulator) -> ModemSimulator:
    """... of which that is known since its first text."""
    queue(database, utc_now(), "+12125550199")
    sent_by(database, simulator)
    return simulator


def die_in(monkeypatch: pytest.MonkeyPatch, step: str, *, done: bool) -> None:
    """The engine dies before, or right after, a step of the modem's storage."""
    real = getattr(SentStorage, step)

    def dying(self: SentStorage, *args: object) -> object:
        if done:
            real(self, *args)
        raise Died

    monkeypatch.setattr(SentStorage, step, dying)


DEATHS = [
    pytest.param("store", True, id="written-and-nobody-knows-where"),
    pytest.param("send", False, id="written-and-not-sent"),
    pytest.param("send", True, id="sent-and-nobody-heard"),
]


@pytest.mark.parametrize(("step", "done"), DEATHS)
def test_a_text_whose_sender_died_goes_out_once(
    database: Database,
    proven: ModemSimulator,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    done: bool,
) -> None:
    message_id = queue(database, utc_now())
    with closing(opened(proven)) as modem:
        doomed = Sender(database, "sim", utc_now)
        doomed.recover(modem)
        die_in(monkeypatch, step, done=done)
        with pytest.raises(Died):
            doomed.send_next(modem)
        monkeypatch.undo()
    sent_by(database, proven)
    assert state(database, message_id) is MessageState.SENT
    assert len(proven.wait_for_sent(2)) == 2
    assert left_in(proven) == []


def left_in(simulator: ModemSimulator) -> list[Kept]:
    with closing(opened(simulator)) as modem:
        assert modem.kept is not None
        return modem.kept.leftovers()


def test_a_text_that_was_sent_while_its_answer_got_lost_is_known_to_be_sent(
    database: Database, proven: ModemSimulator
) -> None:
    message_id = queue(database, utc_now())
    proven.fault("no-answer-after-send")
    sent_by(database, proven)
    assert state(database, message_id) is MessageState.SENT
    assert len(proven.wait_for_sent(2)) == 2


def test_a_modem_unplugged_while_a_text_is_written_sends_it_later(
    database: Database, proven: ModemSimulator
) -> None:
    message_id = queue(database, utc_now())
    proven.fault("unplug-after-pdu")
    with pytest.raises(LinkDown):
        sent_by(database, proven)
    proven.fault("replug")
    sent_by(database, proven)
    assert state(database, message_id) is MessageState.SENT
    assert len(proven.wait_for_sent(2)) == 2


def test_not_sent_is_not_the_last_word_of_a_modem_that_may_have_lost_its_power(
    database: Database, proven: ModemSimulator
) -> None:
    """The network may have taken the text a moment before: a report or a person tells."""
    message_id = queue(database, utc_now())
    proven.fault("error-after-send")
    sent_by(database, proven)
    assert state(database, message_id) is MessageState.UNCONFIRMED
    sent_by(database, proven)
    assert len(proven.wait_for_sent(2)) == 2


def test_whether_a_modem_marks_what_it_sent_is_seen_at_the_first_text(
    database: Database, simulator: ModemSimulator
) -> None:
    queue(database, utc_now())
    with closing(opened(simulator)) as modem:
        assert modem.keeps_status is None
        sender = Sender(database, "sim", utc_now)
        sender.recover(modem)
        sender.send_next(modem)
        with database.read() as session:
            assert doubts.remembers_sent(session, modem.imei) is True


def test_a_modem_that_does_not_mark_it_is_not_asked_again(database: Database) -> None:
    with ModemSimulator(model="sim7600") as simulator:
        for number in ("+12125550101", "+12125550102"):
            queue(database, utc_now(), number)
        sent_by(database, simulator)
        with closing(opened(simulator)) as modem:
            Sender(database, "sim", utc_now).recover(modem)
            assert modem.kept is None
        assert len(simulator.wait_for_sent(2)) == 2


def test_a_modem_without_such_a_storage_leaves_an_interrupted_text_unconfirmed(
    database: Database,
) -> None:
    with ModemSimulator(model="zte-mf190") as simulator:
        message_id = queue(database, utc_now())
        with closing(opened(simulator)) as modem:
            assert modem.kept is None
            Sender(database, "sim", utc_now)._claim_next(Taker("sim"), by_storage=False)
        sent_by(database, simulator)
        assert state(database, message_id) is MessageState.UNCONFIRMED
        assert simulator.sent == []


def test_a_full_storage_holds_no_text_up(database: Database, proven: ModemSimulator) -> None:
    message_id = queue(database, utc_now())
    with closing(opened(proven)) as modem:
        sender = Sender(database, "sim", utc_now)
        sender.recover(modem)
        proven.fault("storage-full")
        sender.send_next(modem)
    assert state(database, message_id) is MessageState.SENT
