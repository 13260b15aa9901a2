"""Several modems in one engine, each with a SIM of its own, on one simulated network."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from tests.waiting import wait_until
from textback.core.links import LinkState
from textback.core.messages import Direction, Kind, MessageState
from textback.core.sim_rules import SimRules
from textback.engine.service import Engine
from textback.modem.driver import ModemSettings
from textback.modem.simulator import ModemSimulator, Network
from textback.store import conversations
from textback.store.database import Database
from textback.store.links import links
from textback.store.messages import messages_since
from textback.store.models import Link, Message
from textback.store.staff import add_staff

ANN, BEN, CLEO = "+12125550143", "+12125550177", "+12125550188"


@dataclass
class Sims:
    """Modems by name, their network, and a clock that a test can put forward."""

    database: Database
    network: Network
    modems: dict[str, ModemSimulator]
    staff_id: int
    rules: dict[str, SimRules] = field(default_factory=dict)
    ahead: timedelta = timedelta(0)
    serial: Iterator[int] = field(default_factory=count)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    @contextmanager
    def running(self, **expected: LinkState) -> Iterator[None]:
        """The engine, once each modem is UP, or what is `expected` of it."""
        settings = {name: ModemSettings(sim.path) for name, sim in self.modems.items()}
        engine = Engine(self.database, {}, settings, self.now, "", self.rules)
        stop = threading.Event()
        thread = threading.Thread(target=engine.run, args=(stop,))
        thread.start()
        try:
            for name in settings:
                self.wait_for(name, expected.get(name, LinkState.UP))
            yield
        finally:
            stop.set()
            thread.join()

    def link(self, name: str) -> Link | None:
        with self.database.read() as session:
            known = {x.name: x for x in links(session) if x.kind == "modem"}
        return known.get(name)

    def wait_for(self, name: str, state: LinkState) -> None:
        def there() -> bool:
            link = self.link(name)
            return link is not None and link.state is state

        wait_until(there, f"{name} to be {state}")

    def queue(self, *numbers: str, kind: Kind = Kind.GREETING) -> None:
        """Texts written at once, no two the same."""
        author = self.staff_id if kind is Kind.REPLY else None
        now = self.now()
        with self.database.write() as session:
            for number in numbers:
                conversation = conversations.conversation_with(session, number, now)
                body = f"text {next(self.serial)}"
                conversations.queue_text(
                    session, conversation.id, kind, body, now, author_id=author
                )

    def texts(self, number: str | None = None) -> list[Message]:
        with self.database.read() as session:
            texts = [m for m in messages_since(session, None) if m.direction is Direction.OUT]
            return [m for m in texts if number in (None, m.conversation.number)]

    def wait_for_delivered(self, count: int) -> None:
        wait_until(
            lambda: sum(m.state is MessageState.DELIVERED for m in self.texts()) == count,
            f"{count} text(s) delivered",
        )


@pytest.fixture
def sims(database: Database, tmp_path: Path) -> Iterator[Sims]:
    with several(database, tmp_path, "north", "south") as sims:
        yield sims


@contextmanager
def several(database: Database, folder: Path, *names: str, seconds: float = 0.0) -> Iterator[Sims]:
    network = Network()
    with database.write() as session:
        staff = add_staff(session, "rosa", "Rosa", "correct horse battery", datetime.now(UTC))
    with ExitStack() as stack:
        modems = {
            name: stack.enter_context(
                ModemSimulator(
                    folder / name,
                    network=network,
                    number=f"+1555000111{n}",
                    seconds_per_part=seconds,
                )
            )
            for n, name in enumerate(names)
        }
        yield Sims(database, network, modems, staff.id)


def test_people_are_answered_from_the_number_that_they_wrote_to(sims: Sims) -> None:
    with sims.running():
        sims.modems["north"].receive_sms(ANN, "to the north")
        sims.modems["south"].receive_sms(BEN, "to the south")
        wait_until(lambda: conversations_begun(sims) == 2, "both texts")
        for _ in range(3):
            sims.queue(ANN, BEN, kind=Kind.REPLY)
        sims.wait_for_delivered(6)
    assert {sms.to for sms in sims.modems["north"].sent} == {ANN}
    assert {sms.to for sms in sims.modems["south"].sent} == {BEN}


def conversations_begun(sims: Sims) -> int:
    with sims.database.read() as session:
        return sum(m.direction is Direction.IN for m in messages_since(session, None))


def test_a_conversation_follows_a_person_who_writes_to_another_number(sims: Sims) -> None:
    with sims.running():
        for n, name in enumerate(("north", "south"), start=1):
            sims.modems[name].receive_sms(ANN, f"to {name}")
            wait_until(lambda n=n: conversations_begun(sims) == n, "the text")  # type: ignore[misc]
            sims.queue(ANN, kind=Kind.REPLY)
            sims.modems[name].wait_for_sent(1)


def test_who_is_free_takes_the_next_text(database: Database, tmp_path: Path) -> None:
    with several(database, tmp_path, "north", "south", seconds=0.2) as sims, sims.running():
        sims.queue(*(f"+121255501{n:02}" for n in range(6)))
        sims.wait_for_delivered(6)
        assert [len(modem.sent) for modem in sims.modems.values()] == [3, 3]


def test_an_unplugged_modems_conversation_moves_on_after_a_while(sims: Sims) -> None:
    with sims.running():
        sims.modems["south"].receive_sms(ANN, "hello")
        wait_until(lambda: conversations_begun(sims) == 1, "the text")
        sims.modems["south"].fault("unplug")
        sims.wait_for("south", LinkState.DOWN)
        sims.queue(ANN, kind=Kind.REPLY)
        sims.queue(BEN)
        assert [sms.to for sms in sims.modems["north"].wait_for_sent(1)] == [BEN]
        sims.ahead += timedelta(minutes=5)
        sims.queue(CLEO)  # wakes the modem, as the clock on the wall did not move
        sims.modems["north"].wait_for_sent(3)
        sims.wait_for_delivered(3)
    (text,) = sims.texts(ANN)
    assert (text.modem, text.instead_of, text.conversation.modem) == ("north", "south", "north")


def test_a_modem_without_a_network_leaves_new_texts_to_others(sims: Sims) -> None:
    sims.modems["south"].fault("network-lost")
    with sims.running(south=LinkState.DOWN):
        for number in (ANN, BEN, CLEO):
            sims.queue(number)
        assert len(sims.modems["north"].wait_for_sent(3)) == 3
        sims.wait_for_delivered(3)
    assert [text.attempts for text in sims.texts()] == [1, 1, 1]


def test_the_limit_of_a_day_holds_greetings_back_over_a_restart(sims: Sims) -> None:
    del sims.modems["north"]
    sims.rules = {"south": SimRules(per_day=2)}
    with sims.running():
        sims.queue(ANN, BEN)
        sims.wait_for_delivered(2)
    with sims.running():
        sims.queue(CLEO)
        waits = "the SIM's limit of 2 SMS a day is reached"
        wait_until(lambda: sims.texts(CLEO)[0].detail == waits, "the reason")
        link = sims.link("south")
        assert link is not None
        assert "automatic texts wait" in link.warning
        sims.queue(ANN, kind=Kind.REPLY)
        sims.modems["south"].wait_for_sent(3)
        assert sims.texts(CLEO)[0].state is MessageState.QUEUED
        sims.ahead += timedelta(hours=24)
        sims.queue(BEN)
        assert CLEO in [sms.to for sms in sims.modems["south"].wait_for_sent(4)]


def test_between_two_texts_of_a_sim_is_its_interval(sims: Sims) -> None:
    del sims.modems["north"]
    sims.rules = {"south": SimRules(interval=timedelta(hours=1))}
    with sims.running():
        sims.queue(ANN)
        sims.wait_for_delivered(1)
        sims.queue(BEN)
        sims.modems["south"].receive_sms(CLEO, "the modem works on meanwhile")
        wait_until(lambda: conversations_begun(sims) == 1, "the text")
        assert sims.texts(BEN)[0].state is MessageState.QUEUED
        sims.ahead += timedelta(hours=1)
        sims.queue(CLEO)
        sims.wait_for_delivered(2)
        assert [sms.to for sms in sims.modems["south"].sent] == [ANN, BEN]


def test_four_modems_send_each_text_once_and_each_person_theirs_from_one_number(
    database: Database, tmp_path: Path
) -> None:
    numbers = [f"+121255501{n:02}" for n in range(12)]
    with several(database, tmp_path, "a", "b", "c", "d") as sims, sims.running():
        for _ in range(3):
            sims.queue(*numbers)
        sims.wait_for_delivered(36)
        assert sims.network.doubled == []
        assert len(sims.network.taken) == 36
        assert len({(taken.sim, taken.to) for taken in sims.network.taken}) == 12
