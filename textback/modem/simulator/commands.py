"""Commands of the simulated modem that have nothing to do with messages."""

from collections.abc import Callable

from textback.modem.simulator.firmware import Firmware, Handler
from textback.modem.simulator.grammar import Call
from textback.modem.simulator.results import (
    INCORRECT_PASSWORD,
    OPERATION_NOT_ALLOWED,
    SIM_PIN_REQUIRED,
    SIM_PUK_REQUIRED,
    CmeError,
    CommandError,
)

# Settings that are taken and shown again: the default, and what =? says of them.
_SETTINGS = {
    "+CAOC": ("0", "(0-2)"),
    "+CCWA": ("0", "(0,1)"),
    "+CCWE": ("0", "(0,1)"),
    "+CDIP": ("0", "(0,1)"),
    "+CFUN": ("1", "(0,1,4),(0,1)"),
    "+CGATT": ("1", "(0,1)"),
    "+CGEREP": ("0,0", "(0-2),(0,1)"),
    "+CGSMS": ("3", "(0-3)"),
    "+CLIP": ("0", "(0,1)"),
    "+CLVL": ("2", "(0-5)"),
    "+CMEE": ("0", "(0-2)"),
    "+CMMS": ("0", "(0-2)"),
    "+CMUT": ("0", "(0,1)"),
    "+CNAP": ("0", "(0,1)"),
    "+COLP": ("0", "(0,1)"),
    "+CPBS": ("SM", '("SM")'),
    "+CRC": ("0", "(0,1)"),
    "+CSCB": ("0", "(0,1)"),
    "+CSCS": ("IRA", '("GSM","IRA","HEX","UCS2")'),
    "+CSMP": ("17,167,0,0", ""),
    "+CSSN": ("0,0", "(0,1),(0,1)"),
    "+CUSD": ("0", "(0-2)"),
    "+CVHU": ("0", "(0-2)"),
    "+VTS": ("", "(0-9,*,#,A-D)"),
}
_QUOTED = {"+CPBS", "+CSCS"}
_REGISTERED, _SEARCHING = 1, 2


def general_commands() -> dict[str, Handler]:
    """Identity, SIM, registration, settings, calls."""
    table: dict[str, Handler] = {name: _setting for name in _SETTINGS}
    table |= dict.fromkeys(("+CREG", "+CEREG", "+CGREG"), _registration)
    table |= {
        "E": _echo,
        "Z": _reset,
        "&F": _reset,
        "A": _refused,
        "D": _refused,
        "H": _hang_up,
        "+CHUP": _hang_up,
        "I": lambda modem, _: [modem.identity.manufacturer, modem.identity.model],
        "+CBC": lambda *_: ["+CBC: 0,100"],
        "+CFUN": _functionality,
        "+CLCC": _nothing,
        "+CLCK": lambda *_: ['+CLCK: ("SC")'],
        "+CNUM": _own_number,
        "+COPS": _operator,
        "+CPIN": _pin,
        "+CPINR": _pin_attempts,
        "+CRSM": lambda *_: ["+CRSM: 148,4"],  # no such file on this SIM
        "+CSQ": lambda *_: ["+CSQ: 21,99"],
        "+GCAP": lambda *_: ["+GCAP: +CGSM"],
    }
    table |= dict.fromkeys(("V", "Q", "X", "S", "&C", "&D", "&W"), _nothing)
    for names, attribute in _IDENTITY.items():
        table |= dict.fromkeys(names, _told(attribute))
    return table | {"+CLAC": lambda modem, _: [f"AT{name}" for name in modem.command_names]}


_IDENTITY = {
    ("+CGMI", "+GMI"): "manufacturer",
    ("+CGMM", "+GMM"): "model",
    ("+CGMR", "+GMR"): "revision",
    ("+CGSN", "+GSN"): "imei",
    ("+CIMI",): "imsi",
}


def need_sim(modem: Firmware) -> None:
    """Raises what a modem says while its SIM is locked."""
    if modem.locked:
        raise CmeError(SIM_PIN_REQUIRED if modem.pin_attempts else SIM_PUK_REQUIRED)


def _told(attribute: str) -> Handler:
    def tell(modem: Firmware, call: Call) -> list[str]:
        return [] if call.kind == "=?" else [str(getattr(modem.identity, attribute))]

    return tell


def _nothing(_modem: Firmware, _call: Call) -> list[str]:
    return []


def _refused(_modem: Firmware, _call: Call) -> list[str]:
    raise CmeError(OPERATION_NOT_ALLOWED)


def _setting(modem: Firmware, call: Call) -> list[str]:
    default, choices = _SETTINGS[call.name]
    value = modem.settings.get(call.name, default)
    shown = f'"{value}"' if call.name in _QUOTED else value
    answers: dict[str, Callable[[], list[str]]] = {
        "?": lambda: [f"{call.name}: {shown}"],
        "=?": lambda: [f"{call.name}: {choices}"] if choices else [],
        "": list,
    }
    if call.kind in answers:
        return answers[call.kind]()
    if call.name == "+CMEE" and call.number(0) not in (0, 1, 2):
        raise CommandError
    modem.settings[call.name] = ",".join(call.args)
    return []


def _echo(modem: Firmware, call: Call) -> list[str]:
    modem.terminal.echo = call.text(0) == "1"
    return []


def _reset(modem: Firmware, _call: Call) -> list[str]:
    modem.reset()
    return []


def _functionality(modem: Firmware, call: Call) -> list[str]:
    if call.kind == "=" and call.text(1) == "1":
        modem.reset()
        return []
    return _setting(modem, call)


def _registration(modem: Firmware, call: Call) -> list[str]:
    if call.kind == "=?":
        return [f"{call.name}: (0-2)"]
    if call.kind == "=":
        modem.settings[call.name] = str(call.number(0))
        return []
    state = _REGISTERED if modem.network.registered and not modem.locked else _SEARCHING
    return [f"{call.name}: {modem.settings[call.name]},{state}"]


def _operator(modem: Firmware, call: Call) -> list[str]:
    if call.kind != "?":
        return []
    return [f'+COPS: 0,0,"{modem.identity.operator}"' if modem.network.registered else "+COPS: 0"]


def _own_number(modem: Firmware, call: Call) -> list[str]:
    need_sim(modem)
    return [] if call.kind else [f'+CNUM: "","{modem.identity.number}",145']


def _pin(modem: Firmware, call: Call) -> list[str]:
    if call.kind == "?":
        locked = "SIM PIN" if modem.pin_attempts else "SIM PUK"
        return [f"+CPIN: {locked if modem.locked else 'READY'}"]
    if call.kind == "=?":
        return []
    if not modem.locked:
        raise CmeError(OPERATION_NOT_ALLOWED)
    if not modem.pin_attempts:
        raise CmeError(SIM_PUK_REQUIRED)
    if call.text(0) != modem.pin:
        modem.pin_attempts -= 1
        raise CmeError(INCORRECT_PASSWORD if modem.pin_attempts else SIM_PUK_REQUIRED)
    modem.pin_attempts = 3
    modem.locked = False
    return []


def _pin_attempts(modem: Firmware, _call: Call) -> list[str]:
    return [f"+CPINR: SIM PIN,{modem.pin_attempts},3"]


def _hang_up(modem: Firmware, call: Call) -> list[str]:
    if call.kind:
        return []
    modem.hang_up()
    return []
