"""The message commands of the simulated modem (3GPP TS 27.005)."""

from textback.modem.pdu import PduError, decode_any, decode_submit
from textback.modem.simulator import charset, composing, presentation
from textback.modem.simulator.firmware import Firmware, Handler
from textback.modem.simulator.grammar import Call
from textback.modem.simulator.outcomes import Outcome, Prompt, Sending
from textback.modem.simulator.results import (
    INVALID_PDU_PARAMETER,
    MEMORY_FAILURE,
    MEMORY_FULL,
    SMS_NO_SIM,
    SMS_NOT_ALLOWED,
    SMS_PIN_REQUIRED,
    SMS_PUK_REQUIRED,
    CmsError,
    CommandError,
)
from textback.modem.simulator.settings_commands import settings_commands
from textback.modem.simulator.storage import Slot, Stat, slot_in

_ALL = 4  # the state AT+CMGL asks for to see every message
_READING, _WRITING = 0, 1
_ACCEPTED, _REFUSED = (0, 1), 2  # of AT+CNMA


def sms_commands() -> dict[str, Handler]:
    """Sending, reading and deleting, in PDU and in text mode."""
    table: dict[str, Handler] = {
        "+CMGC": _send_command,
        "+CMGD": _delete,
        "+CMGL": _list,
        "+CMGR": _read,
        "+CMGS": _send,
        "+CMGW": _write,
        "+CMSS": _send_stored,
        "+CNMA": _acknowledge,
    }
    return {name: _with_sim(handler) for name, handler in (table | settings_commands()).items()}


def _with_sim(handler: Handler) -> Handler:
    def run(modem: Firmware, call: Call) -> Outcome:
        if not modem.sim.present:
            raise CmsError(SMS_NO_SIM)
        if modem.sim.locked:
            raise CmsError(SMS_PIN_REQUIRED if modem.sim.pin_attempts else SMS_PUK_REQUIRED)
        return handler(modem, call)

    return run


def _in_text_mode(modem: Firmware) -> bool:
    return modem.settings["+CMGF"] == "1"


def _list(modem: Firmware, call: Call) -> list[str]:
    names = [*presentation.STATES.values(), "ALL"] if _in_text_mode(modem) else list("01234")
    if call.kind == "=?":
        shown = ",".join(f'"{name}"' for name in names) if _in_text_mode(modem) else "0-4"
        return [f"+CMGL: ({shown})"]
    if call.text(0) and call.text(0) not in names:
        raise CommandError
    wanted = names.index(call.text(0)) if call.text(0) else Stat.UNREAD
    lines: list[str] = []
    for index, slot in sorted(modem.routing.memory(_READING).slots.items()):
        if wanted in (slot.stat, _ALL):
            lines += presentation.listed(index, slot, modem.settings)
            _mark_read(slot)
    return lines


def _read(modem: Firmware, call: Call) -> list[str]:
    if call.kind == "=?":
        return []
    slot = slot_in(modem.routing.memory(_READING), call.number(0))
    lines = presentation.read(slot, modem.settings)
    _mark_read(slot)
    return lines


def _mark_read(slot: Slot) -> None:
    if slot.stat is Stat.UNREAD:
        slot.stat = Stat.READ


def _delete(modem: Firmware, call: Call) -> list[str]:
    memory = modem.routing.memory(_READING)
    if call.kind == "=?":
        return [f"+CMGD: ({','.join(map(str, sorted(memory.slots)))}),(0-4)"]
    if modem.trouble.deletes_to_fail:
        modem.trouble.deletes_to_fail -= 1
        raise CmsError(MEMORY_FAILURE)
    flag = call.number(1, 0)
    memory.delete(call.number(0, 0 if flag else None), flag)
    return []


def _send(modem: Firmware, call: Call) -> Outcome:
    if call.kind == "=?":
        return []

    def finish(body: str) -> Sending:
        return _sending(_submit(modem, call, body), "+CMGS")

    _check_destination(modem, call)
    return Prompt(finish)


def _send_command(modem: Firmware, call: Call) -> Outcome:
    """SMS-COMMANDs: the network of this simulator does not take them."""
    if call.kind == "=?":
        return []

    def finish(_body: str) -> list[str]:
        raise CmsError(SMS_NOT_ALLOWED)

    _check_destination(modem, call)
    return Prompt(finish)


