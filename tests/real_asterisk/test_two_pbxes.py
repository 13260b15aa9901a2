"""Two PBXes in one engine: a real 16 and a real 22, each with calls of its own."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.waiting import wait_until
from textback.core.links import LinkState
from textback.modem.simulator import ModemSimulator
from textback.store.calls import calls_since
from textback.store.database import Database
from textback.store.links import links

from .conftest import running
from .office import as_pbx, running_engine, set_up
from .pbx import RealAsterisk
from .sipp import BUSY, RINGS

pytestmark = pytest.mark.asterisk

ONE, OTHER, LATER, WHEN_BACK = "+12125550143", "+12125550177", "+12125550199", "+13105550112"


@dataclass(frozen=True)
class Office:
    """A town office on Asterisk 16 and a branch on 22, with one engine and one modem."""

    town: RealAsterisk
    branch: RealAsterisk
    database: Database
    modem: ModemSimulator

    def calls(self) -> dict[str, tuple[str, bool]]:
        """By caller: under which PBX the call is shown, and whether it was texted."""
        with self.database.read() as session:
            found = [call for call in calls_since(session, None) if call.ended]
        return {call.caller: (call.pbx, call.texted) for call in found}

    def link(self, name: str) -> LinkState:
        with self.database.read() as session:
            return next(link.state for link in links(session) if link.name == name)


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Iterator[Office]:
    set_up(database)
    with ExitStack() as opened:
        town = opened.enter_context(running("16", tmp_path / "town"))
        branch = opened.enter_context(running("22", tmp_path / "branch"))
        modem = opened.enter_context(ModemSimulator(tmp_path / "modem"))
        pbxes = {"town": as_pbx(town), "branch": as_pbx(branch)}
        opened.enter_context(running_engine(pbxes, database, modem))
        yield Office(town, branch, database, modem)


def test_each_keeps_its_calls_and_the_death_of_one_does_not_disturb_the_other(
    office: Office,
) -> None:
    with office.town.phone("101", RINGS), office.branch.phone("101", RINGS):
        both = [
            office.town.place_call(ONE, "2001", hangup_after=1),
            office.branch.place_call(OTHER, "2001", hangup_after=1),
        ]
        for call in both:
            call.wait()
        assert {sms.to for sms in office.modem.wait_for_sent(2)} == {ONE, OTHER}

    office.town.kill()
    wait_until(lambda: office.link("town") is LinkState.DOWN, "the link to be down")
    with office.branch.phone("101", BUSY):
        office.branch.place_call(LATER, "2001").wait()
    office.modem.wait_for_sent(3)
    assert office.link("branch") is LinkState.UP

    office.town.restart()
    wait_until(lambda: office.link("town") is LinkState.UP, "the link to be up again")
    with office.town.phone("101", BUSY):
        office.town.place_call(WHEN_BACK, "2001").wait()
    assert len(office.modem.wait_for_sent(4)) == 4
    assert office.calls() == {
        ONE: ("town", True),
        OTHER: ("branch", True),
        LATER: ("branch", True),
        WHEN_BACK: ("town", True),
    }
