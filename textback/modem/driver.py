"""A GSM modem as the engine uses it: send a text, wait for news, read, delete, look around."""

import contextlib
import re
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from textback.core.errors import LinkDown, SendDeferred, TextbackError
from textback.modem.asking import Asking
from textback.modem.bring_up import ModemInfo, bring_up
from textback.modem.dialogue import ATTENTION_SECONDS, Dialogue, NoAnswer, Tell
from textback.modem.events import CallWatch, Incoming, Place, Received, message_event
from textback.modem.finding import Found, Wanted, find
from textback.modem.indications import Indications
from textback.modem.kept_sends import SentStorage
from textback.modem.model import generic_model
from textback.modem.pdu import SubmitPdu, Unreadable, read_incoming
from textback.modem.port import Port
from textback.modem.refusals import error_code, refusal
from textback.modem.sim_lock import PinGuard
from textback.modem.sorter import Answer, Command, Line
from textback.modem.status import ModemStatus, StorageUse, read_status
from textback.modem.usb import usb_ports

__all__ = [
    "CommandRefused",
    "Modem",
    "ModemInfo",
    "ModemSettings",
    "ModemStatus",
    "PinGuard",
    "StorageUse",
    "Stored",
]

_LISTED = re.compile(r"\+CMGL:\s*(\d+)\s*,\s*(\d)\s*,")
_READ = re.compile(r"\+CMGR:\s*(\d)\s*,")
_SENT = re.compile(r"\+CMGS:\s*(\d+)")
_INCOMING_STATES = ("0", "1")  # received unread, received read; the rest were written here
_NO_SUCH_MESSAGE = 321


@dataclass(frozen=True, slots=True)
class ModemSettings:
    """`port` is a device's path, or a pattern of paths (/dev/ttyUSB*) to look through; times are in
    seconds.

    With an `imei` only that modem will do; without a port it is looked for at every modem that is
    known by its USB id. `number` is the SIM's own, where it does not tell. `log` is a file for the
    exchanges with the modem; `reset_command` gets a hung modem back, by its USB port or the like.
    """

    port: str = ""
    imei: str = ""
    number: str = field(default="", repr=False)
    log: Path | None = None
    reset_command: tuple[str, ...] = ()
    pin: str | None = field(default=None, repr=False)
    baud: int = 115200
    command_timeout: float = 15.0
    prompt_timeout: float = 30.0
    send_timeout: float = 180.0  # networks take two minutes at times


@dataclass(frozen=True, slots=True)
class Stored:
    """A message from the network that lies in a storage."""

    place: Place
    pdu: str = field(repr=False)
    value: Received


class CommandRefused(TextbackError):
    """The modem answered a command about a stored message with an error."""


