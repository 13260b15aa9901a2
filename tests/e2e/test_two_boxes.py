"""Two boxes share one PostgreSQL, and keep their hands off each other's work."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.e2e.office import LEAD, OTHER_LEAD, SECRET, SimulatedOffice, simulated_office, utc_now
from tests.postgresql import Postgresql
from tests.waiting import wait_until
from textback.asterisk.simulator import PbxSimulator
from textback.core.errors import LinkDown
from textback.core.links import LinkState
from textback.core.messages import Kind, MessageState
from textback.engine.links import LinkBoard
from textback.modem.simulator import ModemSimulator
from textback.store import conversations, links, messages
from textback.store.database import Database


@pytest.fixture
def backend() -> str:
    return "postgresql"


@pytest.fixture
def north(database: Database, tmp_path: Path) -> Iterator[SimulatedOffice]:
    with simulated_office(database, tmp_path) as office:
        yield replace(office, box="north")


@pytest.fixture
def south(north: SimulatedOffice, tmp_path: Path) -> Iterator[SimulatedOffice]:
    database = Database(north.database.url.render_as_string())
    with (
        PbxSimulator(secret=SECRET, speed=50) as pbx,
        ModemSimulator(tmp_path / "south-modem") as modem,
    ):
        yield replace(north, database=database, pbx=pbx, modem=modem, box="south")
    database.close()


def states(office: SimulatedOffice) -> list[MessageState]:
    return [text.state for text in office.texts()]


def test_each_missed_call_is_texted_once_by_one_of_the_modems(
    north: SimulatedOffice, south: SimulatedOffice
) -> None:
    with north.running(), south.running():
        north.call("no-answer")
        south.call("no-answer", caller=OTHER_LEAD)
        south.call("no-answer")
        wait_until(lambda: len(north.modem.sent + south.modem.sent) == 2, "two texts")
        north.wait_for_state(MessageState.DELIVERED, 2)
    assert sorted(sms.to for sms in north.modem.sent + south.modem.sent) == [LEAD, OTHER_LEAD]


def test_a_box_that_starts_leaves_alone_what_another_is_sending(
    north: SimulatedOffice, south: SimulatedOffice
) -> None:
    with north.running():
        north.wait_for_link("modem", LinkState.UP)
    with north.database.write() as session:  # as if north were killed in the middle of it
        conversation = conversations.conversation_with(session, LEAD, utc_now())
        text = conversations.queue_text(session, conversation.id, Kind.GREETING, "hello", utc_now())
        messages.claim(session, text, "north/sim", [("00AA", 10)], utc_now())
    with south.running():
        wait_until(lambda: ("modem", "south/sim", LinkState.UP) in shown(south), "south's modem")
        assert states(north) == [MessageState.SENDING]
    with north.running():
        north.wait_for_state(MessageState.UNCONFIRMED)


def shown(office: SimulatedOffice) -> set[tuple[str, str, LinkState]]:
    with office.database.read() as session:
        return {(link.kind, link.name, link.state) for link in links.links(session)}


def test_a_box_that_stops_says_so_of_itself_alone(
    north: SimulatedOffice, south: SimulatedOffice
) -> None:
    with north.running():
        with south.running():
            pass
        assert {
            ("engine", "north", LinkState.UP),
            ("engine", "south", LinkState.DOWN),
        } <= shown(north)


def test_a_box_with_a_copy_of_anothers_configuration_does_not_start(
    north: SimulatedOffice, south: SimulatedOffice
) -> None:
    with north.running():
        wait_until(lambda: ("engine", "north", LinkState.UP) in shown(north), "the engine")
        with pytest.raises(LinkDown, match="another box's engine runs under the name 'north'"):
            LinkBoard(south.database, utc_now, "north").start()


def test_a_reply_written_at_one_site_wakes_the_modem_of_another(
    north: SimulatedOffice, south: SimulatedOffice
) -> None:
    with north.running():
        north.call("no-answer")
        north.wait_for_state(MessageState.DELIVERED)
        south.reply("We are here now.")
        assert north.modem.wait_for_sent(2)[1].text == "We are here now."


def test_the_server_goes_away_and_comes_back_and_no_call_is_lost(
    north: SimulatedOffice, postgresql: Postgresql
) -> None:
    with north.running():
        wait_until(lambda: ("pbx", "north/office", LinkState.UP) in shown(north), "the PBX")
        postgresql.stop()
        north.pbx.call(LEAD, "+12125550100", "no-answer")
        north.pbx.wait_idle()
        postgresql.start()
        assert [sms.to for sms in north.modem.wait_for_sent(1)] == [LEAD]
        north.modem.receive_sms(LEAD, "Thanks")
        assert north.wait_for_incoming()[0].body == "Thanks"
