"""Steps that the stories about a modem share."""

import time

from textback.modem import Incoming, Modem, NewStored
from textback.modem.pdu import Deliver, encode_submit, join_text

LEAD = "+15551234567"


def send(modem: Modem, text: str = "hello", *, report: bool = False) -> list[int]:
    """Sends a text and returns its references."""
    pdus = encode_submit(LEAD, text, reference=7, status_report=report)
    return [modem.send(pdu) for pdu in pdus]


def events(modem: Modem, count: int) -> list[Incoming]:
    """The next `count` things the modem tells of; fails after a while."""
    found: list[Incoming] = []
    deadline = time.monotonic() + 10
    while len(found) < count:
        assert time.monotonic() < deadline, f"only {found}"
        found += modem.wait(1)
    return found


def take(modem: Modem, count: int) -> list[str]:
    """Reads and deletes `count` announced messages, and returns their texts."""
    texts: list[str] = []
    for event in events(modem, count):
        assert isinstance(event, NewStored)
        stored = modem.read(event.place)
        assert stored is not None
        assert isinstance(stored.value, Deliver)
        texts.append(join_text([stored.value.user_data]))
        modem.delete(event.place)
    return texts
