"""Which line answers and which came by itself."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textback.modem.events import NewStored, Place, SweepDue, message_event
from textback.modem.lines import LineCutter
from textback.modem.sorter import Command, Line, Sorter

LIST = Command("AT+CMGL=4", re.compile(r"\+CMGL:"), with_pdu=True)
TEXT = "0004038121F300005230405060700002C834"  # 17 octets after the service centre
REPORT = "0006010381" + "00" * 20


def test_a_report_between_a_header_and_its_pdu_takes_its_own_pdu() -> None:
    sorter = Sorter()
    sorter.begin(LIST)
    report = f"+CDS: {len(REPORT) // 2 - 1}"
    for line in ("+CMGL: 1,0,,17", report, REPORT, TEXT, "OK"):
        sorter.feed(line)
    assert sorter.answer is not None
    assert sorter.answer.lines == (Line("+CMGL: 1,0,,17", TEXT),)
    assert list(sorter.unsolicited) == [Line(report, REPORT)]


def test_the_length_tells_which_pdu_belongs_where() -> None:
    sorter = Sorter()
    sorter.begin(LIST)
    report = f"+CDS: {len(REPORT) // 2 - 1}"
    for line in ("+CMGL: 1,0,,17", report, TEXT, REPORT, "OK"):
        sorter.feed(line)
    assert sorter.answer is not None
    assert sorter.answer.lines == (Line("+CMGL: 1,0,,17", TEXT),)
    assert list(sorter.unsolicited) == [Line(report, REPORT)]


def test_an_ok_that_answers_something_else_does_not_end_a_send() -> None:
    sorter = Sorter()
    sorter.begin(Command("AT+CMGS=17", re.compile(r"\+CMGS:"), needs_answer=True), TEXT)
    sorter.feed("OK")
    assert sorter.answer is None
    for line in (TEXT, '+CMGS: 12,"26/11/23,15:00:00+00"', "OK"):
        sorter.feed(line)
    assert sorter.answer is not None
    assert sorter.answer.first.startswith("+CMGS: 12")
    assert not sorter.unsolicited


def test_a_result_that_nobody_asked_for_is_dropped() -> None:
    sorter = Sorter()
    sorter.feed("OK")
    sorter.begin(Command("AT"))
    assert sorter.answer is None


def test_a_registration_told_by_itself_is_no_answer() -> None:
    sorter = Sorter()
    sorter.begin(Command("AT+CREG?", re.compile(r"\+CREG:\s*\d\s*,\s*\d\s*(,|$)")))
    for line in ('+CREG: 5,"00C3","5F31",7', "+CREG: 2,1", "OK"):
        sorter.feed(line)
    assert sorter.answer is not None
    assert sorter.answer.first == "+CREG: 2,1"


@given(st.lists(st.binary(max_size=50)))
def test_any_bytes_are_cut_and_sorted(chunks: list[bytes]) -> None:
    cutter, sorter = LineCutter(), Sorter()
    sorter.begin(LIST)
    for chunk in chunks:
        for line in cutter.feed(chunk):
            sorter.feed(line)
            line.encode()
        cutter.take_prompt()


@given(st.lists(st.integers(1, 6)))
def test_lines_are_the_same_however_they_dribble(sizes: list[int]) -> None:
    data = b'\r\n+CMTI: "SM",1\r\n\xff\r\n+CMTI: "SM",2\r\n'
    cutter, lines = LineCutter(), []
    for size in [*sizes, len(data)]:
        lines += cutter.feed(data[:size])
        data = data[size:]
    assert lines == ['+CMTI: "SM",1', '+CMTI: "SM",2']


@pytest.mark.parametrize(
    ("line", "event"),
    [
        ('+CMTI: "SM",3', NewStored(Place("SM", 3))),
        ("+CDSI: ME, 0", NewStored(Place("ME", 0))),
        ('+CMTI: "SM",-1', SweepDue()),
        ('+CMTI: "SM"', SweepDue()),
        ('+CMTI: "S', SweepDue()),
        ("+CMTI: " + "9" * 4000, SweepDue()),
        ('+CMTI: "ME",' + "9" * 4000, SweepDue()),
        ("+CMT: ,24", None),
        ("+CREG: 1", None),
    ],
)
def test_whatever_is_announced_is_fetched_or_looked_for(line: str, event: object) -> None:
    assert message_event(Line(line)) == event


def test_a_length_of_thousands_of_digits_announces_nothing() -> None:
    sorter = Sorter()
    sorter.feed("+CMT: ," + "1" * 4000)
    sorter.feed("+CMT: ,17")
    sorter.feed(TEXT)
    assert list(sorter.unsolicited) == [Line("+CMT: ,17", TEXT)]


def test_a_pdu_that_lost_half_an_octet_is_still_the_pdu_of_its_line() -> None:
    sorter = Sorter()
    for line in ("+CMT: ,17", TEXT[:-1]):
        sorter.feed(line)
    assert list(sorter.unsolicited) == [Line("+CMT: ,17", TEXT[:-1])]
