"""What a log of AT exchanges may show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textback.modem.masking import masked_line


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('AT+CPIN="1234"', "AT+CPIN=…"),
        ("AT+CPIN=1234", "AT+CPIN=…"),
        ("AT+CPIN?", "AT+CPIN?"),
        ("AT+CMGS=24", "AT+CMGS=24"),
        ('AT+CPMS="SM","SM","SM"', 'AT+CPMS="SM","SM","SM"'),
        ("ATE0", "ATE0"),
        ('+CMTI: "SM",3', '+CMTI: "SM",3'),
        ('+CREG: 2,1,"00C3","B2A1",7', '+CREG: 2,1,"00C3","B2A1",7'),
        ('+COPS: 0,0,"Example Mobile",7', '+COPS: 0,0,"Example Mobile",7'),
        ('+CLIP: "+12125550143",145,"",,"Maria",0', '+CLIP: "…",145,"…",,"…",0'),
        ('+CNUM: "Own","+12125550143",145', '+CNUM: "…","…",145'),
        ('+CUSD: 0,"Your balance is 3",15', '+CUSD: 0,"…",15'),
        ('+CUSD: 0,"Your balance', '+CUSD: 0,"…"'),
        ('+CMT: "Maria",24', '+CMT: "…",24'),
        ("07911234567890123456789012", "(a PDU of 13 octets)"),
        ("350000000000006", "…06"),
        ("call me at noon", "(15 characters)"),
        ("+NOTE: call me at noon", "+NOTE: …"),
        ("^RSSI: 14", "^RSSI: 14"),
        ("+CMS ERROR: 38", "+CMS ERROR: 38"),
        ("OK", "OK"),
        ("RING", "RING"),
    ],
)
def test_a_line_shows_what_it_is_and_nobodys_words(line: str, shown: str) -> None:
    bare = line[0].isdigit()
    assert masked_line(line, answers=bare) == shown


@given(st.from_regex(r"\+[A-Z]{2,6}: ", fullmatch=True), st.text("abcdefghij ", min_size=12))
def test_no_word_of_an_unsolicited_text_is_shown(name: str, text: str) -> None:
    assert text not in masked_line(text)
    assert text.strip() not in masked_line(f'{name}"{text}"') or not text.strip()


@given(st.from_regex(r"\+?[1-9][0-9]{6,14}", fullmatch=True), st.booleans())
def test_no_whole_number_is_shown(number: str, answers: bool) -> None:
    for line in (number, f'+CSCA: "{number}",145', f"+COPS: {number}", f"AT+CPBF={number}"):
        assert number not in masked_line(line, answers=answers)
