"""The PDU codec: both ways, against other codecs, and against hostile input."""

import contextlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from smspdudecoder.easy import read_incoming_sms

from textback.core import gsm7
from textback.core.segments import clean
from textback.modem.pdu import (
    Alphabet,
    Concat,
    Deliver,
    Delivery,
    NumberType,
    PduError,
    StatusReport,
    Unreadable,
    Waiting,
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
from textback.modem.pdu.dcs import decode_dcs
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


def deliver_hex(dcs: str, user_data: str, first: str = "04") -> str:
    return f"00{first}0B915155214365F700{dcs}52304050607000{user_data}"


def deliver(dcs: str, user_data: str, first: str = "04") -> Deliver:
    message = decode_incoming(deliver_hex(dcs, user_data, first))
    assert isinstance(message, Deliver)
    return message


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


@given(st.text("abc€[] éñ?", min_size=1, max_size=150), zones)
@settings(deadline=None)
def test_another_decoder_reads_what_we_encode(text: str, zone: timezone) -> None:
    assume(gsm7.count_septets(text) % 8 != 7)  # it adds an '@' to those
    [tpdu] = encode_deliver(TO, text, at=AT.astimezone(zone))
    read = read_incoming_sms("00" + tpdu.hex().upper())
    assert (read["sender"], read["content"], read["date"]) == (TO, text, AT)


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
        (deliver_hex("08", "04030005AA", first="44"), r"element .* cut off \(octet 22\)"),
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


def test_a_16_bit_reference_is_read_and_no_character_lost() -> None:
    # header 06 08 04 1234 02 01: 7 octets are 8 septets, no fill bits; then "hello"
    message = deliver("00", "0D06080412340201E8329BFD06", first="44")
    assert (message.concat, message.text) == (Concat(0x1234, 2, 1), "hello")


@pytest.mark.parametrize("place", ["AA0000", "AA0201", "AA02FF", "AA0003"])
def test_an_absurd_place_among_parts_counts_for_none(place: str) -> None:
    total, number = int(place[2:4], 16), int(place[4:], 16)
    concat = deliver("08", f"08050003{place}0041", first="44").concat
    assert concat == (Concat(0xAA, total, number) if 1 <= number <= total else None)


def test_a_pair_torn_apart_by_the_sender_joins_again() -> None:
    first = deliver("08", "08050003AA0201D83D", first="44")
    second = deliver("08", "08050003AA0202DC4D", first="44")
    assert join_text([first.user_data, second.user_data]) == "👍"
    assert (first.text, second.text) == ("\ufffd", "\ufffd")


def test_an_escape_torn_apart_by_the_sender_joins_again() -> None:
    # "a" ESC in part 1 and "e" in part 2, each after a header of 7 septets with its fill bit
    first = deliver("00", "09050003AA0201C21B", first="44")
    second = deliver("00", "08050003AA0202CA", first="44")
    assert join_text([first.user_data, second.user_data]) == "a€"


def test_an_odd_octet_at_the_end_is_shown_as_lost() -> None:
    assert deliver("08", "03004100").text == "A\ufffd"


def test_a_message_for_an_application_has_a_port_and_no_text() -> None:
    message = deliver("04", "090605040B8423F0BEAF", first="44")
    assert (message.user_data.port, message.text) == (2948, "")
    assert message.user_data.octets == b"\xbe\xaf"


@pytest.mark.parametrize(
    ("octet", "alphabet", "message_class", "waiting"),
    [
        (0x00, Alphabet.GSM7, None, None),
        (0x08, Alphabet.UCS2, None, None),
        (0x04, Alphabet.BINARY, None, None),
        (0x10, Alphabet.GSM7, 0, None),
        (0x18, Alphabet.UCS2, 0, None),
        (0x48, Alphabet.UCS2, None, None),
        (0x20, Alphabet.BINARY, None, None),
        (0x0C, Alphabet.GSM7, None, None),
        (0x80, Alphabet.GSM7, None, None),
        (0xC8, Alphabet.GSM7, None, Waiting.VOICEMAIL),
        (0xD9, Alphabet.GSM7, None, Waiting.FAX),
        (0xE2, Alphabet.UCS2, None, Waiting.EMAIL),
        (0xF0, Alphabet.GSM7, 0, None),
        (0xF5, Alphabet.BINARY, 1, None),
    ],
)
def test_codings_mean_what_the_standard_says(
    octet: int, alphabet: Alphabet, message_class: int | None, waiting: Waiting | None
) -> None:
    coding = decode_dcs(octet)
    assert (coding.alphabet, coding.message_class, coding.waiting) == (
        alphabet,
        message_class,
        waiting,
    )


@pytest.mark.parametrize("octet", range(256))
def test_every_coding_can_be_read(octet: int) -> None:
    assert decode_dcs(octet)


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
    ("status", "delivery"),
    [
        (0x00, Delivery.DELIVERED),
        (0x01, Delivery.DELIVERED),
        (0x1F, Delivery.DELIVERED),
        (0x20, Delivery.PENDING),
        (0x30, Delivery.PENDING),
        (0x3F, Delivery.PENDING),
        (0x40, Delivery.FAILED),
        (0x60, Delivery.FAILED),
        (0x80, Delivery.FAILED),
    ],
)
def test_status_reports_say_what_became_of_a_text(status: int, delivery: Delivery) -> None:
    tpdu = encode_status_report(TO, reference=200, status=status, sent_at=AT, done_at=AT)
    report = decode_incoming("00" + tpdu.hex())
    assert isinstance(report, StatusReport)
    assert (report.recipient.text, report.reference, report.delivery) == (TO, 200, delivery)
    assert (report.sent_at.at, report.done_at.at) == (AT, AT)


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
