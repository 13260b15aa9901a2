"""Hostile PDUs and AT lines: no crash, nothing lost that can be read, and nothing grows.

TEXTBACK_FUZZ sets the number of each, TEXTBACK_SEED repeats a run.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from random import Random

from tests.chance import amount, seed
from tests.modem.pdus import PICTURE, deliver_hex, octets_data, septets_data
from textback.engine.reading import fragment_of, read_text
from textback.modem.events import Arrived, CallWatch, NewStored, SweepDue, message_event
from textback.modem.lines import LONGEST, LineCutter
from textback.modem.pdu import (
    Deliver,
    StatusReport,
    Unreadable,
    encode_deliver,
    encode_status_report,
    encode_submit,
    read_incoming,
)
from textback.modem.sorter import MOST_LINES, Command, Sorter

COUNT = amount("TEXTBACK_FUZZ", 10_000)
SEED = seed()
AT = datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)
LEAD = "+12125550143"

DELIVERS = [
    "00" + tpdu.hex()
    for sender, text in ((LEAD, "hello €" * 30), ("Bank", "👍🏽" * 50), ("40404", "hi @"))
    for tpdu in encode_deliver(sender, text, at=AT, reference=5)
]
WHOLE = [
    *DELIVERS,
    PICTURE,
    deliver_hex("00", septets_data(b"abc\x1b", "240101250101000303AA0201"), first="44"),
    deliver_hex("D8", septets_data(b"abc", "01028003"), first="44"),
    deliver_hex("F6", octets_data(b"\x02\x70", "7000"), first="44", pid="7F"),
    "00" + encode_status_report(LEAD, reference=1, status=0, sent_at=AT, done_at=AT).hex(),
    encode_submit(LEAD, "x" * 200, reference=5)[0].hex,
]


def hostile_pdus(random: Random) -> Iterator[str]:
    """For ever: cut off, changed in places, grown, made up, or no hexadecimal at all."""
    while True:
        octets = bytearray.fromhex(random.choice(WHOLE))
        for _ in range(random.randrange(4)):
            octets[random.randrange(len(octets))] = random.choice((0, 0x7F, 0x80, 0xFF, octets[0]))
            octets[random.randrange(len(octets))] = random.randrange(256)
        match random.randrange(8):
            case 0:
                del octets[random.randrange(len(octets)) :]
            case 1:
                at = random.randrange(len(octets))
                octets[at:at] = random.randbytes(random.randrange(1, 30))
            case 2:
                octets = bytearray(random.randbytes(random.randrange(200)))
        pdu = octets.hex()
        yield pdu if random.random() < 0.99 else pdu[: random.randrange(len(pdu) + 1)] + "Ä\0g"


def test_hostile_pdus_are_read_or_kept_as_they_came() -> None:
    print(f"{COUNT} PDUs, TEXTBACK_SEED={SEED}")
    read = 0
    for pdu in islice(hostile_pdus(Random(SEED)), COUNT):
        value = read_incoming(pdu)
        if isinstance(value, StatusReport):
            continue
        fragment = fragment_of("sim", pdu, value)
        fragment.sender.encode()
        assert len(fragment.sender) <= 64
        said = read_text([pdu])
        assert said.text.encode()
        assert "\0" not in said.text.replace(pdu, "")
        if isinstance(value, Unreadable):
            assert pdu in said.text
        read += isinstance(value, Deliver)
    assert read > COUNT / 10


JUNK = (b"\0", b"\xff\xfe", b"\x1b", b"\x1a", b"\r", b"\n", b"> ", b"9" * 50, b'"', "𝒵".encode())
LINES = (
    b"OK",
    b"ERROR",
    b"+CMS ERROR: 500",
    b"+CMGS: 12",
    b'+CMTI: "SM",3',
    b'+CMTI: "ME",-1',
    b"+CMT: ,24",
    b"+CMGL: 1,0,,24",
    b"+CDS: 25",
    b'+CLIP: "+15551234567",145',
    b"RING",
    b"> ",
    b"^RSSI: 17",
    b"AT+CMGL=4",
    bytes(WHOLE[0], "ascii"),
)
COMMANDS = (
    Command("AT"),
    Command("AT+CMGL=4", with_pdu=True),
    Command("AT+CMGS=24", needs_answer=True),
)


def hostile_lines(random: Random) -> Iterator[bytes]:
    """For ever: lines that modems say, damaged, run together, endless."""
    while True:
        line = bytearray(random.choice(LINES))
        for _ in range(random.randrange(3)):
            at = random.randrange(len(line) + 1)
            line[at : at + random.randrange(3)] = random.choice(JUNK)
        if random.random() < 0.001:
            line *= random.randrange(3000)
        yield bytes(line) + random.choice((b"\r\n",) * 9 + (b"",))


class Listener:
    """Bytes to events, as the driver has them; commands come and go meanwhile."""

    def __init__(self, random: Random) -> None:
        self.arrived: list[str] = []
        self.told = 0
        self.pending = 0
        self._random = random
        self._cutter, self._sorter, self._calls = LineCutter(), Sorter(), CallWatch()
        self._now = 0.0

    def hear(self, data: bytes) -> None:
        for line in self._cutter.feed(data):
            self._sorter.feed(line)
        self.pending = max(self.pending, self._cutter.pending)
        if self._random.random() < 0.05:
            self._cutter.take_prompt()
            self._sorter.begin(self._random.choice(COMMANDS))

    def tell(self) -> None:
        while self._sorter.unsolicited:
            line = self._sorter.unsolicited.popleft()
            event = message_event(line)
            self._now += self._random.random()
            call = self._calls.feed(line, self._now)
            self.told += call is not None or isinstance(event, NewStored | SweepDue)
            if isinstance(event, Arrived):
                self.arrived.append(event.pdu)


def test_every_text_arrives_among_hostile_lines() -> None:
    print(f"{COUNT} lines, TEXTBACK_SEED={SEED}")
    random = Random(SEED)
    listener = Listener(random)
    sent: list[str] = []
    for number, line in enumerate(islice(hostile_lines(random), COUNT)):
        cut = random.randrange(len(line) + 1)
        listener.hear(line[:cut])
        listener.hear(line[cut:])
        if number % 20 == 0:
            pdu = random.choice(DELIVERS).upper()
            listener.hear(b"\r\n+CMT: ,%d\r\n" % (len(pdu) // 2 - 1))
            listener.hear(pdu.encode() + b"\r\n")
            listener.tell()
            sent.append(pdu)
            assert listener.arrived[-1:] == [pdu]
            listener.arrived.clear()
    assert len(sent) >= COUNT / 20
    assert listener.told > COUNT / 100
    assert listener.pending <= LONGEST


def test_a_modem_gone_mad_fills_no_memory() -> None:
    sorter = Sorter()
    sorter.begin(COMMANDS[1])
    for _ in range(3 * MOST_LINES):
        for line in ("+ZUSIMR:2", "+CMGL: 1,0,,24", "+CMT: ,24"):
            sorter.feed(line)
    assert len(sorter.unsolicited) <= MOST_LINES
    sorter.feed("OK")
    assert sorter.answer is not None
    assert len(sorter.answer.lines) <= MOST_LINES + 10
    sorter.feed("+CMT: ,24")
    sorter.feed(DELIVERS[0])
    assert sorter.unsolicited[-1].pdu == DELIVERS[0]  # noise never displaces a text
