"""A masked recording tells nobody's number or name, and is judged the same."""

import re
from pathlib import Path

import pytest

from textback.asterisk.frames import FrameReader, parse
from textback.asterisk.inbound import rule_for
from textback.asterisk.masking import Masker
from textback.cli.replay import judged_calls, line

RECORDINGS = sorted((Path(__file__).parents[1] / "fixtures" / "ami").glob("*/*.ami"))


def _masked(text: str) -> dict[str, str]:
    [frame] = FrameReader().feed(Masker().feed((text + "\n\n").encode()))
    return parse(frame)


def _judged(stream: bytes) -> list[dict[str, object]]:
    verdicts = [line(call) for call in judged_calls([stream, b"\n\n"], rule_for())]
    return [{k: v for k, v in verdict.items() if k != "caller"} for verdict in verdicts]


@pytest.mark.parametrize("file", RECORDINGS, ids=lambda f: f"{f.parent.name}-{f.stem}")
def test_a_masked_recording_is_judged_the_same(file: Path) -> None:
    original = file.read_bytes() + b"\n\n"
    masked = Masker().feed(original)
    assert _judged(masked) == _judged(original)
    assert not re.search(rb"5550[0-9]{3}", masked)
    assert b"Front Desk" not in masked


def test_the_same_number_becomes_the_same_however_it_is_cut_into_reads() -> None:
    stream = RECORDINGS[0].read_bytes()
    masker = Masker()
    in_bytes = b"".join(masker.feed(stream[i : i + 1]) for i in range(len(stream)))
    assert in_bytes == Masker().feed(stream)


def test_a_number_is_one_in_all_its_notations() -> None:
    text = "Event: X\nCallerIDNum: +12125550123\nConnectedLineNum: 5550123\nExten: 12125550123"
    masked = _masked(text)
    assert masked["CallerIDNum"] == f"+{masked['Exten']}"
    assert masked["CallerIDNum"].endswith(masked["ConnectedLineNum"])
    assert "5550123" not in str(masked)


def test_numbers_are_found_wherever_they_stand() -> None:
    masked = _masked(
        "Event: Y\n"
        "Channel: PJSIP/12125550123-0000002a\n"
        "DialString: 12125550123@provider\n"
        'CallerID: "Ann Lee" <12125550123>\n'
        "ConnectedLineNum: (212) 555-0123\n"
        "CallerIDName: +1 212 555 0123\n"
        "URI: sip:12125550123@203.0.113.5\n"
        "AppData: PJSIP/12125550123@provider,30\n"
    )
    assert "5550123" not in str(masked)
    assert "555-0123" not in str(masked)
    assert "555 0123" not in str(masked)
    assert "Ann Lee" not in str(masked)
    assert re.fullmatch(r"PJSIP/1212\d{7}-0000002a", masked["Channel"])
    assert re.fullmatch(r"\(212\) \d{3}-\d{4}", masked["ConnectedLineNum"])


def test_a_name_is_replaced_wherever_it_is_said_again() -> None:
    masked = _masked("Event: Y\nCallerIDName: Ann Lee\nConference: Ann Lee and others")
    assert masked["CallerIDName"] == "Name 1"
    assert masked["Conference"] == "Name 1 and others"


def test_a_mailbox_is_the_same_when_entered_and_when_a_message_was_left() -> None:
    masker = Masker()
    entered = "Event: Newexten\nApplication: VoiceMail\nAppData: 101@default&102,us"
    left = "Event: MessageWaiting\nMailbox: 101@default\nWaiting: 1"
    frames = FrameReader().feed(masker.feed(f"{entered}\n\n{left}\n\n".encode()))
    one, two = map(parse, frames)
    box = two["Mailbox"]
    assert one["AppData"].startswith(f"{box}&")
    assert one["AppData"].endswith(",us")
    assert "101" not in box
    assert box.endswith("@default")


def test_a_queue_keeps_its_name_but_not_its_members() -> None:
    masked = _masked(
        "Event: Newexten\nApplication: Queue\nAppData: support,t,,,30\nMemberName: Alice"
    )
    assert masked["AppData"] == "support"
    assert masked["MemberName"] == "Name 1"


def test_free_text_of_the_dialplan_is_left_out() -> None:
    masked = _masked("Event: VarSet\nVariable: NOTE\nValue: ring Ann at home")
    assert masked == {"Event": "VarSet", "Variable": "NOTE", "Value": "masked"}


@pytest.mark.parametrize(
    "kept",
    [
        "Uniqueid: 1763924700.12",
        "BridgeUniqueid: 387b1a8f-42ee-4e50-afd6-d67188412345",
        "Channel: Local/101@from-queue-00000012;1",
        "CallerIDNum: 101",
        "CallerIDNum: <unknown>",
        "CallerIDNum: anonymous",
        "CID-CallingPres: 32 (Presentation Prohibited, Not Screened)",
        "ChanVariable: CALLERID(num-pres)=prohib_not_screened",
        "Context: from-trunk",
        "StartTime: 2026-11-23 12:12:31",
    ],
)
def test_what_judging_needs_stays(kept: str) -> None:
    name, _, value = kept.partition(": ")
    assert _masked(f"Event: X\n{kept}")[name] == value


def test_the_answer_whether_a_number_is_withheld_stays() -> None:
    answer = "Response: Success\nVariable: CALLERID(num-pres)\nValue: prohib_not_screened"
    assert _masked(answer)["Value"] == "prohib_not_screened"
    other = "Response: Success\nVariable: CALLERID(name)\nValue: Ann Lee"
    assert "Ann" not in _masked(other)["Value"]
