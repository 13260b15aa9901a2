"""Messages as a simulated modem shows them, in PDU and in text mode (3GPP TS 27.005)."""

from dataclasses import dataclass

from textback.core import gsm7
from textback.modem.pdu import Address, Alphabet, NumberType, PduError
from textback.modem.pdu.address import decode_address, decode_smsc
from textback.modem.pdu.dcs import decode_dcs
from textback.modem.pdu.octets import Octets, swapped
from textback.modem.pdu.septets import unpack
from textback.modem.pdu.timestamp import LENGTH
from textback.modem.simulator import charset
from textback.modem.simulator.results import MEMORY_FAILURE, CmsError
from textback.modem.simulator.settings import Settings
from textback.modem.simulator.storage import Slot, Stat

STATES = {
    Stat.UNREAD: "REC UNREAD",
    Stat.READ: "REC READ",
    Stat.UNSENT: "STO UNSENT",
    Stat.SENT: "STO SENT",
}
_DELIVER, _SUBMIT, _REPORT = 0, 1, 2
_HEADER = 0x40
_VALIDITY_SIZES = (0, 7, 1, 7)  # by TP-VPF
_TYPES = {NumberType.INTERNATIONAL: 145, NumberType.ALPHANUMERIC: 208}


@dataclass(frozen=True, slots=True)
class _Text:
    """The fields of a DELIVER or SUBMIT that text mode shows; `when` is TP-SCTS or TP-VP."""

    first: int
    address: Address
    pid: int
    dcs: int
    when: str
    length: int
    data: str


def listed(index: int, slot: Slot, settings: Settings) -> list[str]:
    """The lines of one message in +CMGL."""
    if settings["+CMGF"] == "0":
        return [f"+CMGL: {index},{slot.stat},,{slot.length}", slot.pdu.hex().upper()]
    octets, _ = _open(slot.pdu)
    stat = f'+CMGL: {index},"{STATES[slot.stat]}",'
    if (first := octets.octet("first octet")) & 0x3 == _REPORT:
        return [stat + _report(octets, first, settings)]
    text = _text(octets, first, settings)
    when = text.when if first & 0x3 != _SUBMIT else ""
    more = f",{_type_of(text.address)},{text.length}" if settings["+CSDH"] == "1" else ""
    return [f"{stat}{_number(text.address, settings)},,{when}{more}", text.data]


def read(slot: Slot, settings: Settings) -> list[str]:
    """The lines of +CMGR."""
    if settings["+CMGF"] == "0":
        return [f"+CMGR: {slot.stat},,{slot.length}", slot.pdu.hex().upper()]
    octets, smsc = _open(slot.pdu)
    first = octets.octet("first octet")
    stat = f'+CMGR: "{STATES[slot.stat]}",'
    if first & 0x3 == _REPORT:
        return [stat + _report(octets, first, settings)]
    text = _text(octets, first, settings)
    if first & 0x3 != _SUBMIT:
        return [stat + _incoming(text, smsc, settings), text.data]
    more = ""
    if settings["+CSDH"] == "1":
        coding = f"{first},{text.pid},{text.dcs},{text.when}"
        more = f",{_type_of(text.address)},{coding},{_centre(smsc, settings)},{text.length}"
    return [f"{stat}{_number(text.address, settings)},{more}", text.data]


def direct(name: str, pdu: bytes, settings: Settings) -> list[str]:
    """The lines of a message handed over without being stored: `name` is +CMT or +CDS."""
    if settings["+CMGF"] == "0":
        alpha = "," if name == "+CMT" else ""
        return [f"{name}: {alpha}{len(pdu) - 1 - pdu[0]}", pdu.hex().upper()]
    octets, smsc = _open(pdu)
    first = octets.octet("first octet")
    if name == "+CDS":
        return [f"{name}: {_report(octets, first, settings)}"]
    text = _text(octets, first, settings)
    return [f"{name}: {_incoming(text, smsc, settings)}", text.data]


def _open(pdu: bytes) -> tuple[Octets, Address | None]:
    octets = Octets(pdu)
    try:
        return octets, decode_smsc(octets)
    except PduError:
        raise CmsError(MEMORY_FAILURE) from None


def _text(octets: Octets, first: int, settings: Settings) -> _Text:
    try:
        submit = first & 0x3 == _SUBMIT
        if submit:
            octets.octet("message reference")
        address = decode_address(octets, "address")
        pid, dcs = octets.take(2, "protocol identifier and coding")
        size = _VALIDITY_SIZES[first >> 3 & 0x3] if submit else LENGTH
        when = octets.take(size, "time")
        length = octets.octet("length of the user data")
    except PduError:
        raise CmsError(MEMORY_FAILURE) from None
    data = _data(octets.rest(), length, dcs, bool(first & _HEADER), settings)
    return _Text(first, address, pid, dcs, _when(when), length, data)


def _data(octets: bytes, length: int, dcs: int, header: bool, settings: Settings) -> str:
    if header or decode_dcs(dcs).alphabet is not Alphabet.GSM7:
        return octets.hex().upper()
    text = gsm7.join([gsm7.decode(unpack(octets, length))])
    return charset.show(text, settings["+CSCS"])


def _incoming(text: _Text, smsc: Address | None, settings: Settings) -> str:
    shown = f"{_number(text.address, settings)},,{text.when}"
    if settings["+CSDH"] == "0":
        return shown
    coding = f"{text.first},{text.pid},{text.dcs}"
    return f"{shown},{_type_of(text.address)},{coding},{_centre(smsc, settings)},{text.length}"


def _report(octets: Octets, first: int, settings: Settings) -> str:
    try:
        reference = octets.octet("message reference")
        address = decode_address(octets, "recipient's address")
        sent_at, done_at = octets.take(LENGTH, "time stamp"), octets.take(LENGTH, "discharge time")
        status = octets.octet("status")
    except PduError:
        raise CmsError(MEMORY_FAILURE) from None
    to = f"{_number(address, settings)},{_type_of(address)}"
    return f"{first},{reference},{to},{_when(sent_at)},{_when(done_at)},{status}"


def _when(octets: bytes) -> str:
    """A time stamp as "yy/MM/dd,hh:mm:ss+zz", a relative validity as a number."""
    if len(octets) < LENGTH:
        return str(octets[0]) if octets else ""
    sign = "-" if octets[6] & 0x08 else "+"
    year, month, day, hour, minute, second = (
        swapped(octets)[at : at + 2] for at in range(0, 12, 2)
    )
    zone = f"{octets[6] & 0x07}{octets[6] >> 4:X}"
    return f'"{year}/{month}/{day},{hour}:{minute}:{second}{sign}{zone}"'


def _number(address: Address, settings: Settings) -> str:
    return f'"{charset.show(address.text, settings["+CSCS"])}"'


def _type_of(address: Address) -> int:
    return _TYPES.get(address.type, 129)


def _centre(smsc: Address | None, settings: Settings) -> str:
    return f"{_number(smsc, settings)},{_type_of(smsc)}" if smsc else ","
