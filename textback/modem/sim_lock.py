"""Opening a SIM that asks for its PIN, without ever locking it (3GPP TS 27.007, 8.3 and 8.65)."""

import re
import time

from textback.core.errors import AccessRefused, LinkDown
from textback.modem.asking import Asking
from textback.modem.model import ModemModel
from textback.modem.refusals import error_code, refusal
from textback.modem.sorter import Command

_USABLE = ("READY", "SIM PIN2", "SIM PUK2")  # texts do not need the second PIN
_NO_SIM, _SIM_BUSY = 10, 14
_BUSY_ATTEMPTS = 5
_STATE = re.compile(r"\+CPIN:\s*(.+)")
_NAME = re.compile(r"AT([+^]\w+)")
_ATTEMPTS = re.compile(r'[+^]\w+:\s*(?:"?(?:SIM PIN|SC)"?\s*,\s*)?(\d{1,2})\b')
_TOLD_ICCID = re.compile(r'[+^]\w*CCID:|\+CRSM:|"?\d{18,20}')  # many tell the bare number
_ICCID = re.compile(r'(?:[+^]\w+:\s*)?"?(\d{18,20}F?)\b')
_EF_ICCID = re.compile(r'\+CRSM:\s*144\s*,\s*0\s*,\s*"?((?:[0-9A-Fa-f]{2}){10})')
_WANTS = {
    "SIM PUK": "its PUK: put it into a phone, enter the PUK that came with the SIM and a new PIN, "
    "then set that PIN here",
    "PH-NET PIN": "the code of a network lock: the modem takes SIMs of one operator only",
    "PH-SIM PIN": "the code of a SIM lock: the modem takes one SIM only",
}


class PinGuard:
    """Remembers the PINs that a SIM did not take; three wrong ones lock it.

    This one remembers for as long as it lives. `sim` is an ICCID, or an IMEI where that is all
    there is.
    """

    def __init__(self) -> None:
        self._spent: set[tuple[str, str]] = set()

    def is_spent(self, sim: str, pin: str) -> bool:
        """Whether this PIN was tried on this SIM, and is not known to have opened it."""
        return (sim, pin) in self._spent

    def spend(self, sim: str, pin: str) -> None:
        """Remember, before it is tried, that a PIN is tried."""
        self._spent.add((sim, pin))

    def opened(self, sim: str) -> None:
        """The SIM is open, so it has all its attempts again."""
        self._spent = {spent for spent in self._spent if spent[0] != sim}


def read_iccid(asking: Asking, model: ModemModel) -> str:
    """The SIM's own number, as it is printed on it; "" when the modem does not tell."""
    for text in model.iccid:
        line = asking.ask(text, _TOLD_ICCID).first
        if stored := _EF_ICCID.match(line):  # each octet has its two digits swapped (TS 31.102)
            return "".join(octet[::-1] for octet in re.findall("..", stored[1])).rstrip("Ff")
        if printed := _ICCID.match(line):
            return printed[1].rstrip("F")
    return ""


def unlock(asking: Asking, model: ModemModel, pin: str | None, sim: str, guard: PinGuard) -> None:
    """Opens the SIM; a PIN is tried once, and never with the last attempt.

    Raises AccessRefused when a person must see to it, LinkDown when the SIM cannot be used.
    """
    state = _state(asking)
    if state == "SIM PIN":
        _enter_pin(asking, model, pin, sim, guard)
    elif state not in _USABLE:
        raise AccessRefused(f"the SIM is locked: it asks for {_WANTS.get(state, state)}")


def _state(asking: Asking) -> str:
    for _ in range(_BUSY_ATTEMPTS):
        answer = asking.ask("AT+CPIN?", _STATE)
        if answer.ok:
            match = _STATE.match(answer.first)
            return match[1].strip().strip('"') if match else "READY"
        if error_code(answer.final) == _NO_SIM:
            raise LinkDown("there is no SIM in the modem")
        if error_code(answer.final) != _SIM_BUSY:
            break
        time.sleep(1.0)
    raise LinkDown(f"the modem cannot use its SIM: {refusal(answer.final)}")


def _enter_pin(
    asking: Asking, model: ModemModel, pin: str | None, sim: str, guard: PinGuard
) -> None:
    if not pin:
        raise AccessRefused("the SIM asks for its PIN, and none is configured")
    if not re.fullmatch(r"[0-9]{4,8}", pin):
        raise AccessRefused("the configured PIN is not of 4 to 8 digits")
    if guard.is_spent(sim, pin):
        raise AccessRefused("the SIM did not take the configured PIN; it is not tried again")
    left = _attempts_left(asking, model)
    if left is not None and left <= 1:
        raise AccessRefused(
            f"the SIM has {left} attempt(s) at its PIN left, which textback does not use: "
            "put it into a phone and enter its PIN there"
        )
    guard.spend(sim, pin)
    answer = asking.command(Command(f'AT+CPIN="{pin}"', secret=True))
    if not answer.ok:
        raise AccessRefused(f"the SIM did not take the configured PIN: {answer.final}")


def _attempts_left(asking: Asking, model: ModemModel) -> int | None:
    for text in model.pin_attempts:
        name = _NAME.match(text)
        answer = asking.ask(text, re.compile(re.escape(f"{name[1] if name else text}:")))
        for line in answer.lines:
            if left := _ATTEMPTS.match(line.text):
                return int(left[1])
    return None
