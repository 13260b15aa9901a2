"""`textback simulate modem`: a simulated modem at a path, spoken to by JSON lines."""

import json
import signal
import sys
import threading
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import click

from textback.modem.simulator import (
    FAULTS,
    ModemSimulator,
    Network,
    SentSms,
    Taken,
    personalities,
)

_ORDERS = 'a line is {"sms": {"from": ..., "text": ...}}, {"ring": {"from": ...}}, {"hang_up": {}}'
_ORDERS += ' or {"fault": "NAME", ...}'


def _list_faults(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if not wanted:
        return
    for name, fault in FAULTS.items():
        options = "".join(f" {option}={value}" for option, value in fault.options.items())
        click.echo(f"{name}{options}: {fault.summary}")
    context.exit()


def _list_personalities(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if not wanted:
        return
    for name, model in personalities().items():
        click.echo(f"{name}: {model.summary}")
        for port in model.ports:
            click.echo(f"  interface {port.interface}: {port.about}")
    context.exit()


@click.command("modem")
@click.option(
    "--link",
    required=True,
    type=click.Path(path_type=Path),
    help="Where the modem's port is to be: a symbolic link, removed at the end. A model with"
    " several ports has each at LINK-ifNN, too.",
)
@click.option("--personality", default="generic", show_default=True, help="Which model it is.")
@click.option("--number", default="+15550001111", show_default=True, help="The SIM's own number.")
@click.option(
    "--seconds-per-part",
    type=click.FloatRange(min=0),
    default=0.0,
    help="How long the network takes for each part.  [default: 0]",
)
@click.option(
    "--seconds-per-link",
    type=click.FloatRange(min=0),
    default=0.0,
    help="How long it takes to set up a link, which AT+CMMS keeps.  [default: 0]",
)
@click.option("--pin", help="The PIN that the SIM asks for.  [default: none]")
@click.option(
    "--capacity",
    type=click.IntRange(min=1),
    help="How many messages each storage holds.  [default: the model's]",
)
@click.option(
    "--fault",
    "wrong",
    multiple=True,
    metavar="NAME[:OPTION=VALUE,...]",
    help="Start with something wrong; may be given several times.",
)
@click.option(
    "--taken",
    type=click.File("a", encoding="utf-8", lazy=True),
    help="Append each PDU that the network takes to this file, as a JSON line.",
)
@click.option(
    "--faults",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list_faults,
    help="List the faults and their options, and exit.",
)
@click.option(
    "--personalities",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list_personalities,
    help="List the models and their ports, and exit.",
)
def modem(taken: IO[str] | None, wrong: tuple[str, ...], personality: str, **options: Any) -> None:
    """A simulated modem, until SIGTERM or SIGINT.

    Prints each text that it sent whole as a JSON line: to, text, parts, refs. Reads JSON lines:

    \b
      {"sms": {"from": "+15551234567", "text": "..."}}   a phone texts the SIM
      {"ring": {"from": "+15551234567"}}                 a phone calls the SIM
      {"hang_up": {}}                                    and gives up
      {"fault": "NAME", ...}                             something goes wrong

    Example: textback simulate modem --link ./modem --personality quectel-ec25
    """
    stop = threading.Event()
    for number_of_signal in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number_of_signal, lambda *_: stop.set())
    network = Network(on_taken=lambda pdu: _write_taken(pdu, taken))
    with ExitStack() as stack:
        try:
            simulator = stack.enter_context(
                ModemSimulator(model=personality, network=network, on_sent=_print_sent, **options)
            )
            for fault in wrong:
                _start_fault(simulator, fault)
        except (OSError, ValueError) as error:
            raise click.ClickException(str(error)) from None
        # Unbuffered: a thread that waits inside sys.stdin's lock would abort the program's end.
        orders = open(sys.stdin.fileno(), "rb", buffering=0, closefd=False)  # noqa: SIM115
        reader = threading.Thread(target=obey_all, args=(simulator, orders), daemon=True)
        reader.start()
        stop.wait()


def obey_all(simulator: ModemSimulator, lines: Iterable[bytes]) -> None:
    """Obeys JSON lines until they end; a bad one is answered on standard error."""
    for line in lines:
        if not line.strip():
            continue
        try:
            obey(simulator, json.loads(line))
        except ValueError as error:  # json's errors are ValueErrors
            click.echo(json.dumps({"error": str(error)}), err=True)


def obey(simulator: ModemSimulator, order: Any) -> None:
    """Does what one JSON line asks for. Raises ValueError."""
    match order:
        case {"sms": {"from": str(sender), "text": str(text)}, **rest} if not rest:
            simulator.receive_sms(sender, text)
        case {"ring": {"from": str(caller)}, **rest} if not rest:
            simulator.ring(caller)
        case {"hang_up": {}, **rest} if not rest:
            simulator.caller_hangs_up()
        case {"fault": str(name)}:
            options: dict[str, Any] = {key: order[key] for key in order if key != "fault"}
            simulator.fault(name, **options)
        case _:
            raise ValueError(_ORDERS)


def _start_fault(simulator: ModemSimulator, given: str) -> None:
    """One --fault: NAME or NAME:OPTION=VALUE,... Raises ValueError."""
    name, _, listed = given.partition(":")
    options: dict[str, float] = {}
    for option in filter(None, listed.split(",")):
        key, _, value = option.partition("=")
        try:
            options[key] = float(value)
        except ValueError:
            raise ValueError(f"option {key!r} of fault {name!r} cannot be {value!r}") from None
    simulator.fault(name, **options)


def _print_sent(sms: SentSms) -> None:
    click.echo(json.dumps(asdict(sms), ensure_ascii=False))


def _write_taken(taken: Taken, file: IO[str] | None) -> None:
    if file:
        file.write(json.dumps({**asdict(taken), "at": taken.at.isoformat()}) + "\n")
        file.flush()
