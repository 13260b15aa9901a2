"""What can go wrong with a simulated modem, by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from textback.modem.simulator.machine import Machine
from textback.modem.simulator.results import NETWORK_TIME_OUT
from textback.modem.simulator.subscriber import DELIVERED
from textback.modem.simulator.trouble import Hold

Option = str | int | float
Options = Mapping[str, Option]
Start = Callable[[Machine, Options], None]

_NETWORK_CONGESTED = 42
_STILL_TRYING, _GAVE_UP = 0x20, 0x41


@dataclass(frozen=True, slots=True)
class Fault:
    """`start` takes the options given, filled up with `options`, which are all there are."""

    summary: str
    start: Start
    options: Options


def start_fault(machine: Machine, name: str, options: Options) -> None:
    """Starts a fault; in the loop's thread. Raises ValueError for what is not in the table."""
    check_fault(name, options)
    fault = FAULTS[name]
    fault.start(machine, {**fault.options, **options})


def check_fault(name: str, options: Options) -> None:
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


def _hold(hold: Hold) -> Start:
    def start(machine: Machine, _options: Options) -> None:
        machine.firmware.trouble.hold = hold

    return start


def _trouble(attribute: str, option: str) -> Start:
    """Sets what waits for its moment from the one option there is."""

    def start(machine: Machine, options: Options) -> None:
        setattr(machine.firmware.trouble, attribute, options[option])

    return start


def _switch(attribute: str, on: bool = True) -> Start:
    def start(machine: Machine, _options: Options) -> None:
        setattr(machine.firmware.trouble, attribute, on)

    return start


def _arrivals(attribute: str) -> Start:
    def start(machine: Machine, _options: Options) -> None:
        setattr(machine.firmware.subscriber.arrivals, attribute, True)

    return start


def _cms_error(machine: Machine, options: Options) -> None:
    errors = machine.firmware.trouble.cms_errors
    errors.extend([None] * int(options["after"]))
    errors.extend([int(options["code"])] * int(options["count"]))


def _error_after_send(machine: Machine, options: Options) -> None:
    errors = machine.firmware.trouble.errors_after_send
    errors.extend([int(options["code"])] * int(options["count"]))


def _noise(machine: Machine, _options: Options) -> None:
    noise = b"\r\n^RSSI: 14\r\n\xff\xfe\x80\x00\xc3\r\n\xf0\x9f+ZUSIMR:2\r\n\xe2\x82"
    for port in machine.firmware.model.ports:
        if port.unsolicited:
            machine.usb.pty(port).write(noise)


def _no_index(machine: Machine, _options: Options) -> None:
    machine.firmware.announce(f'+CMTI: "{machine.firmware.routing.chosen[2]}",-1')


def _storages(closed: bool) -> Start:
    def start(machine: Machine, _options: Options) -> None:
        for storage in machine.firmware.routing.storages.values():
            storage.closed = closed
        machine.firmware.idle()

    return start


def _network(up: bool) -> Start:
    def start(machine: Machine, _options: Options) -> None:
        machine.firmware.subscriber.covered = up
        machine.firmware.registration_changed()

    return start


def _reports_never(never: bool) -> Start:
    def start(machine: Machine, _options: Options) -> None:
        machine.firmware.subscriber.reports.never = never

    return start


def _reports_lost(machine: Machine, options: Options) -> None:
    machine.firmware.subscriber.reports.to_lose = int(options["count"])


def _reports_late(machine: Machine, options: Options) -> None:
    machine.firmware.subscriber.reports.seconds = float(options["seconds"])


def _report(machine: Machine, options: Options) -> None:
    statuses = machine.firmware.subscriber.reports.statuses
    statuses.extend([DELIVERED] * int(options["after"]))
    statuses.extend([int(options["status"])] * int(options["count"]))


def _sim(machine: Machine, *, present: bool) -> None:
    machine.firmware.sim.present = present
    machine.firmware.registration_changed()


def _sim_busy(machine: Machine, options: Options) -> None:
    machine.firmware.sim.busy = int(options["count"])


def _sim_blocked(machine: Machine, _options: Options) -> None:
    machine.firmware.sim.pin_attempts = 0
    machine.firmware.registration_changed()


def _unplug(machine: Machine, options: Options) -> None:
    machine.unplug(float(options["seconds"]), elsewhere=bool(options["elsewhere"]))


def _unplug_when(moment: str) -> Start:
    def start(machine: Machine, options: Options) -> None:
        setattr(machine.firmware.trouble, moment, lambda: _unplug(machine, options))

    return start


def _replug(machine: Machine, options: Options) -> None:
    machine.plug_in(elsewhere=bool(options["elsewhere"]))


_ONE = {"count": 1}
_AWAY = {"seconds": 0.0, "elsewhere": 0}

