"""`textback simulate modem`: a simulated modem at a path, spoken to by JSON lines."""

import json
import signal
import sys
import threading
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from textback.modem.simulator import FAULTS, ModemSimulator, SentSms

_FAULTS = "\n".join(f"  {name}: {fault.summary}" for name, fault in FAULTS.items())


@click.command("modem", epilog=f"\b\nFaults:\n{_FAULTS}")
@click.option(
    "--link",
    required=True,
    type=click.Path(path_type=Path),
    help="Where the modem's port is to be: a symbolic link, removed at the end.",
)
@click.option("--number", default="+15550001111", show_default=True, help="The SIM's own number.")
@click.option(
    "--seconds-per-part",
    type=click.FloatRange(min=0),
    default=0.0,
    help="How long the network takes for each part.  [default: 0]",
)
@click.option("--pin", help="The PIN that the SIM asks for.  [default: none]")
@click.option(
    "--capacity",
    type=click.IntRange(min=1),
    default=30,
    show_default=True,
    help="How many messages each storage holds.",
)
def modem(link: Path, number: str, seconds_per_part: float, pin: str | None, capacity: int) -> None:
    """A simulated modem, until SIGTERM or SIGINT.

    Prints each text that it sent whole as a JSON line: to, text, parts, refs. Reads JSON lines:

    \b
      {"sms": {"from": "+15551234567", "text": "..."}}   a phone texts the SIM
      {"ring": {"from": "+15551234567"}}                 a phone calls the SIM
      {"fault": "NAME", ...}                             something goes wrong

    Example: textback simulate modem --link ./modem
    """
    stop = threading.Event()
    for number_of_signal in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number_of_signal, lambda *_: stop.set())
    try:
        simulator = ModemSimulator(
            link,
            number=number,
            pin=pin,
            capacity=capacity,
            seconds_per_part=seconds_per_part,
            on_sent=_print_sent,
        )
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from None
    with simulator:
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
        case {"fault": str(name)}:
            options: dict[str, Any] = {key: order[key] for key in order if key != "fault"}
            simulator.fault(name, **options)
        case _:
            raise ValueError(
                'a line is {"sms": {"from": ..., "text": ...}}, {"ring": {"from": ...}}'
                ' or {"fault": "NAME", ...}'
            )


def _print_sent(sms: SentSms) -> None:
    click.echo(json.dumps(asdict(sms), ensure_ascii=False))
