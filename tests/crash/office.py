"""An office whose engine is killed in the middle of its work."""

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.core.test_policy import OFFICE
from tests.crash.mortal_engine import MortalEngine
from tests.crash.traffic import Balance, Traffic
from tests.e2e.office import SECRET
from tests.waiting import wait_until
from textback.asterisk.simulator import PbxSimulator
from textback.core.lines import LineRules
from textback.modem.simulator import ModemSimulator
from textback.modem.simulator.network import Network
from textback.modem.simulator.personality import Personality
from textback.store import doubts
from textback.store.database import Database
from textback.store.lines import save_default_rules
from textback.store.migrate import upgrade
from textback.store.office import save_office
from textback.store.staff import add_staff

REPORTS_WITHIN = 1.5  # seconds; the simulated network's come after 0.3
KILLED_WITHIN = 10.0
_PATIENCE = 60.0


@dataclass(slots=True)
class Triggers:
    """What the modem's thread calls: before it looks at what is typed, at each SUBMIT taken."""

    typed: Callable[[bytes], None] = lambda _: None
    taken: Callable[[], None] = lambda: None

    def disarm(self) -> None:
        self.typed, self.taken = lambda _: None, lambda: None


@dataclass(frozen=True, slots=True)
class MortalOffice:
    """The simulators live on here; the engine is a process of its own."""

    traffic: Traffic
    engine: MortalEngine
    triggers: Triggers
    log: Path

    @property
    def typed_in_all(self) -> int:
        """About how often something is typed until all of the traffic is done."""
        return 155 if self.traffic.modem.model.keeps_sent else 115

    def let_happen(self, rng: random.Random) -> "Future[None]":
        """Begin the traffic; its `result` is there when all of it has happened."""

        def happen() -> None:
            with suppress(TimeoutError):  # killed before it logged in: it all happens meanwhile
                self.traffic.pbx.wait_for_client(KILLED_WITHIN)
            for thing in self.traffic.all(rng):
                thing()
                time.sleep(rng.random() * 0.02)

        pool = ThreadPoolExecutor(1)
        happening = pool.submit(happen)
        pool.shutdown(wait=False)
        return happening

    def finish(self) -> Balance:
        """Start the engine (again), let it do all there is to do, and draw the balance."""
        self.traffic.pbx.wait_idle()
        self.engine.start()
        self.traffic.pbx.wait_for_client()
        for number in self.traffic.callers_not_heard():
            self.traffic.call(number)
        wait_until(self.traffic.settled, f"the rest; see {self.log}", _PATIENCE)
        if self.traffic.in_doubt():  # a status report may still settle it
            deadline = time.monotonic() + REPORTS_WITHIN
            while self.traffic.in_doubt() and time.monotonic() < deadline:
                time.sleep(0.05)
        self.engine.stop()
        return self.traffic.balance()


@contextmanager
def mortal_office(
    folder: Path, model: Personality | str, *, seconds_per_part: float = 0.0
) -> Iterator[MortalOffice]:
    """`model` is the modem's; one that marks what it sent is known to do so."""
    triggers = Triggers()
    database = Database(f"sqlite:///{folder}/textback.db")
    network = Network(on_taken=lambda _: triggers.taken())
    with (
        PbxSimulator(secret=SECRET, speed=50) as pbx,
        ModemSimulator(
            folder / "modem",
            model=model,
            network=network,
            seconds_per_part=seconds_per_part,
            on_typed=lambda data: triggers.typed(data),
        ) as modem,
    ):
        staff_id = _set_up(database, modem.model)
        traffic = Traffic(database, pbx, modem, staff_id)
        engine = MortalEngine(_configured(folder, database, pbx, modem), folder / "engine.log")
        try:
            yield MortalOffice(traffic, engine, triggers, folder / "engine.log")
        finally:
            engine.kill()
            database.close()


def _set_up(database: Database, model: Personality) -> int:
    upgrade(database)
    with database.write() as session:
        save_office(session, OFFICE)
        save_default_rules(session, LineRules(grace=0))
        doubts.learn_remembers_sent(session, model.imei, model.keeps_sent)
        return add_staff(session, "ann", "Ann", "correct horse battery", datetime.now(UTC)).id


def _configured(folder: Path, database: Database, pbx: PbxSimulator, modem: ModemSimulator) -> Path:
    file = folder / "textback.toml"
    file.write_text(
        f"""
[database]
url = "{database.url.render_as_string()}"
[[pbx]]
host = "127.0.0.1"
port = {pbx.port}
username = "textback"
secret = "{SECRET}"
[[modem]]
port = "{modem.path}"
interval = 0
"""
    )
    return file
