"""The commonest ways in which an office's phones are called, on a real Asterisk."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from textback.core.calls import LostIn, Outcome, Voicemail
from textback.store.database import Database

from .office import RealOffice, real_office
from .pbx import RealAsterisk
from .shapes import Shape
from .sipp import BUSY, DECLINES, RINGS, answers

CALLER = "+12125550143"
OFFICE = {"101": RINGS, "102": RINGS, "103": RINGS}
BUSY_OFFICE = {"101": BUSY, "102": BUSY, "103": BUSY}


SHAPES = [
    Shape("a phone rings out", "2001", Outcome.NO_ANSWER, OFFICE),
    Shape("a phone is answered", "2001", Outcome.ANSWERED, {"101": answers()}, 1),
    Shape("a phone is busy", "2001", Outcome.BUSY, {"101": BUSY}),
    Shape("a phone declines", "2001", Outcome.NO_ANSWER, {"101": DECLINES}),
    Shape("a caller gives up", "2001", Outcome.ABANDONED, OFFICE, 1, LostIn.RINGING),
    Shape("a message is left", "2006", Outcome.VOICEMAIL, {}, 3, LostIn.VOICEMAIL, Voicemail.LEFT),
    Shape("no message is left", "2006", Outcome.VOICEMAIL, {}, 0.1, None, Voicemail.ENTERED),
    Shape("a group rings out", "2003", Outcome.NO_ANSWER, OFFICE),
    Shape("a group is answered", "2003", Outcome.ANSWERED, OFFICE | {"102": answers()}, 1),
    Shape("a group is busy", "2003", Outcome.BUSY, BUSY_OFFICE),
    Shape("a caller leaves the queue", "2004", Outcome.ABANDONED, OFFICE, 1, LostIn.QUEUE),
    Shape("an announcement follows the queue", "2023", Outcome.ABANDONED, OFFICE, 7, LostIn.MENU),
    Shape("another phone follows the queue", "2024", Outcome.ABANDONED, OFFICE, 7, LostIn.RINGING),
    Shape("a menu follows the ringing", "2025", Outcome.ABANDONED, OFFICE, 5, LostIn.MENU),
    Shape("a message is not kept", "2026", Outcome.VOICEMAIL, {}, 8, None, Voicemail.LEFT),
    Shape("a caller leaves the menu", "2005", Outcome.ABANDONED, {}, 1, LostIn.MENU),
    Shape("an announcement after hours", "2007", Outcome.CLOSED, {}, None, LostIn.ANNOUNCEMENT),
    Shape("a phone is not registered", "2012", Outcome.NO_ANSWER),
]


@pytest.fixture
def office(asterisk: RealAsterisk, database: Database, tmp_path: Path) -> Iterator[RealOffice]:
    with real_office(asterisk, database, tmp_path) as office:
        yield office


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_it_is_judged_rightly(office: RealOffice, shape: Shape) -> None:
    with shape.phones_on(office.asterisk):
        call = office.call(CALLER, shape.did, hangup_after=shape.hangup_after)
    assert (call.outcome, call.voicemail) == (shape.outcome, shape.voicemail)
    assert call.person_reached == (shape.outcome is Outcome.ANSWERED)
    assert shape.lost_in is None or call.lost_in == shape.lost_in
    if call.texted:
        assert office.modem.wait_for_sent(1)[0].to == CALLER
