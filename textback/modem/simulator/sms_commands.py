"""The message commands of the simulated modem (3GPP TS 27.005)."""

from textback.modem.pdu import PduError, decode_submit
from textback.modem.simulator.commands import need_sim
from textback.modem.simulator.firmware import Entry, Firmware, Handler
from textback.modem.simulator.grammar import Call
from textback.modem.simulator.results import (
    INVALID_PDU_PARAMETER,
    NO_NETWORK,
    CmsError,
    CommandError,
)
from textback.modem.simulator.storage import Slot, Stat, Storage

_ALL = 4  # the state AT+CMGL asks for to see every message


def sms_commands() -> dict[str, Handler]:
    """Sending, reading and deleting, in PDU mode."""
    table: dict[str, Handler] = {
        "+CMGD": _delete,
        "+CMGF": _format,
        "+CMGL": _list,
        "+CMGR": _read,
        "+CMGS": _send,
        "+CMGW": _write,
        "+CMSS": _send_stored,
        "+CNMA": lambda *_: [],
        "+CNMI": _indications,
        "+CPMS": _storages,
        "+CSCA": _service_centre,
        "+CSMS": _service,
    }
    return {name: _with_sim(handler) for name, handler in table.items()}


def _with_sim(handler: Handler) -> Handler:
    def run(modem: Firmware, call: Call) -> list[str] | Entry:
        need_sim(modem)
        return handler(modem, call)

    return run


def _format(_modem: Firmware, call: Call) -> list[str]:
    if call.kind == "=?":
        return ["+CMGF: (0)"]
    if call.kind == "?":
        return ["+CMGF: 0"]
    if call.number(0, 0) != 0:
        raise CommandError
    return []


def _service(_modem: Firmware, call: Call) -> list[str]:
    return {"=?": ["+CSMS: (0)"], "?": ["+CSMS: 0,1,1,1"]}.get(call.kind, ["+CSMS: 1,1,1"])


def _service_centre(modem: Firmware, call: Call) -> list[str]:
    return [f'+CSCA: "{modem.identity.smsc}",145'] if call.kind == "?" else []


def _indications(modem: Firmware, call: Call) -> list[str]:
    if call.kind == "=?":
        return ["+CNMI: (0,1,2,3),(0,1,2),(0,2),(0,1,2),(0,1)"]
    if call.kind == "?":
        return ["+CNMI: " + ",".join(map(str, modem.indications))]
    mode, texts, broadcasts, reports, buffer = (
        call.number(index, value) for index, value in enumerate(modem.indications)
    )
    if mode > 3 or texts > 2 or broadcasts > 2 or reports > 2 or buffer > 1:
        raise CommandError
    modem.indications = (mode, texts, broadcasts, reports, buffer)
    return []


def _storages(modem: Firmware, call: Call) -> list[str]:
    if call.kind == "=?":
        names = ",".join(f'"{name}"' for name in modem.storages)
        return [f"+CPMS: ({names}),({names}),({names})"]
    counts = [(name, modem.storages[name]) for name in modem.memories]
    if call.kind == "?":
        shown = (f'"{name}",{len(storage.slots)},{storage.capacity}' for name, storage in counts)
        return ["+CPMS: " + ",".join(shown)]
    if not call.args or len(call.args) > 3 or not set(call.args) <= modem.storages.keys():
        raise CommandError
    modem.memories[: len(call.args)] = call.args
    used = (modem.storages[name] for name in modem.memories)
    return ["+CPMS: " + ",".join(f"{len(storage.slots)},{storage.capacity}" for storage in used)]


def _reading(modem: Firmware) -> Storage:
    return modem.storages[modem.memories[0]]


def _show(slot: Slot) -> tuple[str, str]:
    return f"{slot.stat},,{slot.length}", slot.pdu.hex().upper()


def _list(modem: Firmware, call: Call) -> list[str]:
    if call.kind == "=?":
        return ["+CMGL: (0-4)"]
    wanted = call.number(0, Stat.UNREAD)
    lines: list[str] = []
    for index, slot in sorted(_reading(modem).slots.items()):
        if wanted in (slot.stat, _ALL):
            header, pdu = _show(slot)
            lines += [f"+CMGL: {index},{header}", pdu]
            _mark_read(slot)
    return lines


def _read(modem: Firmware, call: Call) -> list[str]:
    if call.kind == "=?":
        return []
    slot = _reading(modem).slot(call.number(0))
    header, pdu = _show(slot)
    _mark_read(slot)
    return [f"+CMGR: {header}", pdu]


def _mark_read(slot: Slot) -> None:
    if slot.stat is Stat.UNREAD:
        slot.stat = Stat.READ


def _delete(modem: Firmware, call: Call) -> list[str]:
    storage = _reading(modem)
    if call.kind == "=?":
        return [f"+CMGD: ({','.join(map(str, sorted(storage.slots)))}),(0-4)"]
    storage.delete(call.number(0), call.number(1, 0))
    return []


def _send(modem: Firmware, call: Call) -> list[str] | Entry:
    if call.kind == "=?":
        return []
    length = call.number(0)

    def finish(body: str) -> list[str]:
        return [f"+CMGS: {_submit(modem, _checked(body, length))}"]

    return Entry(finish, modem.seconds_per_part, is_send=True)


def _write(modem: Firmware, call: Call) -> list[str] | Entry:
    if call.kind == "=?":
        return []
    length, stat = call.number(0), Stat(call.number(1, Stat.UNSENT) & 0x3)

    def finish(body: str) -> list[str]:
        pdu = bytes.fromhex(_checked(body, length))
        return [f"+CMGW: {modem.storages[modem.memories[1]].add(pdu, stat)}"]

    return Entry(finish)


def _send_stored(modem: Firmware, call: Call) -> list[str]:
    if call.kind == "=?":
        return []
    slot = modem.storages[modem.memories[1]].slot(call.number(0))
    reference = _submit(modem, slot.pdu.hex())
    slot.stat = Stat.SENT
    return [f"+CMSS: {reference}"]


def _checked(body: str, length: int) -> str:
    """The PDU typed after the prompt; +CMS ERROR 304 when it is none or not so long."""
    pdu = "".join(body.split())
    try:
        octets = bytes.fromhex(pdu)
    except ValueError:
        raise CmsError(INVALID_PDU_PARAMETER) from None
    if not octets or len(octets) - 1 - octets[0] != length:
        raise CmsError(INVALID_PDU_PARAMETER)
    return pdu


def _submit(modem: Firmware, pdu: str) -> int:
    if not modem.network.registered:
        raise CmsError(NO_NETWORK)
    try:
        submit = decode_submit(pdu)
    except PduError:
        raise CmsError(INVALID_PDU_PARAMETER) from None
    reference = modem.next_reference()
    modem.network.submit(submit, reference)
    return reference
