"""What status reports say, however much of one a network sends."""

from datetime import UTC, datetime

import pytest

from textback.modem.pdu import Delivery, StatusReport, decode_incoming, encode_status_report

AT = datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)
TO = "+15551234567"


def report_hex(status: int = 0) -> str:
    tpdu = encode_status_report(TO, reference=200, status=status, sent_at=AT, done_at=AT)
    return "00" + tpdu.hex()


def read(pdu: str) -> StatusReport:
    report = decode_incoming(pdu)
    assert isinstance(report, StatusReport)
    return report


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
    report = read(report_hex(status))
    assert (report.recipient.text, report.reference, report.delivery) == (TO, 200, delivery)
    assert (report.sent_at.at, report.done_at.at) == (AT, AT)


@pytest.mark.parametrize("first", ["02", "06", "0A", "22", "26", "42", "C6", "FE"])
def test_the_other_bits_of_the_first_octet_do_not_matter(first: str) -> None:
    assert read("00" + first + report_hex()[4:]).reference == 200


@pytest.mark.parametrize("more", ["00", "0100", "07000005E8329BFD06", "FFFF", "87"])
def test_what_may_follow_the_status_is_left_alone(more: str) -> None:
    assert read(report_hex() + more).delivery is Delivery.DELIVERED


@pytest.mark.parametrize("kind", ["81", "A1", "80"])
def test_a_recipient_may_come_back_as_a_national_number(kind: str) -> None:
    pdu = report_hex().replace("0b915155214365f7", f"0a{kind}5521436587")
    assert read(pdu).recipient.text == "5512345678"
