"""Commands that say how a simulated modem handles messages (3GPP TS 27.005, clause 3)."""

from textback.modem.simulator import charset
from textback.modem.simulator.firmware import Firmware, Handler
from textback.modem.simulator.grammar import Call
from textback.modem.simulator.results import INVALID_TEXT_PARAMETER, CmsError, CommandError


def settings_commands() -> dict[str, Handler]:
    """Storages, indications, service, service centre, text-mode parameters."""
    return {
        "+CNMI": _indications,
        "+CPMS": _storages,
        "+CSCA": _service_centre,
        "+CSMP": _text_parameters,
        "+CSMS": _service,
    }


def _service(modem: Firmware, call: Call) -> list[str]:
    if call.kind == "=?":
        return [f"+CSMS: ({','.join(map(str, modem.model.csms))})"]
    if call.kind == "?":
        return [f"+CSMS: {modem.routing.service},1,1,1"]
    service = call.number(0)
    if service not in modem.model.csms:
        raise CmsError(INVALID_TEXT_PARAMETER)
    modem.routing.service = service
    return ["+CSMS: 1,1,1"]


def _service_centre(modem: Firmware, call: Call) -> list[str]:
    characters = modem.settings["+CSCS"]
    if call.kind == "?":
        kind = 145 if modem.smsc.startswith("+") else 129
        return [f'+CSCA: "{charset.show(modem.smsc, characters)}",{kind}']
    if call.kind == "=":
        try:
            number = charset.read(call.text(0), characters)
        except ValueError:
            raise CmsError(INVALID_TEXT_PARAMETER) from None
        plus = "+" if call.number(1, 0) == 145 and not number.startswith("+") else ""
        modem.smsc = plus + number
    return []


def _text_parameters(modem: Firmware, call: Call) -> list[str]:
    if call.kind == "=?":
        return []
    values = modem.settings["+CSMP"].split(",")
    if call.kind == "?":
        return [f"+CSMP: {','.join(values)}"]
    for place, value in enumerate(call.args[:4]):
        if value and not 0 <= call.number(place) <= 255:
            raise CmsError(INVALID_TEXT_PARAMETER)
        values[place] = value or values[place]
    modem.settings["+CSMP"] = ",".join(values)
    return []


def _indications(modem: Firmware, call: Call) -> list[str]:
    choices = modem.model.cnmi
    if call.kind == "=?":
        return ["+CNMI: " + ",".join(f"({','.join(map(str, values))})" for values in choices)]
    if call.kind == "?":
        return ["+CNMI: " + ",".join(map(str, modem.routing.indications))]
    mode, texts, broadcasts, reports, buffer = (
        call.number(place, value) for place, value in enumerate(modem.routing.indications)
    )
    wanted = (mode, texts, broadcasts, reports, buffer)
    if any(value not in known for value, known in zip(wanted, choices, strict=True)):
        raise CmsError(INVALID_TEXT_PARAMETER)
    modem.routing.indicate(wanted)
    return []


def _storages(modem: Firmware, call: Call) -> list[str]:
    known, routing = modem.model.memories, modem.routing
    if call.kind == "=?":
        shown = ("(" + ",".join(f'"{name}"' for name in names) + ")" for names in known)
        return ["+CPMS: " + ",".join(shown)]
    if call.kind == "?":
        memories = ((name, routing.memories[name]) for name in routing.chosen)
        counts = (f'"{name}",{len(memory.slots)},{memory.capacity}' for name, memory in memories)
        return ["+CPMS: " + ",".join(counts)]
    chosen = [name or now for name, now in zip(call.args, routing.chosen, strict=False)]
    if not call.args or len(call.args) > 3:
        raise CommandError
    if any(name not in names for name, names in zip(chosen, known, strict=False)):
        raise CmsError(INVALID_TEXT_PARAMETER)
    routing.chosen[: len(chosen)] = chosen
    used = (routing.memory(purpose) for purpose in range(3))
    return ["+CPMS: " + ",".join(f"{len(memory.slots)},{memory.capacity}" for memory in used)]
