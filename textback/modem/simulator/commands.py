"""All commands of the simulated modem; here those of the modem alone, without SIM and network."""

from textback.modem.simulator import charset
from textback.modem.simulator.firmware import Firmware, Handler
from textback.modem.simulator.grammar import Call
from textback.modem.simulator.network_commands import network_commands
from textback.modem.simulator.personality import Personality
from textback.modem.simulator.results import CommandError, NoCarrier
from textback.modem.simulator.settings import ALLOWED, SETTINGS, Setting
from textback.modem.simulator.sim_commands import sim_commands
from textback.modem.simulator.sms_commands import sms_commands

_IDENTITY = {
    ("+CGMI", "+GMI"): "manufacturer",
    ("+CGMM", "+GMM"): "model",
    ("+CGMR", "+GMR"): "revision",
    ("+CGSN", "+GSN"): "imei",
}
_ALWAYS_OK = ("S", "X", "L", "M", "&C", "&D", "&K", "&S", "&W", "+CPOS", "+CPOSR", "+IPR", "+ICF")


def commands(model: Personality) -> dict[str, Handler]:
    """The table for a model: the standard's commands and its maker's own."""
    table: dict[str, Handler] = {name: _setting for name in (*SETTINGS, *model.settings)}
    table |= {name: _answer for name in model.answers}
    table |= dict.fromkeys(_ALWAYS_OK, _nothing)
    for names, attribute in _IDENTITY.items():
        table |= dict.fromkeys(names, _told(attribute))
    table |= {
        "Z": _reset,
        "&F": _reset,
        "A": _pick_up,
        "D": _dial,
        "H": _hang_up,
        "I": _identify,
        "+CHUP": _hang_up,
        "+CBC": lambda *_: ["+CBC: 0,100"],
        "+CCLK": lambda *_: ['+CCLK: "26/01/31,12:00:00+00"'],
        "+CGCAP": _nothing,
        "+CGDCONT": _contexts,
        "+CLAC": lambda modem, _: [f"AT{name}" for name in modem.command_names],
        "+CSCS": _character_set,
        "+CLCC": lambda modem, call: [] if call.kind == "=?" else modem.calls.listed,
        "+GCAP": lambda *_: ["+GCAP: +CGSM"],
    }
    if any(port.urcport for port in model.ports):
        table["+QURCCFG"] = _port_of_unsolicited_lines
    # E, V and Q belong to each port (see Session); AT+CLAC lists them all the same.
    table |= dict.fromkeys(("E", "V", "Q"), _nothing)
    return table | sim_commands() | network_commands() | sms_commands()


def _told(attribute: str) -> Handler:
    def tell(modem: Firmware, call: Call) -> list[str]:
        return [] if call.kind == "=?" else [str(getattr(modem.model, attribute))]

    return tell


def _identify(modem: Firmware, _call: Call) -> list[str]:
    model = modem.model
    return [model.manufacturer, model.model, f"Revision: {model.revision}", f"IMEI: {model.imei}"]


def _nothing(_modem: Firmware, _call: Call) -> list[str]:
    return []


def _reset(modem: Firmware, _call: Call) -> list[str]:
    modem.reset()
    return []


def _setting(modem: Firmware, call: Call) -> list[str]:
    setting = SETTINGS.get(call.name, Setting(""))
    if call.kind == "=?":
        return [f"{call.name}: {setting.choices}"] if setting.choices else []
    if call.kind == "?":
        value = modem.settings[call.name]
        return [f'{call.name}: "{value}"' if setting.quoted else f"{call.name}: {value}"]
    if call.kind == "=":
        value = ",".join(call.args)
        if value not in ALLOWED.get(call.name, {value}):
            raise CommandError
        modem.settings[call.name] = value
    return []


def _answer(modem: Firmware, call: Call) -> list[str]:
    if call.kind in ("=?", "="):
        return []
    return [f"{call.name}: {modem.model.answers[call.name]}"]


def _pick_up(modem: Firmware, _call: Call) -> list[str]:
    modem.calls.answer()
    return []


def _dial(_modem: Firmware, _call: Call) -> list[str]:
    raise NoCarrier


def _hang_up(modem: Firmware, call: Call) -> list[str]:
    if not call.kind:
        modem.calls.hang_up()
    return []


def _contexts(_modem: Firmware, call: Call) -> list[str]:
    if call.kind == "=?":
        return ['+CGDCONT: (1-16),"IP",,,(0-1),(0-1)']
    return ['+CGDCONT: 1,"IP","internet","",0,0'] if call.kind == "?" else []


def _port_of_unsolicited_lines(modem: Firmware, call: Call) -> list[str]:
    ports = [port for port in modem.model.ports if port.at]
    names = [port.urcport for port in ports if port.urcport]
    if call.kind == "=?":
        return [f'+QURCCFG: "urcport",({",".join(names)},all)']
    if call.kind == "=" and len(call.args) > 1:
        chosen = call.text(1)
        if chosen not in (*names, "all"):
            raise CommandError
        for port, session in zip(ports, modem.sessions, strict=False):
            session.announces = chosen in ("all", port.urcport)
        return []
    announcing = [p.urcport for p, s in zip(ports, modem.sessions, strict=False) if s.announces]
    shown = announcing[0] if len(announcing) == 1 else "all"
    return [f'+QURCCFG: "urcport","{shown}"']


def _character_set(modem: Firmware, call: Call) -> list[str]:
    if call.kind == "=?":
        return ["+CSCS: (" + ",".join(f'"{name}"' for name in charset.CHARSETS) + ")"]
    if call.kind == "?":
        return [f'+CSCS: "{modem.settings["+CSCS"]}"']
    if call.text(0) not in charset.CHARSETS:
        raise CommandError
    modem.settings["+CSCS"] = call.text(0)
    return []
