"""Texts sent from the modem's own storage, which remembers of each whether it left.

A text is written there (AT+CMGW: <stat> STO UNSENT), then sent from there (AT+CMSS: STO SENT; 3GPP
TS 27.005, 3.5.3 and 3.5.4). Whoever dies in between can look it up afterwards.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from textback.core.errors import LinkDown, SendUnconfirmed, TextbackError
from textback.modem.dialogue import Dialogue
from textback.modem.events import Place
from textback.modem.pdu import SubmitPdu, encode_submit
from textback.modem.refusals import refusal
from textback.modem.sorter import Answer, Command

_WRITTEN = re.compile(r"\+CMGW:\s*(\d+)")
_SENT = re.compile(r"\+CMSS:\s*(\d+)")
_READ = re.compile(r"\+CMGR:\s*(\d)\s*,")
_LISTED = re.compile(r"\+CMGL:\s*(\d+)\s*,\s*(\d)\s*,")
_UNSENT_STATE, _SENT_STATE = "2", "3"
_PROBE = encode_submit("+12025550100", "textback: does this modem keep texts?", reference=0)[0]


class NotStored(TextbackError):
    """The modem's storage does not take the text."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A text of ours in the storage."""

    place: Place
    sent: bool
    pdu: str = field(repr=False)


class SentStorage:
    """Every method may raise LinkDown. `select` makes a storage the one that is read."""

    def __init__(
        self,
        dialogue: Dialogue,
        storage: str,
        select: Callable[[str], bool],
        *,
        prompt_timeout: float,
        command_timeout: float,
        send_timeout: float,
    ) -> None:
        self._dialogue = dialogue
        self._storage = storage
        self._select = select
        self._prompt_timeout = prompt_timeout
        self._command_timeout = command_timeout
        self._send_timeout = send_timeout

    def works(self) -> bool:
        """Whether what is written here can be read again as not sent."""
        try:
            place = self.store(_PROBE)
        except NotStored:
            return False
        found = self.look(place)
        self._ask(Command(f"AT+CMGD={place.index}"))
        return found is not None and not found.sent and same_submit(found.pdu, _PROBE.hex)

    def store(self, pdu: SubmitPdu) -> Place:
        """Write one part; nothing leaves. Raises NotStored."""
        command = Command(f"AT+CMGW={pdu.length}", _WRITTEN, needs_answer=True)
        try:
            answer = self._dialogue.hand_over(
                command, pdu.hex, prompt_timeout=self._prompt_timeout, timeout=self._command_timeout
            )
        except SendUnconfirmed as error:
            raise LinkDown(f"no answer to AT+CMGW: {error}") from error
        written = _WRITTEN.match(answer.first)
        if written is None:
            raise NotStored(f"the modem said {answer.final}")
        return Place(self._storage, int(written[1]))

    def send(self, place: Place) -> int:
        """Send what is stored there; its TP-MR.

        Raises SendDeferred, SendRefused, and SendUnconfirmed when no answer came.
        """
        command = Command(f"AT+CMSS={place.index}", _SENT, needs_answer=True)
        try:
            answer = self._dialogue.ask(command, self._send_timeout)
        except LinkDown as error:
            raise SendUnconfirmed(f"AT+CMSS was told, then {error}") from error
        sent = _SENT.match(answer.first)
        if sent:
            return int(sent[1]) % 256
        raise refusal(answer.final)

    def look(self, place: Place) -> Kept | None:
        """The text at `place`, None when none of ours is there (any more)."""
        if not self._select(place.storage):
            return None
        answer = self._ask(Command(f"AT+CMGR={place.index}", _READ, with_pdu=True))
        header = _READ.match(answer.first)
        pdu = answer.lines[0].pdu if header else None
        if header is None or pdu is None or header[1] not in (_UNSENT_STATE, _SENT_STATE):
            return None
        return Kept(place, header[1] == _SENT_STATE, pdu)

    def leftovers(self) -> list[Kept]:
        """Every text that was written here to be sent."""
        if not self._select(self._storage):
            return []
        found: list[Kept] = []
        for line in self._ask(Command("AT+CMGL=4", _LISTED, with_pdu=True)).lines:
            header = _LISTED.match(line.text)
            if header and line.pdu and header[2] in (_UNSENT_STATE, _SENT_STATE):
                place = Place(self._storage, int(header[1]))
                found.append(Kept(place, header[2] == _SENT_STATE, line.pdu))
        return found

    def _ask(self, command: Command) -> Answer:
        return self._dialogue.ask(command, self._command_timeout)


def is_probe(pdu: str) -> bool:
    """Whether this is what SentStorage.works writes."""
    return same_submit(pdu, _PROBE.hex)


def same_submit(one: str, other: str) -> bool:
    """Whether two SUBMITs are the same text, whatever service centre and TP-MR a modem put in."""
    return _bare(one) == _bare(other)


def _bare(pdu: str) -> tuple[str, str]:
    after_service_centre = 2 + 2 * int(pdu[:2], 16)
    tpdu = pdu[after_service_centre:].upper()
    return tpdu[:2], tpdu[4:]
