"""A whole office on simulators: the real engine, a simulated PBX, a simulated modem, no web."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from tests.core.test_policy import OFFICE
from tests.waiting import wait_until
from textback.asterisk.settings import AmiSettings, Timings
from textback.asterisk.simulator import PbxSimulator
from textback.core.lines import LineRules
from textback.core.links import LinkState, full_name
from textback.core.messages import Direction, MessageState
from textback.engine.service import Engine, Pbx
from textback.modem.driver import ModemSettings
from textback.modem.simulator import ModemSimulator
from textback.modem.simulator.personality import Personality
from textback.store import conversations
from textback.store.calls import calls_since
from textback.store.database import Database
from textback.store.lines import save_default_rules
from textback.store.links import links
from textback.store.messages import messages_since
from textback.store.models import Call, Conversation, Message
from textback.store.office import save_office
from textback.store.staff import add_staff

LEAD, OTHER_LEAD, DID = "+12125550143", "+12125550177", "+12125550100"
SECRET = "secret"


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class SimulatedOffice:
    """What tests do to an office, and what they look at."""

    database: Database
    pbx: PbxSimulator
    modem: ModemSimulator
    modem_options: dict[str, Any] = field(default_factory=dict)
    ami_secret: str = SECRET
    modem_port: str = ""
    staff_id: int = 0
    box: str = ""

    @contextmanager
    def running(self) -> Iterator[None]:
        """The engine, started and in the end stopped as SIGTERM does it."""
        ami = AmiSettings(
            host="127.0.0.1",
            port=self.pbx.port,
            username="textback",
            secret=self.ami_secret,
            timings=Timings(first_retry=0.05, last_retry=0.2, refused_retry=0.2),
        )
        modem = ModemSettings(self.modem_port or self.modem.path, **self.modem_options)
        pbxes = {full_name(self.box, "office"): Pbx(ami)}
        modems = {full_name(self.box, "sim"): modem}
        engine = Engine(self.database, pbxes, modems, utc_now, self.box)
        stop = threading.Event()
        thread = threading.Thread(target=engine.run, args=(stop,))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def call(self, what: str, caller: str = LEAD) -> Call:
        """A call, and what was made of it once it has ended."""
        self.pbx.wait_for_client()
        uniqueid = self.pbx.call(caller, DID, what)
        wait_until(lambda: self._call(uniqueid) is not None, f"the verdict on {what}")
        call = self._call(uniqueid)
        assert call is not None
        return call

    def _call(self, uniqueid: str) -> Call | None:
        with self.database.read() as session:
            calls = calls_since(session, None)
            return next((c for c in calls if c.uniqueid == uniqueid and c.ended), None)

    def conversation(self, number: str = LEAD) -> Conversation:
        with self.database.read() as session:
            query = select(Conversation).where(Conversation.number == number)
            return session.scalars(query).one()

    def reply(self, body: str, number: str = LEAD) -> int:
        """A person answers in the inbox, in another process: its own connection."""
        web = Database(self.database.url.render_as_string())
        with web.write() as session:
            conversation = conversations.existing_conversation(session, number)
            assert conversation is not None
            message = conversations.reply(
                session, conversation.id, self.staff_id, body, "US", utc_now()
            )
        web.close()
        return message

    def texts(self, direction: Direction = Direction.OUT) -> list[Message]:
        with self.database.read() as session:
            return [m for m in messages_since(session, None) if m.direction is direction]

    def wait_for_state(self, state: MessageState, count: int = 1) -> None:
        wait_until(
            lambda: sum(m.state is state for m in self.texts()) == count,
            f"{count} text(s) {state}",
        )

    def wait_for_incoming(self, count: int = 1) -> list[Message]:
        wait_until(lambda: len(self.texts(Direction.IN)) == count, f"{count} incoming text(s)")
        return self.texts(Direction.IN)

    def link(self, kind: str) -> tuple[LinkState, str]:
        with self.database.read() as session:
            found = [(x.state, x.detail) for x in links(session) if x.kind == kind]
        return found[0] if found else (LinkState.CONNECTING, "")

    def wait_for_link(self, kind: str, state: LinkState) -> str:
        wait_until(lambda: self.link(kind)[0] is state, f"the {kind} to be {state}")
        return self.link(kind)[1]


@contextmanager
def simulated_office(
    database: Database, folder: Path, model: Personality | str = "generic", **modem_options: Any
) -> Iterator[SimulatedOffice]:
    """Both simulators and a database that is set up; the engine is started by `running()`.

    `model` is the simulated modem's, `modem_options` are those of the driver's ModemSettings.
    """
    with database.write() as session:
        save_office(session, OFFICE)
        save_default_rules(session, LineRules(grace=0))
        staff = add_staff(session, "ann", "Ann", "correct horse battery", utc_now())
    pbx_there = PbxSimulator(secret=SECRET, speed=50)
    with pbx_there as pbx, ModemSimulator(folder / "modem", model=model) as modem:
        yield SimulatedOffice(database, pbx, modem, modem_options, staff_id=staff.id)
