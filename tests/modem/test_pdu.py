"""The PDU codec: both ways, against other codecs, and against hostile input."""

import contextlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from smspdudecoder.easy import read_incoming_sms, read_outgoing_sms

from tests.modem.pdus import deliver_hex
from textback.core import gsm7
from textback.core.segments import clean, split
from textback.modem.pdu import (
    Concat,
    Deliver,
    NumberType,
    PduError,
    Unreadable,
    decode_any,
    decode_incoming,
    decode_submit,
    encode_deliver,
    encode_status_report,
    encode_submit,
    join_text,
    parse_number,
    read_incoming,
)
from textback.modem.pdu.address import parse_sender
from textback.modem.pdu.timestamp import decode_timestamp, encode_timestamp

EARLIEST, LATEST = datetime(2000, 1, 2), datetime(2089, 12, 30)  # noqa: DTZ001 - for hypothesis
AT = datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)
TO = "+15551234567"
texts = st.one_of(st.text(max_size=400), st.text("abc€[]@§ \n", max_size=400))
zones = st.integers(-48, 56).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))
numbers = st.from_regex(r"\+?[0-9]{3,15}", fullmatch=True)


def delivered(sender: str, text: str, at: datetime = AT) -> list[Deliver]:
    found = [decode_incoming("00" + tpdu.hex()) for tpdu in encode_deliver(sender, text, at=at)]
    return [message for message in found if isinstance(message, Deliver)]


@given(numbers, texts, st.integers(0, 255), st.booleans())
@settings(deadline=None)
def test_what_is_submitted_reads_the_same(to: str, text: str, ref: int, report: bool) -> None:
    pdus = encode_submit(to, text, reference=ref, status_report=report)
    read = [decode_submit(pdu.hex) for pdu in pdus]
    assert join_text(part.user_data for part in read) == clean(text)
    assert {part.recipient.text for part in read} == {to}
    assert {part.status_report for part in read} == {report}
    if len(pdus) > 1:
        places = [Concat(ref, len(pdus), number + 1) for number in range(len(pdus))]
        assert [part.user_data.concat for part in read] == places


@given(texts)
@settings(deadline=None)
def test_the_length_counts_the_octets_after_the_service_centre(text: str) -> None:
    for pdu in encode_submit(TO, text, reference=1):
        assert pdu.hex.startswith("00")
        assert pdu.length == len(pdu.hex) // 2 - 1


@given(numbers, texts, st.datetimes(EARLIEST, LATEST), zones)
@settings(deadline=None)
def test_what_is_delivered_reads_the_same(
    sender: str, text: str, at: datetime, zone: timezone
) -> None:
    at = at.replace(microsecond=0, tzinfo=zone)
    parts = delivered(sender, text, at)
    assert join_text(part.user_data for part in parts) == clean(text)
    assert {part.sender.text for part in parts} == {sender}
    assert {part.sent_at.at for part in parts} == {at}


@given(st.text("abc€[] éñ?жя✓👍", min_size=1, max_size=400), zones)
@settings(deadline=None)
def test_another_decoder_reads_what_we_deliver(text: str, zone: timezone) -> None:
    parts = split(text).parts
    reads = [
        read_incoming_sms("00" + tpdu.hex().upper())
        for tpdu in encode_deliver(TO, text, at=AT.astimezone(zone), reference=7)
    ]
    for number, (part, read) in enumerate(zip(parts, reads, strict=True), 1):
        assert (read["sender"], read["date"]) == (TO, AT)
        if len(parts) > 1:
            place = {"reference": f"7-{len(parts)}", "parts_count": len(parts)}
            assert read["partial"] == place | {"part_number": number}
        if not _gains_an_at(part, len(parts)):
            assert read["content"] == part


