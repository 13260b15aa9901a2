"""The page of one call: what happened, the verdict, and the events it was judged by."""

from tests.web.make import NOW, Make
from tests.web.pages import Browser
from textback.core.calls import LostIn, Outcome, Voicemail
from textback.core.messages import Direction

CALLER = {"Channel": "PJSIP/trunk-01", "Uniqueid": "1.1", "Linkedid": "1.1"}
START = NOW.timestamp()


def _arrival(number: str = "+12125550143") -> dict[str, str]:
    where = {"Context": "from-trunk", "Exten": "2001", "ChannelStateDesc": "Ring"}
    return {"Event": "Newchannel", **CALLER, **where, "CallerIDNum": number}


def _phone(number: int) -> dict[str, str]:
    return {"Channel": f"PJSIP/{number}-0{number}", "Uniqueid": f"1.{number}", "Linkedid": "1.1"}


def _rings(number: int) -> dict[str, str]:
    return {"Event": "Newstate", **_phone(number), "ChannelStateDesc": "Ringing"}


def _stops(number: int, status: str = "NOANSWER") -> dict[str, str]:
    phone = {f"Dest{name}": value for name, value in _phone(number).items()}
    return {"Event": "DialEnd", **CALLER, **phone, "DialStatus": status}


def _timed(*events: tuple[float, dict[str, str]]) -> list[dict[str, str]]:
    return [{**event, "Timestamp": f"{START + at:.3f}"} for at, event in events]


VOICEMAIL = {"Event": "Newexten", **CALLER, "Application": "VoiceMail", "AppData": "101@default,u"}
MISSED = _timed(
    (0, _arrival()),
    (1, _rings(101)),
    (1.2, _rings(102)),
    (19, _stops(101)),
    (19, _stops(102)),
    (20, VOICEMAIL),
    (45, {"Event": "MessageWaiting", **CALLER, "Mailbox": "101@default", "Waiting": "1"}),
    (46, {"Event": "HangupRequest", **CALLER}),
    (46, {"Event": "Hangup", **CALLER, "Cause": "16"}),
)


def test_a_missed_call_is_told_step_by_step(rosa: Browser, make: Make) -> None:
    make.call(outcome=Outcome.VOICEMAIL, voicemail=Voicemail.LEFT, events=MISSED)
    told = "0:01 Rang 101 and 102 for 18 s, nobody answered 0:20 Entered voicemail 101"
    assert f"{told} 0:45 Left a message 0:46 The caller hung up" in rosa.text("/calls/1")


def test_a_wait_in_the_queue_is_told_with_its_length(rosa: Browser, make: Make) -> None:
    queue = {**CALLER, "Queue": "support"}
    events = _timed(
        (0, _arrival()),
        (1, {"Event": "Newstate", **CALLER, "ChannelStateDesc": "Up"}),
        (2, {"Event": "QueueCallerJoin", **queue}),
        (42, {"Event": "QueueCallerAbandon", **queue}),
        (42, {"Event": "HangupRequest", **CALLER}),
    )
    make.call(outcome=Outcome.ABANDONED, lost_in=LostIn.QUEUE, events=events)
    told = "0:02 Waited in the queue support for 40 s 0:42 Gave up in the queue support"
    assert told in rosa.text("/calls/1")


def test_events_without_times_are_told_without_times(rosa: Browser, make: Make) -> None:
    events = [_arrival(), _rings(101), _stops(101), {"Event": "Hangup", **CALLER}]
    make.call(events=events)
    told = "What happened Rang 101, nobody answered The phone system ended the call"
    assert told in rosa.text("/calls/1")


def test_the_page_says_why_a_caller_was_texted(rosa: Browser, make: Make) -> None:
    make.call(decision="no_answer")
    assert "The caller was texted. Nobody took the call." in rosa.text("/calls/1")


def test_the_page_says_why_a_caller_was_not_texted(rosa: Browser, make: Make) -> None:
    make.call(texted=False, decision="opted_out")
    assert "No text to the caller. This number asked for no more texts." in rosa.text("/calls/1")


def test_of_a_call_from_the_office_nothing_is_said_of_texts(rosa: Browser, make: Make) -> None:
    make.call(direction=Direction.OUT, texted=False)
    page = rosa.text("/calls/1")
    assert "text to the caller" not in page
    assert "Called (212) 555-0123" in page


def test_the_events_are_folded_away(rosa: Browser, make: Make) -> None:
    make.call(events=MISSED)
    page = rosa.get("/calls/1").text
    folded = page.partition("<details")[2].partition("</details>")[0]
    assert "event by event (9)" in folded
    assert "PJSIP/trunk-01" in folded
    assert "PJSIP/trunk-01" not in page.replace(folded, "")


def test_a_withheld_number_is_not_in_the_events_either(rosa: Browser, make: Make) -> None:
    make.call(caller="+12125550143", withheld=True, events=MISSED)
    page = rosa.get("/calls/1").text
    assert "0143" not in page
    assert "withheld" in page


def test_names_from_the_phone_system_are_harmless(rosa: Browser, make: Make) -> None:
    evil = "<script>alert(1)</script>\u202e"
    events = [_arrival(), {"Event": "QueueCallerJoin", **CALLER, "Queue": evil}]
    make.call(events=events)
    page = rosa.get("/calls/1").text
    assert "<script>alert" not in page
    assert "\u202e" not in page


def test_the_page_names_the_phone_system_that_had_the_call(rosa: Browser, make: Make) -> None:
    make.call(events=MISSED, pbx="branch")
    assert "looks after the phone system branch ." in rosa.text("/calls/1")
