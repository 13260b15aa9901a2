"""From an open port to a modem that can send and receive."""

import re
import time
from dataclasses import dataclass, field

from textback.core.errors import AccessRefused, LinkDown
from textback.modem.dialogue import Dialogue
from textback.modem.refusals import error_code, refusal
from textback.modem.sorter import Answer, Command

_ANY = re.compile(r"(?!RING|RDY|Call Ready|SMS Ready|NO CARRIER|[+^*%$])")
_NUMERIC = re.compile(r"(?:\+CGSN:\s*)?\"?(\d{14,17})")
_PREFERRED_STORAGES = ("SM", "ME", "MT")
_INDICATIONS = ("2,1,0,2,0", "2,1,0,1,0", "2,1,0,0,0", "1,1,0,0,0", "2,1")
_USABLE = ("READY", "SIM PIN2", "SIM PUK2")  # texts do not need the second PIN
_SIM_BUSY = 14
_SIM_ATTEMPTS = 5
_OPTIONAL = (
    "AT+CFUN=1",
    "AT+CMMS=2",  # keep the link open between the parts of a text
    "AT+CLIP=1",
    "AT+CRC=0",
    "AT+CREG=0",
    "AT+CEREG=0",
)


@dataclass(frozen=True, slots=True)
class ModemInfo:
    """Who the modem is, and what it can do; "" is what it does not tell."""

    manufacturer: str
    model: str
    imei: str
    own_number: str = field(repr=False)
    storages: tuple[str, ...]
    status_reports: bool


class PinGuard:
    """Remembers the PINs that a SIM did not take; three wrong ones lock it.

    Keep one for as long as the program runs, over all reconnections.
    """

    def __init__(self) -> None:
        self._spent: set[str] = set()

    def spend(self, pin: str) -> None:
        """Call before a PIN is tried. Raises AccessRefused when it was tried in vain before."""
        if pin in self._spent:
            raise AccessRefused("the SIM did not take the configured PIN; it is not tried again")
        self._spent.add(pin)

    def accepted(self, pin: str) -> None:
        """The SIM took it, so it may be tried again when the modem restarts."""
        self._spent.discard(pin)


def bring_up(dialogue: Dialogue, pin: str | None, guard: PinGuard, timeout: float) -> ModemInfo:
    """Raises LinkDown when the modem cannot serve, AccessRefused when its SIM is locked."""
    start = _BringUp(dialogue, timeout)
    dialogue.resynchronise()
    for text in ("ATZ", "ATE0", "AT+CMEE=1"):
        start.optional(text)
    start.unlock(pin, guard)
    for text in _OPTIONAL:
        start.optional(text)
    start.needed("AT+CMGF=0")
    storages = start.choose_storages()
    return ModemInfo(
        manufacturer=start.told("AT+CGMI", _ANY),
        model=start.told("AT+CGMM", _ANY),
        imei=start.told("AT+CGSN", _NUMERIC),
        own_number=start.own_number(),
        storages=storages,
        status_reports=start.choose_indications(),
    )


class _BringUp:
    def __init__(self, dialogue: Dialogue, timeout: float) -> None:
        self._dialogue = dialogue
        self._timeout = timeout

    def ask(self, text: str, answer: re.Pattern[str] | None = None) -> Answer:
        return self._dialogue.ask(Command(text, answer), self._timeout)

    def optional(self, text: str) -> bool:
        return self.ask(text).ok

    def needed(self, text: str) -> None:
        answer = self.ask(text)
        if not answer.ok:
            raise LinkDown(f"the modem refused {text}: {refusal(answer.final)}")

    def told(self, text: str, pattern: re.Pattern[str]) -> str:
        answer = self.ask(text, pattern)
        match = pattern.match(answer.first)
        return match[1] if match and match.re.groups else answer.first

    def unlock(self, pin: str | None, guard: PinGuard) -> None:
        state = self._sim_state()
        if state == "SIM PIN":
            self._enter_pin(pin, guard)
        elif state not in _USABLE:
            raise AccessRefused(f"the SIM is locked: it asks for {state}")

    def own_number(self) -> str:
        pattern = re.compile(r'\+CNUM:\s*(?:"[^"]*")?\s*,\s*"([^"]*)"')
        return self.told("AT+CNUM", pattern)

    def choose_storages(self) -> tuple[str, ...]:
        answer = self.ask("AT+CPMS=?", re.compile(r"\+CPMS:"))
        lists = re.findall(r"\(([^)]*)\)", answer.first)
        readable = re.findall(r'"(\w+)"', lists[0]) if lists else []
        known = tuple(name for name in _PREFERRED_STORAGES if name in readable) or ("SM",)
        chosen = known[0]
        triple = f'AT+CPMS="{chosen}","{chosen}","{chosen}"'
        if not self.optional(triple):
            self.needed(f'AT+CPMS="{chosen}"')
        # MT is SM and ME together: looking through it as well would see everything twice.
        return known if known == ("MT",) else tuple(name for name in known if name != "MT")

    def choose_indications(self) -> bool:
        """Whether status reports will come. Raises LinkDown when no texts would be announced."""
        for values in _INDICATIONS:
            if self.optional(f"AT+CNMI={values}"):
                return values.count(",") > 2 and values.split(",")[3] != "0"
        raise LinkDown("the modem refused every AT+CNMI: it would not tell of incoming texts")

    def _sim_state(self) -> str:
        pattern = re.compile(r"\+CPIN:\s*(.+)")
        for _ in range(_SIM_ATTEMPTS):
            answer = self.ask("AT+CPIN?", pattern)
            if answer.ok:
                match = pattern.match(answer.first)
                return match[1].strip().strip('"') if match else "READY"
            if error_code(answer.final) != _SIM_BUSY:
                break
            time.sleep(1.0)
        raise LinkDown(f"the modem cannot use its SIM: {refusal(answer.final)}")

    def _enter_pin(self, pin: str | None, guard: PinGuard) -> None:
        if not pin:
            raise AccessRefused("the SIM asks for its PIN, and none is configured")
        if not re.fullmatch(r"[0-9]{4,8}", pin):
            raise AccessRefused("the configured PIN is not of 4 to 8 digits")
        guard.spend(pin)
        answer = self._dialogue.ask(Command(f'AT+CPIN="{pin}"', secret=True), self._timeout)
        if not answer.ok:
            raise AccessRefused(f"the SIM did not take the configured PIN: {answer.final}")
        guard.accepted(pin)
