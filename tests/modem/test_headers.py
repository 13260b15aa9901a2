"""What user data headers and data codings say."""

import gsmcodecs  # noqa: F401 - registers its codecs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.modem.pdus import deliver, deliver_hex, octets_data, septets_data
from textback.core import gsm7
from textback.core.segments import Encoding
from textback.modem.pdu import (
    Alphabet,
    Concat,
    Indication,
    Unreadable,
    Waiting,
    join_text,
    read_incoming,
)
from textback.modem.pdu.dcs import decode_dcs
from textback.modem.pdu.user_data import encode_concat, encode_user_data


def test_a_16_bit_reference_is_read_and_no_character_lost() -> None:
    # header 06 08 04 1234 02 01: 7 octets are 8 septets, no fill bits; then "hello"
    message = deliver("00", "0D06080412340201E8329BFD06", first="44")
    assert (message.concat, message.text) == (Concat(0x1234, 2, 1), "hello")


@given(
    st.integers(0, 0xFFFF),
    st.lists(st.text("abc€@ é", min_size=1, max_size=70), min_size=1, max_size=255),
)
@settings(deadline=None, max_examples=50)
def test_parts_with_16_bit_references_join(reference: int, texts: list[str]) -> None:
    parts = []
    for number, text in enumerate(texts, 1):
        header = b"\x06\x08\x04" + reference.to_bytes(2, "big") + bytes([len(texts), number])
        data = encode_user_data(text, Encoding.GSM7, header)
        part = deliver("00", data.hex(), first="44").user_data
        assert part.concat == Concat(reference, len(texts), number)
        parts.append(part)
    assert join_text(parts) == "".join(texts)


@pytest.mark.parametrize("place", ["AA0000", "AA0201", "AA02FF", "AA0003"])
def test_an_absurd_place_among_parts_counts_for_none(place: str) -> None:
    total, number = int(place[2:4], 16), int(place[4:], 16)
    concat = deliver("08", f"08050003{place}0041", first="44").concat
    assert concat == (Concat(0xAA, total, number) if 1 <= number <= total else None)


def test_of_two_places_the_last_one_counts() -> None:
    first, last = encode_concat(Concat(1, 2, 1))[1:], encode_concat(Concat(9, 3, 2))[1:]
    data = octets_data("x".encode("utf-16-be"), (first + last).hex())
    assert deliver("08", data, first="44").concat == Concat(9, 3, 2)


def test_a_header_that_is_cut_off_is_ignored_and_its_text_read() -> None:
    message = deliver("08", octets_data("hi".encode("utf-16-be"), "0005AA"), first="44")
    assert (message.text, message.concat) == ("hi", None)


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


@pytest.mark.parametrize(("elements", "port"), [("05040B8423F0", 2948), ("0402F0E2", 240)])
def test_a_message_for_an_application_has_a_port_and_no_text(elements: str, port: int) -> None:
    message = deliver("04", octets_data(b"\xbe\xaf", elements), first="44")
    assert (message.user_data.port, message.text) == (port, "")
    assert message.user_data.octets == b"\xbe\xaf"


@pytest.mark.parametrize(
    ("locking", "single", "text"),
    [
        (1, 0, "Ağrı için İzmir'e geldim Şişli 5€"),
        (0, 1, "Ağrı için İzmir'e geldim Şişli 5€"),
        (1, 1, "çığ ŞĞİ [x]"),
        (0, 2, "¿Qué tal, María? Están aquí Óscar y Úrsula, ñ ç"),
        (0, 3, "Não consigo, João: às três, ÀÊÔÃÕ Δ"),
        (3, 0, "Não há opções, você é a última ª º ∞ €"),
        (3, 3, "Câmara, ação, ΦΓ {~}"),
    ],
)
def test_national_language_tables_are_read(locking: int, single: int, text: str) -> None:
    elements = (f"2401{single:02}" if single else "") + (f"2501{locking:02}" if locking else "")
    data = septets_data(text.encode(f"gsm23.038-{locking}-{single}"), elements)
    assert deliver("00", data, first="44").text == text


def test_a_part_of_a_text_may_have_a_language_too() -> None:
    concat = encode_concat(Concat(7, 2, 1))[1:].hex()
    data = septets_data("Kızım".encode("gsm23.038-1-0"), f"{concat}250101")
    message = deliver("00", data, first="44")
    assert (message.text, message.concat) == ("Kızım", Concat(7, 2, 1))


