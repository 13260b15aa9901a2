"""PDUs made by hand: what no encoder of ours writes."""

from textback.modem.pdu import Deliver, decode_incoming
from textback.modem.pdu.septets import pack

SENDER = "+15551234567"
STAMP = "52304050607000"  # 2025-03-04 05:06:07 UTC


def deliver_hex(dcs: str, user_data: str, *, first: str = "04", pid: str = "00") -> str:
    """A DELIVER from SENDER; `user_data` begins with its length."""
    return f"00{first}0B915155214365F7{pid}{dcs}{STAMP}{user_data}"


def deliver(dcs: str, user_data: str, *, first: str = "04", pid: str = "00") -> Deliver:
    """The same, read."""
    message = decode_incoming(deliver_hex(dcs, user_data, first=first, pid=pid))
    assert isinstance(message, Deliver)
    return message


def octets_data(body: bytes, elements: str) -> str:
    """User data of octets after a header with these elements, in hex."""
    header = bytes.fromhex(elements)
    data = bytes([len(header)]) + header + body
    return bytes([len(data)]).hex() + data.hex()


def septets_data(septets: bytes, elements: str) -> str:
    """The same of septets, after their fill bits."""
    header = bytes.fromhex(elements)
    header = bytes([len(header)]) + header
    fill = -8 * len(header) % 7
    length = (8 * len(header) + fill) // 7 + len(septets)
    return bytes([length]).hex() + header.hex() + pack(septets, fill).hex()


def picture(sender: str = "+12125550143") -> bytes:
    """The WAP push that announces a picture message from this number."""
    address = b"\x80" + sender.encode() + b"/TYPE=PLMN\0"
    return (
        b"\x05\x06\x03\xbe\xaf\x84"  # a push, three octets of headers, the type, an application id
        b"\x8c\x82\x98T1234\0\x8d\x92"  # a notification, its transaction, MMS 1.2
        + b"\x89"
        + bytes([len(address)])
        + address
        + b"\x8a\x80\x8e\x02\x75\x30\x88\x05\x81\x03\x02\xa3\x00"  # class, size, expiry
        b"\x83http://mms.example/T1234\0"
    )


PUSH_PORT = "0504 0B84 23F0"
PICTURE = deliver_hex("04", octets_data(picture(), PUSH_PORT), first="44")
