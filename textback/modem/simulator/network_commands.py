"""Commands of the simulated modem about its network (3GPP TS 27.007, clauses 7 and 8)."""

from textback.modem.simulator import charset
from textback.modem.simulator.firmware import REGISTRATIONS, Firmware, Handler
from textback.modem.simulator.grammar import Call
from textback.modem.simulator.results import NO_NETWORK, CmsError, CommandError

_FORMAT_ONLY = 3
_NO_SIGNAL = 99
_FUNCTIONALITIES = (0, 1, 4)
_USSD_SECONDS = 0.2


def network_commands() -> dict[str, Handler]:
    """Registration, operator, signal, radio, USSD."""
    table: dict[str, Handler] = dict.fromkeys(REGISTRATIONS, _registration)
    return table | {
        "+CFUN": _functionality,
        "+CGACT": _contexts_active,
        "+CGATT": _attached,
        "+COPS": _operator,
        "+CSQ": _signal,
        "+CUSD": _unstructured_data,
        "+CESQ": lambda *_: ["+CESQ: 99,99,255,255,20,50"],
    }


def _registration(modem: Firmware, call: Call) -> list[str]:
    if call.kind == "=?":
        return [f"{call.name}: (0-2)"]
    if call.kind == "=":
        mode = call.number(0, 0)
        if mode not in (0, 1, 2):
            raise CommandError
        modem.settings[call.name] = str(mode)
        return []
    mode = int(modem.settings[call.name])
    return [f"{call.name}: {mode},{modem.registration(call.name, mode)}"]


def _functionality(modem: Firmware, call: Call) -> list[str]:
    if call.kind == "=?":
        return ["+CFUN: (0,1,4),(0,1)"]
    if call.kind == "?":
        return [f"+CFUN: {modem.functionality}"]
    level = call.number(0, 1)
    if level not in _FUNCTIONALITIES or call.number(1, 0) not in (0, 1):
        raise CommandError
    if call.number(1, 0) == 1:
        modem.later(0, modem.on_restart)
    elif level != modem.functionality:
        modem.functionality = level
        modem.later(0, modem.registration_changed)
    return []


def _attached(modem: Firmware, call: Call) -> list[str]:
    if call.kind == "=?":
        return ["+CGATT: (0,1)"]
    return [f"+CGATT: {int(modem.registered)}"] if call.kind == "?" else []


def _contexts_active(modem: Firmware, call: Call) -> list[str]:
    if call.kind == "=?":
        return ["+CGACT: (0,1)"]
    return [f"+CGACT: 1,{int(modem.registered)}"] if call.kind == "?" else []


def _operator(modem: Firmware, call: Call) -> list[str]:
    mode, _, form = modem.settings["+COPS"].partition(",")
    if call.kind == "=?":
        return [_operators(modem)]
    if call.kind == "=":
        _choose_operator(modem, call, form)
        return []
    if not modem.registered:
        return [f"+COPS: {mode}"]
    name = modem.identity.operator_code if form == "2" else _name(modem)
    return [f'+COPS: {mode},{form or 0},"{name}",{modem.model.access_technology}']


def _choose_operator(modem: Firmware, call: Call, form: str) -> None:
    mode = call.number(0)
    if mode == _FORMAT_ONLY:
        form = str(call.number(1))
        mode = int(modem.settings["+COPS"].partition(",")[0])
    elif mode not in (0, 1, 2, 4):
        raise CommandError
    modem.settings["+COPS"] = f"{mode},{form}"
    modem.later(0, modem.registration_changed)


def _operators(modem: Firmware) -> str:
    code, act = modem.identity.operator_code, modem.model.access_technology
    return f'+COPS: (2,"{_name(modem)}","{_name(modem)}","{code}",{act}),,(0-4),(0-2)'


def _name(modem: Firmware) -> str:
    return charset.show(modem.identity.operator, modem.settings["+CSCS"])


def _signal(modem: Firmware, call: Call) -> list[str]:
    if call.kind == "=?":
        return ["+CSQ: (0-31,99),(0-7,99)"]
    covered = modem.subscriber.covered and modem.functionality == 1
    return [f"+CSQ: {21 if covered else _NO_SIGNAL},99"]


def _unstructured_data(modem: Firmware, call: Call) -> list[str]:
    if call.kind == "=?":
        return ["+CUSD: (0-2)"]
    if call.kind == "?":
        return ["+CUSD: 0"]
    if call.text(1):
        if not modem.registered:
            raise CmsError(NO_NETWORK)
        answer = charset.show("Your balance is 12.34", modem.settings["+CSCS"])
        modem.later(_USSD_SECONDS, lambda: modem.announce(f'+CUSD: 0,"{answer}",15'))
    return []
