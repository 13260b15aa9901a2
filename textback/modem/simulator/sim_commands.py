"""Commands of the simulated modem about its SIM (3GPP TS 27.007, clauses 5 and 8)."""

from textback.modem.simulator import charset
from textback.modem.simulator.firmware import Firmware, Handler
from textback.modem.simulator.grammar import Call
from textback.modem.simulator.results import (
    INCORRECT_PASSWORD,
    NOT_FOUND,
    OPERATION_NOT_ALLOWED,
    CmeError,
    CommandError,
)

_READ_BINARY, _READ_RECORD, _GET_RESPONSE = 176, 178, 192
_NO_SUCH_FILE = "148,4"
_USIM = "A0000000871002FFFFFFFF8907010000"


def sim_commands() -> dict[str, Handler]:
    """PIN, files, phone book, own number."""
    return {
        "+CIMI": _identity,
        "+CNUM": _own_number,
        "+CPIN": _pin,
        "+CPINR": _pin_attempts,
        "+CLCK": _lock,
        "+CPWD": _change_pin,
        "+CRSM": _file("+CRSM", 0),
        "+CRLA": _file("+CRLA", 1),
        "+CUAD": lambda *_: [f"+CUAD: 61124F10{_USIM}"],
        "+CCHO": lambda _, call: ["+CCHO: 1"] if call.kind == "=" else [],
        "+CCHC": lambda *_: [],
        "+CPBR": _phone_book,
        "+CPBF": lambda *_: [],
        "+CPBW": _no_phone_book,
    }


def _identity(modem: Firmware, call: Call) -> list[str]:
    modem.sim.need()
    return [] if call.kind == "=?" else [modem.sim.imsi]


def _own_number(modem: Firmware, call: Call) -> list[str]:
    modem.sim.need()
    number = charset.show(modem.identity.number, modem.settings["+CSCS"])
    return [] if call.kind else [f'+CNUM: "","{number}",145']


def _pin(modem: Firmware, call: Call) -> list[str]:
    if call.kind == "?":
        return [f"+CPIN: {modem.sim.state()}"]
    if call.kind == "=":
        modem.sim.enter(call.text(0), call.text(1))
        modem.later(0, modem.registration_changed)
    return []


def _pin_attempts(modem: Firmware, call: Call) -> list[str]:
    if call.kind == "=?":
        return []
    rows = {
        "SIM PIN": f"+CPINR: SIM PIN,{modem.sim.pin_attempts},3",
        "SIM PUK": f"+CPINR: SIM PUK,{modem.sim.puk_attempts},10",
    }
    wanted = call.text(0).removesuffix("*")
    return [row for name, row in rows.items() if name.startswith(wanted)]


def _lock(modem: Firmware, call: Call) -> list[str]:
    if call.kind != "=":
        return ['+CLCK: ("SC")'] if call.kind == "=?" else []
    facility, mode, pin = call.text(0), call.number(1), call.text(2)
    if facility != "SC":
        raise CmeError(OPERATION_NOT_ALLOWED)
    modem.sim.need()
    if mode == 2:
        return [f"+CLCK: {int(modem.sim.pin is not None)}"]
    if modem.sim.pin not in (None, pin):
        raise CmeError(INCORRECT_PASSWORD)
    modem.sim.pin = pin if mode else None
    return []


def _change_pin(modem: Firmware, call: Call) -> list[str]:
    if call.kind != "=":
        return ['+CPWD: ("SC",8)'] if call.kind == "=?" else []
    modem.sim.need()
    if call.text(0) != "SC" or call.text(1) != modem.sim.pin:
        raise CmeError(INCORRECT_PASSWORD)
    modem.sim.pin = call.text(2)
    return []


def _file(name: str, skipped: int) -> Handler:
    """AT+CRSM, and AT+CRLA with a session's number before the same arguments."""

    def access(modem: Firmware, call: Call) -> list[str]:
        if call.kind != "=":
            return []
        modem.sim.need()
        instruction, identifier = call.number(skipped), call.number(skipped + 1)
        contents = modem.sim.file(identifier)
        if contents is None:
            return [f"{name}: {_NO_SUCH_FILE}"]
        if instruction == _GET_RESPONSE:
            shape = f"0000{len(contents):04X}{identifier:04X}04000FFF44010200"
            return [f"{name}: 144,0,{shape}00"]
        if instruction not in (_READ_BINARY, _READ_RECORD):
            raise CommandError
        start, length = call.number(skipped + 2, 0), call.number(skipped + 4, 0)
        start = start if instruction == _READ_BINARY else 0
        read = contents[start : start + length] if length else contents[start:]
        return [f'{name}: 144,0,"{read.hex().upper()}"']

    return access


def _phone_book(modem: Firmware, call: Call) -> list[str]:
    modem.sim.need()
    if call.kind == "=?":
        return ["+CPBR: (1-250),40,24"]
    raise CmeError(NOT_FOUND)


def _no_phone_book(modem: Firmware, call: Call) -> list[str]:
    modem.sim.need()
    if call.kind == "=?":
        return ["+CPBW: (1-250),40,(129,145),24"]
    raise CmeError(OPERATION_NOT_ALLOWED)
