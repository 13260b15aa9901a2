"""Pictures are known by their notifications; whatever else is pushed is at least no crash."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.modem.pdus import picture
from textback.modem.pdu import WapPush, read_wap_push

MMS = "application/vnd.wap.mms-message"
LEAD = "+12125550143"


def test_a_picture_and_its_sender_are_known() -> None:
    assert read_wap_push(picture(LEAD)) == WapPush(MMS, picture=True, sender=LEAD)


@pytest.mark.parametrize(
    "headers",
    [
        b"\x01\xbe",
        b"\x03\xbe\xaf\x84",
        b"\x03\x02\xbe\x81",  # the general form: a length, the type, a parameter
        b"\x20" + MMS.encode() + b"\0",
        b"\x20" + MMS.upper().encode() + b"\0",
        b"\x81\x00\xbe" + b"\x83x\0" * 42 + b"y",  # 128 octets of headers
    ],
)
def test_the_type_may_be_written_in_many_ways(headers: bytes) -> None:
    push = read_wap_push(b"\x01\x06" + headers + b"\x8c\x82\x98T\0")
    assert push == WapPush(MMS, picture=True)


def test_a_picture_is_known_by_the_beginning_of_its_notification() -> None:
    for end in range(len(picture())):
        push = read_wap_push(picture()[:end])
        if end > 8:
            assert push is not None
            assert push.picture


def test_a_report_that_a_picture_was_delivered_is_no_picture() -> None:
    push = read_wap_push(b"\x05\x06\x01\xbe" + b"\x8c\x86\x8d\x92")
    assert push == WapPush(MMS)


def test_another_push_is_told_by_its_type() -> None:
    assert read_wap_push(b"\x05\x06\x01\xae") == WapPush("0x2e")
    assert read_wap_push(b"\x05\x06\x0btext/x-odd\0") == WapPush("text/x-odd")


@pytest.mark.parametrize("sender", ["", "me", "1" * 50, "+1212", "x@mms.example"])
def test_only_a_number_counts_as_the_sender(sender: str) -> None:
    push = read_wap_push(picture(sender))
    assert push is not None
    assert push.sender == ("+1212" if sender == "+1212" else None)


@pytest.mark.parametrize("data", [b"", b"\x05", b"\x05\x07\x01\xbe", b"\x05\x06\x09\xbe"])
def test_what_is_no_push_is_none(data: bytes) -> None:
    assert read_wap_push(data) is None


@given(st.binary(max_size=300), st.booleans())
def test_no_push_is_too_odd(noise: bytes, in_picture: bool) -> None:
    push = read_wap_push(picture()[:9] + noise if in_picture else noise)
    assert push is None or isinstance(push.content_type, str)