class Modem:
    """Owned by one thread, except `wake`. Any method may raise LinkDown: then close it."""

    def __init__(self, settings: ModemSettings, found: Found) -> None:
        self._settings = settings
        self._dialogue = found.dialogue
        self.port, self._usb_id = found.path, found.usb_id
        self._data = generic_model()
        self.storages: tuple[str, ...] = ()  # those that messages are looked for in
        self.own_number = settings.number
        self._asking = Asking(found.dialogue, settings.command_timeout)
        self._indications = Indications(self._asking)
        self._selected = ""
        self._calls = CallWatch()
        self.imei = ""
        self.kept: SentStorage | None = None  # texts are sent from there, where the modem can
        self.keeps_status: bool | None = False  # whether it marks them as sent; None: not known yet

    @classmethod
    def open(cls, settings: ModemSettings, tell: Tell | None = None) -> Self:
        """Finds the modem and opens its port for this program alone; `tell` gets each exchange.

        Raises LinkDown.
        """
        wanted = Wanted(settings.port, settings.imei)

        def dialogue(path: str) -> Dialogue:
            patience = min(ATTENTION_SECONDS, settings.command_timeout)
            return Dialogue(Port.open(path, settings.baud), tell, patience)

        return cls(settings, find(wanted, dialogue, usb_ports()))

    def bring_up(self, guard: PinGuard) -> ModemInfo:
        """Makes the modem ready. Raises AccessRefused when a person must see to the SIM."""
        pin, timeout = self._settings.pin, self._settings.command_timeout
        info = bring_up(self._dialogue, pin, guard, timeout, self._usb_id)
        self._data = info.data
        self.storages = info.storages
        self.own_number = self._settings.number or info.own_number
        self._indications = Indications(
            self._asking, info.indications, acknowledges=info.acknowledges
        )
        self._selected = ""
        self.imei = info.imei
        self.kept = self._sent_storage(info)
        self.keeps_status = info.data.keeps_status if self.kept else False
        return replace(info, own_number=self.own_number)

    def restart(self) -> None:
        """AT+CFUN=1,1: the modem starts anew, and its port may vanish meanwhile: close it then."""
        self._dialogue.write_blindly("AT+CFUN=1,1")

    def has_forgotten(self) -> bool:
        """Whether it restarted by itself, so that it must be brought up again to tell of texts."""
        return self._indications.are_forgotten()

    def send(self, pdu: SubmitPdu) -> int:
        """Sends one part and returns its TP-MR.

        Raises SendDeferred, SendRefused, and SendUnconfirmed when the PDU left and no answer came.
        After a LinkDown nothing has left.
        """
        command = Command(f"AT+CMGS={pdu.length}", _SENT, needs_answer=True)
        try:
            answer = self._dialogue.hand_over(
                command,
                pdu.hex,
                prompt_timeout=self._settings.prompt_timeout,
                timeout=self._settings.send_timeout,
            )
        except NoAnswer as error:
            raise SendDeferred(str(error)) from error
        sent = _SENT.match(answer.first)
        if sent:  # whatever followed, the network has the text
            return int(sent[1]) % 256
        raise refusal(answer.final)

    def wait(self, timeout: float | None) -> list[Incoming]:
        """What the modem tells by itself, as soon as it does; empty after `timeout` or `wake`.

        Calls are hung up here.
        """
        events = self._events(self._dialogue.wait(timeout))
        if self._calls.must_hang_up:
            self._calls.must_hang_up = False
            self._hang_up()
        return events

    def heard(self) -> list[Incoming]:
        """What `wait` would tell at once; it works on a lost link, too."""
        return self._events(self._dialogue.heard())

    def acknowledge(self) -> None:
        """Tells the network that what came without being stored arrived, where it waits for that.

        A modem that refuses it is lived with.
        """
        self._indications.acknowledge()

    def wake(self) -> None:
        """Ends the `wait` that runs, or else the next one; from any thread."""
        self._dialogue.wake()

    def stored(self, storage: str) -> list[Stored]:
        """Every message from the network in a storage, unreadable ones too.

        Raises CommandRefused when the modem does not list them.
        """
        if not self._select(storage):
            return []
        answer = self._ask("AT+CMGL=4", _LISTED, with_pdu=True)
        self._check(answer)
        found: list[Stored] = []
        for line in answer.lines:
            header = _LISTED.match(line.text)
            if header and header[2] in _INCOMING_STATES:
                found.append(_stored(Place(storage, int(header[1])), line))
        return found

    def read(self, place: Place) -> Stored | None:
        """The message at `place`, None when there is none (any more)."""
        if not self._select(place.storage):
            return None
        answer = self._ask(f"AT+CMGR={place.index}", _READ, with_pdu=True)
        header = _READ.match(answer.first)
        if header is None:
            self._check(answer)
            return None
        return _stored(place, answer.lines[0]) if header[1] in _INCOMING_STATES else None

    def delete(self, place: Place) -> None:
        """Deletes the message at `place`; one that is gone already is fine.

        Raises CommandRefused when the modem does not do it.
        """
        # Selected anew: a modem that restarted meanwhile would delete in another storage.
        self._selected = ""
        if not self._select(place.storage):
            raise CommandRefused(f"the modem does not open its storage {place.storage}")
        self._check(self._ask(f"AT+CMGD={place.index}"))

    def status(self) -> ModemStatus:
        """What the network and the storages are like now."""
        self._selected = ""  # they are gone through
        return read_status(self._asking, self.storages)

    def close(self) -> None:
        """Gives the port back; never fails."""
        self._dialogue.close()

    def _events(self, lines: list[Line]) -> list[Incoming]:
        now = time.monotonic()
        told = (message_event(line) or self._calls.feed(line, now) for line in lines)
        return [event for event in told if event is not None]

    def _sent_storage(self, info: ModemInfo) -> SentStorage | None:
        if not info.writes_to or info.data.keeps_status is False:
            return None
        settings = self._settings
        storage = SentStorage(
            self._dialogue,
            info.writes_to,
            self._select,
            prompt_timeout=settings.prompt_timeout,
            command_timeout=settings.command_timeout,
            send_timeout=settings.send_timeout,
        )
        return storage if storage.works() else None

    def _hang_up(self) -> None:
        with contextlib.suppress(LinkDown):  # what was heard is told first; the next call raises it
            any(self._ask(command).ok for command in self._data.hang_up)

    def _select(self, storage: str) -> bool:
        if storage != self._selected:
            if not re.fullmatch(r"\w{2}", storage, re.ASCII):
                return False
            if not self._ask(f'AT+CPMS="{storage}"').ok:
                return False
            self._selected = storage
        return True

    def _check(self, answer: Answer) -> None:
        if not answer.ok and error_code(answer.final) != _NO_SUCH_MESSAGE:
            raise CommandRefused(f"the modem said {answer.final}")

    def _ask(
        self, text: str, answer: re.Pattern[str] | None = None, *, with_pdu: bool = False
    ) -> Answer:
        command = Command(text, answer, with_pdu=with_pdu)
        return self._asking.command(command)


def _stored(place: Place, line: Line) -> Stored:
    if line.pdu is None:
        return Stored(place, "", Unreadable("", "the modem told no PDU"))
    return Stored(place, line.pdu, read_incoming(line.pdu))