@given(numbers, st.text("abc€[] éñ?жя✓👍", min_size=1, max_size=400))
@settings(deadline=None)
def test_another_decoder_reads_what_we_submit(to: str, text: str) -> None:
    parts = split(text).parts
    for part, pdu in zip(parts, encode_submit(to, text, reference=7), strict=True):
        read = read_outgoing_sms(pdu.hex)
        assert read["recipient"] == to
        if not _gains_an_at(part, len(parts)):
            assert read["content"] == part


def _gains_an_at(part: str, parts: int) -> bool:
    """Seven spare bits at the end read as an '@' with that decoder."""
    header = 7 if parts > 1 else 0
    return gsm7.is_gsm7(part) and (header + gsm7.count_septets(part)) % 8 == 7


@given(st.binary(max_size=200))
@settings(max_examples=2000)
def test_hostile_octets_are_read_or_kept_raw(octets: bytes) -> None:
    pdu = octets.hex()
    message = read_incoming(pdu)
    if isinstance(message, Unreadable):
        assert message.raw == pdu
    elif isinstance(message, Deliver):
        message.text.encode()  # every database takes it
        assert "\0" not in message.text


@given(st.binary(max_size=40), st.integers(0, 60), st.sampled_from(["submit", "deliver", "report"]))
@settings(max_examples=1000)
def test_damaged_pdus_raise_nothing_but_pdu_errors(noise: bytes, at: int, kind: str) -> None:
    whole = {
        "submit": encode_submit(TO, "hello €" * 30, reference=5)[0].hex,
        "deliver": "00" + encode_deliver("Bank", "👍" * 50, at=AT)[0].hex(),
        "report": "00"
        + encode_status_report(TO, reference=1, status=0, sent_at=AT, done_at=AT).hex(),
    }[kind]
    octets = bytes.fromhex(whole)
    for damaged in (octets[:at], octets[:at] + noise, octets[:at] + noise + octets[at:]):
        with contextlib.suppress(PduError):
            assert decode_any(damaged.hex())


@given(st.text(max_size=100))
def test_any_text_as_a_pdu_raises_nothing_but_pdu_errors(text: str) -> None:
    assert read_incoming(text)


@pytest.mark.parametrize(
    ("pdu", "why"),
    [
        ("", "the PDU is empty"),
        ("00040x", r"'x' is not a hexadecimal digit \(octet 3\)"),
        ("000", r"one hexadecimal digit only \(octet 2\)"),
        ("0004", r"ends inside the length of the sender's address.*\(octet 3\)"),
        ("00040B9151", r"ends inside the sender's address: 6 octets wanted, 1 there \(octet 5\)"),
        ("0004FF91", r"255 semi-octets, at most 20 \(octet 3\)"),
        (deliver_hex("00", "A1"), r"161 septets, at most 160 \(octet 20\)"),
        (deliver_hex("00", "0568"), r"ends inside the user data: 5 octets wanted, 1 there"),
        (deliver_hex("08", "04050003AA", first="44"), r"the header says 6 octets.*\(octet 21\)"),
        ("00" * 400, "400 octets; at most 360"),
    ],
)
def test_a_broken_pdu_is_told_by_what_and_where(pdu: str, why: str) -> None:
    with pytest.raises(PduError, match=why):
        decode_incoming(pdu)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("+1 (555) 123-4567", "+15551234567"),
        ("+44 20 7946 0958", "+442079460958"),
        ("030/123.456", "030123456"),
        ("40404", "40404"),
        ("*100#", "*100#"),
        (" +1\u00a0555\u2011123 ", "+1555123"),
    ],
)
def test_numbers_are_taken_as_people_write_them(written: str, read: str) -> None:
    assert parse_number(written).text == read
    [pdu] = encode_submit(written, "x", reference=0)
    assert decode_submit(pdu.hex).recipient.text == read


