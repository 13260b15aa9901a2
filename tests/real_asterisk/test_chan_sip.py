"""Calls through chan_sip, which many offices on Asterisk 16 still have: PJSIP's rules fit it."""

from collections.abc import Iterator

import pytest

from textback.core.calls import CallEnded, LostIn, OutboundEnded, Outcome, Voicemail

from .conftest import running
from .heard import Heard, listening_to
from .pbx import RealAsterisk
from .shapes import Shape
from .sipp import BUSY, RINGS, Behaviour, answers

pytestmark = pytest.mark.asterisk

CALLER, OUTSIDE = "+12125550143", "5550777"
OFFICE = {"101": RINGS, "102": RINGS}
REFERS = answers(refers_to="103")
ASKS_A_COLLEAGUE = answers(presses=",*2,103", hangs_up_after=1.5)


ANSWERED, ABANDONED, VOICEMAIL = Outcome.ANSWERED, Outcome.ABANDONED, Outcome.VOICEMAIL
SHAPES = [
    Shape("nobody answers", "2001", Outcome.NO_ANSWER, OFFICE, None, LostIn.RINGING),
    Shape("answered", "2001", ANSWERED, {"101": answers()}, 0.5, answered_by="SIP/101"),
    Shape("the caller gives up", "2001", ABANDONED, OFFICE, 0.5, LostIn.RINGING),
    Shape("busy", "2001", Outcome.BUSY, {"101": BUSY}, None, LostIn.RINGING),
    Shape("voicemail", "2006", VOICEMAIL, {}, 3, LostIn.VOICEMAIL, Voicemail.LEFT),
    Shape("left the queue", "2004", ABANDONED, OFFICE, 1, LostIn.QUEUE, queue="phones"),
    Shape(
        *("answered from the queue", "2014", ANSWERED, OFFICE | {"102": answers()}, 0.5),
        answered_by="SIP/102",
        queue="extensions",
    ),
    Shape(
        *("passed on and taken", "2001", ANSWERED, {"101": REFERS, "103": answers()}, 2),
        answered_by="SIP/101",
    ),
    Shape(
        *("passed on and lost", "2001", ANSWERED, {"101": REFERS, "103": RINGS}),
        lost_in=LostIn.TRANSFER,
        answered_by="SIP/101",
    ),
    Shape(
        *("passed on after asking", "2001", ANSWERED),
        *({"101": ASKS_A_COLLEAGUE, "103": answers()}, 4),
        answered_by="SIP/101",
    ),
]


@pytest.fixture(scope="module")
def chan_sip(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealAsterisk]:
    with running("16", tmp_path_factory.mktemp("chan-sip-"), "SIP") as asterisk:
        yield asterisk


@pytest.fixture(scope="module")
def heard(chan_sip: RealAsterisk) -> Iterator[Heard]:
    with listening_to(chan_sip) as heard:
        yield heard


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_call_is_judged_rightly(chan_sip: RealAsterisk, heard: Heard, shape: Shape) -> None:
    with shape.phones_on(chan_sip):
        chan_sip.place_call(CALLER, shape.did, hangup_after=shape.hangup_after).wait()
    call = heard.next(CallEnded)
    assert (call.caller, call.did) == (CALLER, shape.did)
    assert (call.outcome, call.voicemail) == (shape.outcome, shape.voicemail)
    assert call.lost_in == (shape.lost_in or LostIn.NOWHERE)
    assert (call.answered_by, call.queue) == (shape.answered_by, shape.queue)
    assert call.person_reached is (shape.outcome is Outcome.ANSWERED)


@pytest.mark.parametrize(
    ("outside", "answered"), [(answers(), True), (RINGS, False)], ids=["answered", "unanswered"]
)
def test_a_call_of_the_office_is_told(
    chan_sip: RealAsterisk, heard: Heard, outside: Behaviour, answered: bool
) -> None:
    with chan_sip.outside(outside):
        chan_sip.call_out("101", OUTSIDE, hangup_after=1).wait()
    call = heard.next(OutboundEnded)
    assert (call.number, call.by) == (OUTSIDE, "SIP/101")
    assert (call.answered_at is not None) is answered


def test_a_withheld_number_is_seen(chan_sip: RealAsterisk, heard: Heard) -> None:
    with chan_sip.phone("101", BUSY):
        chan_sip.place_call(CALLER, "2001", withheld=True).wait()
    call = heard.next(CallEnded)
    assert (call.caller, call.withheld) == (CALLER, True)
