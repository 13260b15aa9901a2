"""What can go wrong with a simulated modem, by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from textback.modem.simulator.firmware import Firmware, Hold
from textback.modem.simulator.loop import Loop
from textback.modem.simulator.pty import Pty

Option = str | int | float

_NETWORK_CONGESTED = 42


@dataclass(frozen=True, slots=True)
class Machine:
    """All that a fault may lay hands on."""

    firmware: Firmware
    loop: Loop
    pty: Pty


@dataclass(frozen=True, slots=True)
class Fault:
    """`start` takes the options given, filled up with `options`, which are all there are."""

    summary: str
    start: Callable[[Machine, Mapping[str, Option]], None]
    options: Mapping[str, Option]


def start_fault(machine: Machine, name: str, options: Mapping[str, Option]) -> None:
    """Starts a fault; in the loop's thread. Raises ValueError for what is not in the table."""
    check_fault(name, options)
    fault = FAULTS[name]
    fault.start(machine, {**fault.options, **options})


def check_fault(name: str, options: Mapping[str, Option]) -> None:
    """Raises ValueError for a name, an option or a value that a fault cannot have."""
    if name not in FAULTS:
        raise ValueError(f"no fault {name!r}; there are: {', '.join(FAULTS)}")
    known = FAULTS[name].options
    for option, value in options.items():
        if option not in known:
            raise ValueError(f"fault {name!r} has no option {option!r}")
        wanted = str if isinstance(known[option], str) else (int, float)
        if not isinstance(value, wanted) or isinstance(value, bool):
            raise ValueError(f"option {option!r} of fault {name!r} cannot be {value!r}")


def _hold(hold: Hold) -> Callable[[Machine, Mapping[str, Option]], None]:
    def start(machine: Machine, _options: Mapping[str, Option]) -> None:
        machine.firmware.trouble.hold = hold

    return start


def _late_prompt(machine: Machine, options: Mapping[str, Option]) -> None:
    machine.firmware.trouble.prompt_delay = float(options["seconds"])


def _lose_answer(machine: Machine, options: Mapping[str, Option]) -> None:
    machine.firmware.trouble.answers_to_lose = int(options["count"])


def _cms_error(machine: Machine, options: Mapping[str, Option]) -> None:
    machine.firmware.trouble.cms_errors.extend([int(options["code"])] * int(options["count"]))


def _dribble(on: bool) -> Callable[[Machine, Mapping[str, Option]], None]:
    def start(machine: Machine, _options: Mapping[str, Option]) -> None:
        machine.firmware.trouble.dribble = on

    return start


def _noise(machine: Machine, _options: Mapping[str, Option]) -> None:
    machine.pty.write(b"\r\n^RSSI: 14\r\n\xff\xfe\x80\x00\xc3\r\n\xf0\x9f+ZUSIMR:2\r\n\xe2\x82")


def _no_index(machine: Machine, _options: Mapping[str, Option]) -> None:
    machine.firmware.announce(f'+CMTI: "{machine.firmware.memories[2]}",-1')


def _storage_full(machine: Machine, _options: Mapping[str, Option]) -> None:
    for storage in machine.firmware.storages.values():
        storage.closed = True


def _storage_space(machine: Machine, _options: Mapping[str, Option]) -> None:
    for storage in machine.firmware.storages.values():
        storage.closed = False
    machine.firmware.receive()


def _network(up: bool) -> Callable[[Machine, Mapping[str, Option]], None]:
    def start(machine: Machine, _options: Mapping[str, Option]) -> None:
        machine.firmware.network.registered = up
        machine.firmware.receive()

    return start


def _hang(machine: Machine, options: Mapping[str, Option]) -> None:
    machine.firmware.terminal.busy = True
    machine.loop.later(float(options["seconds"]), lambda: _wake(machine))


def _wake(machine: Machine) -> None:
    machine.firmware.terminal.busy = False
    machine.firmware.terminal.type()


def _reset(machine: Machine, _options: Mapping[str, Option]) -> None:
    machine.firmware.power_cycle()
    machine.firmware.receive()


def _unplug(machine: Machine, options: Mapping[str, Option]) -> None:
    machine.pty.unplug()
    machine.firmware.power_cycle()
    if options["seconds"]:
        machine.loop.later(float(options["seconds"]), lambda: _replug(machine, {}))


def _unplug_after_pdu(machine: Machine, _options: Mapping[str, Option]) -> None:
    machine.firmware.trouble.on_next_pdu = lambda: _unplug(machine, {"seconds": 0})


def _replug(machine: Machine, _options: Mapping[str, Option]) -> None:
    if not machine.pty.plugged:
        machine.pty.plug_in()
        machine.firmware.receive()


FAULTS: Mapping[str, Fault] = {
    "unsolicited-in-response": Fault(
        "the next unsolicited line comes inside the next response", _hold(Hold.RESPONSE), {}
    ),
    "unsolicited-before-result": Fault(
        "the next unsolicited line comes between a PDU and its result", _hold(Hold.RESULT), {}
    ),
    "two-at-once": Fault("the next two unsolicited lines come in one write", _hold(Hold.PAIR), {}),
    "no-index": Fault("a message is announced at index -1", _no_index, {}),
    "late-prompt": Fault("the next prompt comes late", _late_prompt, {"seconds": 6.0}),
    "no-answer-after-send": Fault(
        "texts go out and their answers are lost", _lose_answer, {"count": 1}
    ),
    "cms-error": Fault("texts are refused with +CMS ERROR", _cms_error, {"code": 515, "count": 1}),
    "busy": Fault(
        "the network is busy: +CMS ERROR 42", _cms_error, {"code": _NETWORK_CONGESTED, "count": 1}
    ),
    "storage-full": Fault("nothing more can be stored", _storage_full, {}),
    "storage-space": Fault("there is room again", _storage_space, {}),
    "noise": Fault("noise lines, and bytes that are no UTF-8", _noise, {}),
    "dribble": Fault("every byte comes alone", _dribble(True), {}),
    "no-dribble": Fault("bytes come together again", _dribble(False), {}),
    "network-lost": Fault("the modem is not registered", _network(False), {}),
    "network-back": Fault("the modem is registered again", _network(True), {}),
    "hang": Fault("the modem does not answer for a while", _hang, {"seconds": 5.0}),
    "reset": Fault("the modem restarts by itself and forgets its settings", _reset, {}),
    "unplug": Fault(
        "the port vanishes; with seconds it comes back by itself", _unplug, {"seconds": 0.0}
    ),
    "unplug-after-pdu": Fault(
        "the port vanishes when the next PDU is in, before its result", _unplug_after_pdu, {}
    ),
    "replug": Fault("the port is back", _replug, {}),
}