FAULTS: Mapping[str, Fault] = {
    # what the port shows
    "unsolicited-in-response": Fault(
        "the next unsolicited line comes inside the next response", _hold(Hold.RESPONSE), {}
    ),
    "unsolicited-before-result": Fault(
        "the next unsolicited line comes between a PDU and its result", _hold(Hold.RESULT), {}
    ),
    "two-at-once": Fault("the next two unsolicited lines come in one write", _hold(Hold.PAIR), {}),
    "noise": Fault("noise lines, and bytes that are no UTF-8", _noise, {}),
    "dribble": Fault("every byte comes alone", _switch("dribble"), {}),
    "no-dribble": Fault("bytes come together again", _switch("dribble", on=False), {}),
    # sending
    "late-prompt": Fault(
        "the next prompt comes late", _trouble("prompt_delay", "seconds"), {"seconds": 6.0}
    ),
    "no-prompt": Fault("prompts never come", _trouble("prompts_to_lose", "count"), _ONE),
    "no-answer-after-send": Fault(
        "texts go out and their answers are lost", _trouble("answers_to_lose", "count"), _ONE
    ),
    "late-answer-after-send": Fault(
        "a text goes out and its answer is late",
        _trouble("answer_delay", "seconds"),
        {"seconds": 6.0},
    ),
    "extra-after-reference": Fault(
        "a time stamp follows the reference in +CMGS", _switch("extra_after_reference"), {}
    ),
    "cms-error": Fault(
        "texts are refused with +CMS ERROR, after some that are not",
        _cms_error,
        {"code": 515, "count": 1, "after": 0},
    ),
    "busy": Fault(
        "the network is busy: +CMS ERROR 42",
        _cms_error,
        {"code": _NETWORK_CONGESTED, "count": 1, "after": 0},
    ),
    "error-after-send": Fault(
        "texts go out and the modem says +CMS ERROR all the same",
        _error_after_send,
        {"code": NETWORK_TIME_OUT, "count": 1},
    ),
    # status reports
    "no-reports": Fault("no status report comes", _reports_never(True), {}),
    "reports": Fault("status reports come again", _reports_never(False), {}),
    "reports-lost": Fault("the next status reports get lost", _reports_lost, _ONE),
    "reports-late": Fault("status reports come late", _reports_late, {"seconds": 60.0}),
    "still-trying": Fault(
        "status reports say that the network still tries",
        _report,
        {"status": _STILL_TRYING, "count": 1, "after": 0},
    ),
    "undelivered": Fault(
        "status reports say that a text was not delivered",
        _report,
        {"status": _GAVE_UP, "count": 1, "after": 0},
    ),
    # receiving
    "no-index": Fault("a message is announced at index -1", _no_index, {}),
    "unannounced": Fault("messages are stored and not announced", _switch("unannounced"), {}),
    "announced": Fault("messages are announced again", _switch("unannounced", on=False), {}),
    "storage-full": Fault("nothing more can be stored or announced", _storages(True), {}),
    "storage-space": Fault("there is room again", _storages(False), {}),
    "delete-fails": Fault(
        "AT+CMGD ends with +CMS ERROR 320", _trouble("deletes_to_fail", "count"), _ONE
    ),
    "corrupt-pdu": Fault("the next text comes cut off", _arrivals("corrupt"), {}),
    "parts-in-reverse": Fault("the next text's last part comes first", _arrivals("in_reverse"), {}),
    "part-missing": Fault("the next text's first part never comes", _arrivals("without_first"), {}),
    "doubled-text": Fault("the next text comes twice", _arrivals("twice"), {}),
    "deaf-after-call": Fault(
        "after a call no text comes in until one is sent", _switch("deaf_after_call"), {}
    ),
    # network and SIM
    "network-lost": Fault("the modem is not registered", _network(False), {}),
    "network-back": Fault("the modem is registered again", _network(True), {}),
    "sim-out": Fault("there is no SIM", lambda m, _: _sim(m, present=False), {}),
    "sim-in": Fault("the SIM is there again", lambda m, _: _sim(m, present=True), {}),
    "sim-busy": Fault("AT+CPIN? ends with +CME ERROR 14", _sim_busy, _ONE),
    "sim-blocked": Fault("the SIM asks for its PUK", _sim_blocked, {}),
    # the modem's life
    "hang": Fault(
        "the modem does not answer for a while",
        lambda m, options: m.hang(float(options["seconds"])),
        {"seconds": 5.0},
    ),
    "hang-until-restart": Fault("nothing is answered but AT+CFUN=1,1", _switch("hung"), {}),
    "reset": Fault(
        "the modem restarts by itself and forgets its settings, AT+CNMI among them",
        lambda m, _: m.firmware.power_cycle(),
        {},
    ),
    "unplug": Fault(
        "the port vanishes; with seconds it comes back, with elsewhere=1 as another device",
        _unplug,
        _AWAY,
    ),
    "unplug-after-pdu": Fault(
        "the port vanishes when the next PDU is in, before it leaves",
        _unplug_when("on_next_pdu"),
        _AWAY,
    ),
    "unplug-after-send": Fault(
        "the port vanishes when the network has the next PDU, before the answer",
        _unplug_when("on_next_sent"),
        _AWAY,
    ),
    "replug": Fault(
        "the port is back, with elsewhere=1 as another device", _replug, {"elsewhere": 0}
    ),
}
