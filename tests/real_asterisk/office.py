"""The real engine and the real inbox on a real Asterisk; only the modem is simulated."""

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from tests.core.test_policy import OFFICE
from tests.waiting import wait_until
from textback.asterisk.catch_up.cel import Restart
from textback.asterisk.catch_up.source import HistorySource, open_source
from textback.asterisk.inbound import InboundRule
from textback.asterisk.settings import AmiSettings, Timings
from textback.core.calls import CallEnded, OutboundEnded
from textback.core.lines import LineRules
from textback.core.links import LinkState
from textback.engine.service import Engine, Pbx
from textback.modem.driver import ModemSettings
from textback.modem.simulator import ModemSimulator
from textback.store.calls import calls_since, gaps_since
from textback.store.changes import Changes
from textback.store.database import Database
from textback.store.lines import save_default_rules
from textback.store.links import links
from textback.store.models import Call, Gap
from textback.store.office import save_office
from textback.store.staff import add_staff
from textback.web.app import create_app
from textback.web.context import WebConfig

from .pbx import RealAsterisk

PASSWORD = "correct horse battery"
TRUNKS = ("PJSIP/trunk-", "SIP/trunk-")


@dataclass(frozen=True)
class Records:
    """What the PBX itself wrote down (CEL)."""

    source: HistorySource

    def calls(
        self, since: datetime, until: datetime, restart: Restart | None
    ) -> Sequence[CallEnded | OutboundEnded]:
        return self.source.calls(since, until, InboundRule(trunks=TRUNKS), restart)


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class RealOffice:
    """What tests do to an office, and what they look at."""

    asterisk: RealAsterisk
    database: Database
    modem: ModemSimulator
    browser: FlaskClient

    def call(self, caller: str, did: str, **how: Any) -> Call:
        """Place a SIP call, see it end, and return what was made of it."""
        before = len(self._calls())
        self.asterisk.place_call(caller, did, **how).wait()
        return self.wait_for_calls(before + 1)[-1]

    def wait_for_calls(self, count: int) -> list[Call]:
        wait_until(lambda: len(self._calls()) == count, f"{count} judged call(s)")
        return self._calls()

    def listening(self, *, records: bool = True) -> AbstractContextManager[None]:
        """The engine, logged in to the PBX and able to read its records, while the block lasts."""
        return running_engine({"office": as_pbx(self.asterisk, records)}, self.database, self.modem)

    def gaps(self) -> list[Gap]:
        with self.database.read() as session:
            return gaps_since(session, utc_now() - timedelta(hours=1))

    def inbox(self) -> str:
        """The inbox page as staff see it."""
        return self.browser.get("/", follow_redirects=True).get_data(as_text=True)

    def calls_page(self) -> str:
        """The page with all calls as staff see it."""
        return self.browser.get("/calls").get_data(as_text=True)

    def _calls(self) -> list[Call]:
        with self.database.read() as session:
            return [call for call in calls_since(session, None) if call.ended]


@contextmanager
def real_office(asterisk: RealAsterisk, database: Database, folder: Path) -> Iterator[RealOffice]:
    """A set-up office with a running engine that is logged in to the PBX."""
    with deaf_office(asterisk, database, folder) as office, office.listening():
        yield office


@contextmanager
def deaf_office(asterisk: RealAsterisk, database: Database, folder: Path) -> Iterator[RealOffice]:
    """A set-up office whose engine does not run yet: see RealOffice.listening."""
    set_up(database)
    with ModemSimulator(folder / "modem") as modem:
        yield RealOffice(asterisk, database, modem, _signed_in(database))


def set_up(database: Database) -> None:
    """Office, lines and staff, as an admin does it first."""
    with database.write() as session:
        save_office(session, OFFICE)
        save_default_rules(session, LineRules(grace=0))
        add_staff(session, "ann", "Ann", PASSWORD, utc_now())


def as_pbx(asterisk: RealAsterisk, records: bool = True) -> Pbx:
    """A [[pbx]] of the configuration, with or without its own records."""
    ami = AmiSettings(
        host="127.0.0.1",
        port=asterisk.ami_port,
        username=asterisk.ami_user,
        secret=asterisk.secret,
        timings=Timings(first_retry=0.2, last_retry=0.5),
    )
    history = Records(open_source(f"sqlite:///{asterisk.log_folder}/master.db"))
    return Pbx(ami, history if records else None, looks=(0.5, 1.5))


@contextmanager
def running_engine(
    pbxes: Mapping[str, Pbx], database: Database, modem: ModemSimulator
) -> Iterator[None]:
    """The engine while the block lasts, which begins when all its links are up."""
    engine = Engine(database, pbxes, {"sim": ModemSettings(modem.path)}, utc_now)
    stop = threading.Event()
    thread = threading.Thread(target=engine.run, args=(stop,))
    thread.start()
    try:
        wait_until(lambda: _all_up(database, len(pbxes) + 2), "the links to PBX and modem")
        yield
    finally:
        stop.set()
        thread.join()


def _all_up(database: Database, count: int) -> bool:
    with database.read() as session:
        states = [link.state for link in links(session)]
    return len(states) == count and set(states) == {LinkState.UP}


def _signed_in(database: Database) -> FlaskClient:
    app = create_app(WebConfig(secret_key="test"), database, Changes(database), utc_now)
    browser = app.test_client()
    page = browser.get("/sign-in").get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    browser.post("/sign-in", data={"csrf_token": token[1], "username": "ann", "password": PASSWORD})
    return browser
