"""A GSM modem as the engine uses it: send a text, wait for news, read, delete, look around."""

import contextlib
import re
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from textback.core.errors import LinkDown, SendDeferred, TextbackError
from textback.modem.bring_up import ModemInfo, bring_up
from textback.modem.dialogue import ATTENTION_SECONDS, Dialogue, NoAnswer, Tell
from textback.modem.events import CallWatch, Incoming, Place, Received, message_event
from textback.modem.finding import Found, Wanted, find
from textback.modem.kept_sends import SentStorage
from textback.modem.model import generic_model
from textback.modem.pdu import SubmitPdu, Unreadable, read_incoming
from textback.modem.port import Port
from textback.modem.refusals import error_code, refusal
from textback.modem.registration import (
    REGISTRATION,
    Registration,
    access_of,
    generation,
    registration,
)
from textback.modem.sim_lock import PinGuard
from textback.modem.sorter import Answer, Command, Line
from textback.modem.usb import usb_ports

__all__ = [
    "CommandRefused",
    "Modem",
    "ModemInfo",
    "ModemSettings",
    "ModemStatus",
    "PinGuard",
    "Stored",
]

_LISTED = re.compile(r"\+CMGL:\s*(\d+)\s*,\s*(\d)\s*,")
_READ = re.compile(r"\+CMGR:\s*(\d)\s*,")
_SENT = re.compile(r"\+CMGS:\s*(\d+)")
_SIGNAL = re.compile(r"\+CSQ:\s*(\d+)\s*,")
_LTE_SIGNAL = re.compile(r"\+CESQ:(?:\s*\d+\s*,){5}\s*(\d+)")
_OPERATOR = re.compile(r'\+COPS:\s*\d\s*,\s*\d\s*,\s*"([^"]*)"\s*(?:,\s*(\d+))?')
# The strongest <rssi> and <rsrp>; 99 and 255 mean unknown.
_SIGNALS = (("AT+CSQ", _SIGNAL, 31), ("AT+CESQ", _LTE_SIGNAL, 97))
_REGISTRATIONS = ("CREG", "CGREG", "CEREG")
_INDICATIONS = re.compile(r"\+CNMI:\s*(.*)")
_COUNTS = re.compile(r"\+CPMS:\s*(.*)")
_COUNT = re.compile(r'"\w+"\s*,\s*(\d+)\s*,\s*(\d+)')
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


@dataclass(frozen=True, slots=True)
class ModemStatus:
    """`signal` is 0 to 100, None when unknown; `technology` is 2G, 3G, LTE or 5G, "" when unknown;
    `used` of `capacity` messages lie in the storage that receives."""

    registration: Registration
    technology: str
    signal: int | None
    operator: str
    used: int
    capacity: int

    @property
    def registered(self) -> bool:
        """Whether texts can go out and come in."""
        return self.registration.registered

    @property
    def storage_full(self) -> bool:
        """Whether the network must hold texts back."""
        return self.capacity > 0 and self.used >= self.capacity


class CommandRefused(TextbackError):
    """The modem answered a command about a stored message with an error."""


class Modem:
    """Owned by one thread, except `wake`. Any method may raise LinkDown: then close it."""

    def __init__(self, settings: ModemSettings, found: Found) -> None:
        self._settings = settings
        self._dialogue = found.dialogue
        self.port, self._usb_id = found.path, found.usb_id
        self._data = generic_model()
        self._indications = ""
        self._storages: tuple[str, ...] = ()
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
        self._storages = info.storages
        self._selected = ""
        self.imei = info.imei
        self.kept = self._sent_storage(info)
        self.keeps_status = info.data.keeps_status if self.kept else False
        self._indications = self._told("AT+CNMI?", _INDICATIONS)
        return replace(info, own_number=self._settings.number or info.own_number)

    def restart(self) -> None:
        """AT+CFUN=1,1: the modem starts anew, and its port may vanish meanwhile: close it then."""
        self._dialogue.write_blindly("AT+CFUN=1,1")

    def has_forgotten(self) -> bool:
        """Whether it restarted by itself, so that it must be brought up again to tell of texts."""
        return self._told("AT+CNMI?", _INDICATIONS) != self._indications

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
        lines = self._dialogue.wait(timeout)
        events = [event for line in lines if (event := self._event(line)) is not None]
        if self._calls.must_hang_up:
            self._calls.must_hang_up = False
            self._hang_up()
        return events

    def wake(self) -> None:
        """Ends the `wait` that runs, or else the next one; from any thread."""
        self._dialogue.wake()

    def stored(self) -> list[Stored]:
        """Every message from the network in every storage, unreadable ones too."""
        return [stored for storage in self._storages for stored in self._listed(storage)]

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
        if self._select(place.storage):
            self._check(self._ask(f"AT+CMGD={place.index}"))

    def status(self) -> ModemStatus:
        """What the network and the storage are like now."""
        answers = [self._ask(f"AT+{name}?", REGISTRATION).first for name in _REGISTRATIONS]
        operator = _OPERATOR.match(self._ask("AT+COPS?", _OPERATOR).first)
        counts = _COUNT.findall(self._told("AT+CPMS?", _COUNTS))
        used, capacity = counts[-1] if counts else (0, 0)
        access = generation(int(operator[2])) if operator and operator[2] else ""
        return ModemStatus(
            registration=registration(answers),
            technology=access or access_of(answers),
            signal=self._signal(),
            operator=operator[1] if operator else "",
            used=int(used),
            capacity=int(capacity),
        )

    def close(self) -> None:
        """Gives the port back; never fails."""
        self._dialogue.close()

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

    def _event(self, line: Line) -> Incoming | None:
        return message_event(line) or self._calls.feed(line, time.monotonic())

    def _hang_up(self) -> None:
        with contextlib.suppress(LinkDown):  # what was heard is told first; the next call raises it
            any(self._ask(command).ok for command in self._data.hang_up)

    def _signal(self) -> int | None:
        """LTE modems may know it by AT+CESQ only (3GPP TS 27.007, 8.5 and 8.69)."""
        for text, pattern, strongest in _SIGNALS:
            level = int(self._told(text, pattern) or strongest + 1)
            if level <= strongest:
                return level * 100 // strongest
        return None

    def _listed(self, storage: str) -> list[Stored]:
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

    def _told(self, text: str, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._ask(text, pattern).first)
        return match[1] if match else ""

    def _ask(
        self, text: str, answer: re.Pattern[str] | None = None, *, with_pdu: bool = False
    ) -> Answer:
        command = Command(text, answer, with_pdu=with_pdu)
        return self._dialogue.ask(command, self._settings.command_timeout)


def _stored(place: Place, line: Line) -> Stored:
    if line.pdu is None:
        return Stored(place, "", Unreadable("", "the modem told no PDU"))
    return Stored(place, line.pdu, read_incoming(line.pdu))