@pytest.mark.parametrize(
    ("garbage", "why"),
    [
        ("", "no digits"),
        ("+", "no digits"),
        ("Bank", "'B' at position 1"),
        ("123\r\nAT", r"'\\r' at position 4"),
        ("123\x1a", r"'\\x1a' at position 4"),
        ("1+2", r"'\+' at position 2"),
        ("٣٣٣", "at position 3"),
        ("+44 (0)20 7946", "contradict"),
        ("1" * 21, "21 digits"),
    ],
)
def test_what_is_no_number_is_refused(garbage: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_number(garbage)


@pytest.mark.parametrize("name", ["Bank", "Praxis7", "ABCDEFG", "Dr. Müller", "A", "[x]"])
def test_senders_may_have_names(name: str) -> None:
    [message] = delivered(name, "hi")
    assert (message.sender.text, message.sender.type) == (name, NumberType.ALPHANUMERIC)


def test_a_name_of_seven_in_fourteen_semi_octets_gains_no_character() -> None:
    [tpdu] = encode_deliver("ABCDEFG", "hi", at=AT)
    wrong = bytes([tpdu[0], 14]) + tpdu[2:]
    message = decode_incoming("00" + wrong.hex())
    assert isinstance(message, Deliver)
    assert message.sender.text == "ABCDEFG"


def test_a_sender_is_a_number_or_a_short_name() -> None:
    with pytest.raises(ValueError, match="not a phone number"):
        parse_sender("a name of over eleven")


@pytest.mark.parametrize("text", ["ends with @", "@", "§", "ÿ", "👍", "`"])
def test_characters_that_others_lose_arrive(text: str) -> None:
    assert delivered(TO, text)[0].text == text


@pytest.mark.parametrize(
    ("raw", "at"),
    [
        ("52304050607000", datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)),
        ("5230405060704A", datetime(2025, 3, 4, 11, 6, 7, tzinfo=UTC)),  # -6 h
        ("52304050607065", datetime(2025, 3, 3, 15, 6, 7, tzinfo=UTC)),  # +14 h
        ("52304050607097", None),
        ("5230405060707F", None),
        ("00000000000000", None),
        ("FFFFFFFFFFFFFF", None),
        ("52319950607000", None),
    ],
)
def test_time_stamps_are_read_or_left_raw(raw: str, at: datetime | None) -> None:
    timestamp = decode_timestamp(bytes.fromhex(raw))
    assert (timestamp.raw, timestamp.at) == (raw, at)


@given(st.binary(min_size=7, max_size=7))
def test_no_time_stamp_is_too_absurd(octets: bytes) -> None:
    timestamp = decode_timestamp(octets)
    assert timestamp.at is None or timestamp.at.tzinfo is UTC


@given(st.datetimes(EARLIEST, LATEST), zones)
def test_time_stamps_read_the_same(at: datetime, zone: timezone) -> None:
    at = at.replace(microsecond=0, tzinfo=zone)
    assert decode_timestamp(encode_timestamp(at)).at == at


@pytest.mark.parametrize(
    ("validity", "octet"),
    [
        (timedelta(seconds=1), 0),
        (timedelta(minutes=5), 0),
        (timedelta(minutes=6), 1),
        (timedelta(hours=12), 143),
        (timedelta(hours=12, minutes=30), 144),
        (timedelta(hours=24), 167),
        (timedelta(hours=25), 168),
        (timedelta(days=2), 168),
        (timedelta(days=30), 196),
        (timedelta(weeks=5), 197),
        (timedelta(weeks=63), 255),
    ],
)
def test_a_text_may_be_valid_for_a_time(validity: timedelta, octet: int) -> None:
    [pdu] = encode_submit("123", "x", reference=0, validity=validity)
    assert bytes.fromhex(pdu.hex)[9] == octet
    assert decode_submit(pdu.hex).user_data.text == "x"


def test_no_text_is_valid_for_more_than_63_weeks() -> None:
    with pytest.raises(ValueError, match="63 weeks"):
        encode_submit("123", "x", reference=0, validity=timedelta(weeks=64))


def test_messages_do_not_show_numbers_or_texts_when_logged() -> None:
    [message] = delivered(TO, "very private")
    assert "555" not in repr(message)
    assert "private" not in repr(message)