def test_a_language_nobody_knows_reads_as_the_default_alphabet() -> None:
    data = septets_data(gsm7.encode("hello [€]"), "240163250163")
    assert deliver("00", data, first="44").text == "hello [€]"


@pytest.mark.parametrize(
    ("octet", "alphabet", "message_class"),
    [
        (0x00, Alphabet.GSM7, None),
        (0x08, Alphabet.UCS2, None),
        (0x04, Alphabet.BINARY, None),
        (0x01, Alphabet.GSM7, None),  # the class bits count only where bit 4 says so
        (0x10, Alphabet.GSM7, 0),
        (0x18, Alphabet.UCS2, 0),
        (0x12, Alphabet.GSM7, 2),
        (0x48, Alphabet.UCS2, None),  # to be deleted once read
        (0x51, Alphabet.GSM7, 1),
        (0x20, Alphabet.BINARY, None),  # compressed
        (0x0C, Alphabet.GSM7, None),  # reserved, as are the next two
        (0x80, Alphabet.GSM7, None),
        (0xBF, Alphabet.GSM7, None),
        (0xC8, Alphabet.GSM7, None),
        (0xD9, Alphabet.GSM7, None),
        (0xE2, Alphabet.UCS2, None),
        (0xF0, Alphabet.GSM7, 0),
        (0xF5, Alphabet.BINARY, 1),
        (0xF6, Alphabet.BINARY, 2),
    ],
)
def test_codings_mean_what_the_standard_says(
    octet: int, alphabet: Alphabet, message_class: int | None
) -> None:
    coding = decode_dcs(octet)
    assert (coding.alphabet, coding.message_class) == (alphabet, message_class)
    assert coding.compressed == (octet == 0x20)


@pytest.mark.parametrize("octet", range(256))
def test_every_coding_can_be_read(octet: int) -> None:
    coding = decode_dcs(octet)
    assert (coding.waiting is not None) == (0xC0 <= octet <= 0xEF)


@pytest.mark.parametrize(
    ("dcs", "waiting"),
    [
        ("C8", Indication(Waiting.VOICEMAIL, active=True, discard=True)),
        ("C0", Indication(Waiting.VOICEMAIL, active=False, discard=True)),
        ("D9", Indication(Waiting.FAX, active=True, discard=False)),
        ("E2", Indication(Waiting.EMAIL, active=False, discard=False)),
        ("DB", Indication(Waiting.OTHER, active=True, discard=False)),
        ("00", None),
    ],
)
def test_a_coding_may_say_that_something_waits(dcs: str, waiting: Indication | None) -> None:
    assert deliver(dcs, "00").waiting == waiting


@pytest.mark.parametrize(
    ("element", "waiting"),
    [
        ("01020003", Indication(Waiting.VOICEMAIL, active=True, discard=True)),
        ("01028000", Indication(Waiting.VOICEMAIL, active=False, discard=False)),
        ("01028101", Indication(Waiting.FAX, active=True, discard=False)),
        ("010180", None),
    ],
)
def test_a_header_may_say_so_too(element: str, waiting: Indication | None) -> None:
    assert deliver("00", septets_data(b"", element), first="44").waiting == waiting


def test_the_header_counts_before_the_coding() -> None:
    message = deliver("C8", septets_data(b"", "01028000"), first="44")
    assert message.waiting == Indication(Waiting.VOICEMAIL, active=False, discard=False)


def test_a_return_call_message_speaks_of_voicemail() -> None:
    waiting = deliver("00", "00", pid="5F").waiting
    assert waiting == Indication(Waiting.VOICEMAIL, active=True, discard=False)


@pytest.mark.parametrize("pid", ["41", "42", "47"])
def test_a_message_that_replaces_another_is_a_text_like_any(pid: str) -> None:
    message = deliver("00", "02E834", pid=pid)
    assert (message.text, message.waiting, message.envelope.protocol) == ("hi", None, int(pid, 16))


def test_of_a_text_that_is_cut_off_the_sender_is_known() -> None:
    message = read_incoming(deliver_hex("00", "1EE834"))
    assert isinstance(message, Unreadable)
    assert message.envelope is not None
    assert message.envelope.sender.text == "+15551234567"


def test_before_an_absurd_time_stamp_no_sender_is_believed() -> None:
    cut = deliver_hex("00", "1EE834").replace("52304050607000", "FFFFFFFFFFFFFF")
    message = read_incoming(cut)
    assert isinstance(message, Unreadable)
    assert message.envelope is None