def _write(modem: Firmware, call: Call) -> Outcome:
    if call.kind == "=?":
        return []
    stat = _stat_to_write(modem, call)
    memory = modem.routing.memory(_WRITING)
    if memory.full:
        raise CmsError(MEMORY_FULL)

    def finish(body: str) -> list[str]:
        if stat in (Stat.UNREAD, Stat.READ) and not _in_text_mode(modem):
            pdu = _typed_pdu(body, call.number(0))
            _check_readable(pdu)
        else:
            pdu = _submit(modem, call, body)
        return [f"+CMGW: {memory.add(pdu, stat)}"]

    if not _in_text_mode(modem) or call.args:
        _check_destination(modem, call)
    return Prompt(finish)


def _stat_to_write(modem: Firmware, call: Call) -> Stat:
    """<stat> of AT+CMGW. In text mode only what is to be sent can be written here."""
    if not _in_text_mode(modem):
        number = call.number(1, Stat.UNSENT)
        if number not in tuple(Stat):
            raise CommandError
        return Stat(number)
    name = call.text(2) or presentation.STATES[Stat.UNSENT]
    stats = {presentation.STATES[stat]: stat for stat in (Stat.UNSENT, Stat.SENT)}
    if name not in stats:
        raise CmsError(SMS_NOT_ALLOWED)
    return stats[name]


def _send_stored(modem: Firmware, call: Call) -> Outcome:
    if call.kind == "=?":
        return []
    slot = slot_in(modem.routing.memory(_WRITING), call.number(0))
    if slot.stat not in (Stat.UNSENT, Stat.SENT):
        raise CmsError(SMS_NOT_ALLOWED)
    to = call.text(1)
    pdu = composing.redirected(slot.pdu, to, modem.settings) if to else slot.pdu
    return _sending(pdu, "+CMSS", slot if modem.model.keeps_sent else None)


def _sending(pdu: bytes, name: str, slot: Slot | None = None) -> Sending:
    try:
        decode_submit(pdu.hex())
    except PduError:
        raise CmsError(INVALID_PDU_PARAMETER) from None

    def taken(reference: int) -> list[str]:
        if slot:
            slot.stat = Stat.SENT
        return [f"{name}: {reference}"]

    return Sending(pdu, taken)


def _check_destination(modem: Firmware, call: Call) -> None:
    """What stands before the prompt: a length in PDU mode, a number in text mode."""
    if _in_text_mode(modem):
        try:
            known = charset.read(call.text(0), modem.settings["+CSCS"])
        except ValueError:
            known = ""
        if not known:
            raise CommandError
    elif call.number(0) < 1:
        raise CmsError(INVALID_PDU_PARAMETER)


def _submit(modem: Firmware, call: Call, body: str) -> bytes:
    if _in_text_mode(modem):
        return composing.compose(call.text(0), body, modem.settings)
    return _typed_pdu(body, call.number(0))


def _typed_pdu(body: str, length: int) -> bytes:
    """The PDU typed after the prompt; +CMS ERROR 304 when it is none or not so long."""
    try:
        pdu = bytes.fromhex("".join(body.split()))
    except ValueError:
        raise CmsError(INVALID_PDU_PARAMETER) from None
    if not pdu or len(pdu) - 1 - pdu[0] != length:
        raise CmsError(INVALID_PDU_PARAMETER)
    return pdu


def _check_readable(pdu: bytes) -> None:
    try:
        decode_any(pdu.hex())
    except PduError:
        raise CmsError(INVALID_PDU_PARAMETER) from None


def _acknowledge(modem: Firmware, call: Call) -> Outcome:
    if call.kind == "=?":
        return ["+CNMA: (0-2)"]
    kind = call.number(0, 0)
    if kind not in (*_ACCEPTED, _REFUSED) or modem.routing.service != 1:
        raise CmsError(SMS_NOT_ALLOWED)
    if call.number(1, 0):  # an acknowledgement TPDU follows a prompt; what it says is not looked at

        def finish(_body: str) -> list[str]:
            modem.routing.acknowledge(kind in _ACCEPTED)
            return []

        return Prompt(finish)
    modem.routing.acknowledge(kind in _ACCEPTED)
    return []
