"""`textback simulate pbx`: an AMI server that plays calls told to it on standard input."""

import json
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from textback.asterisk.simulator import FAULTS, PbxSimulator, own_scenario, scenarios, steps

Answer = Mapping[str, object]

_OWN_FILE = ".scenario"
_ABOUT_FILES = """
A call may also be one of your own: "what" is then the name of a file that ends with .scenario.

about: somebody answers and hangs up by mistake
arrive
dial 101
wait 3
take 101
office-hangs-up
"""


class _Command(click.Command):
    """Lists scenarios, their steps and faults in --help, reading the files only then."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_epilog(ctx, formatter)
        with formatter.section("Calls"):
            formatter.write_dl([(name, found.about) for name, found in scenarios().items()])
        with formatter.section("Faults"):
            formatter.write_dl(list(FAULTS.items()))
        with formatter.section("Scenario files"):
            formatter.write(f"{_ABOUT_FILES}\n{steps.__doc__ or ''}")


@click.command(
    "pbx", cls=_Command, epilog="Example: textback simulate pbx --port 5038 --secret amp111"
)
@click.option("--port", type=click.IntRange(0, 65535), required=True, help="0 takes a free one.")
@click.option("--secret", required=True, help="The AMI secret; any user name is let in.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option(
    "--speed",
    type=click.FloatRange(min=0, min_open=True),
    default=1.0,
    show_default=True,
    help="How much faster than real the calls go.",
)
def pbx(port: int, secret: str, host: str, speed: float) -> None:
    """A simulated PBX. Reads JSON lines on standard input, answers each with one.

    \b
    {"call": {"from": "+15550100200", "did": "2001", "what": "no-answer"}}
    {"call": {"from": "+15550100200", "did": "2001", "what": "mine.scenario"}}
    {"play": "FILE.ami"}
    {"fault": "silent"}

    The first line printed is {"listening": PORT}. It serves until SIGTERM or SIGINT, also after the
    end of its input.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    simulator = PbxSimulator(port=port, secret=secret, host=host, speed=speed)
    try:
        simulator.start()
    except OSError as error:
        raise click.ClickException(f"cannot listen on {host}:{port}: {error.strerror}") from None
    _print({"listening": simulator.port})
    # Unbuffered: a thread that waits inside sys.stdin's lock would abort the interpreter's end.
    orders = open(sys.stdin.fileno(), "rb", buffering=0, closefd=False)  # noqa: SIM115
    threading.Thread(target=_obey, args=(simulator, orders), daemon=True).start()
    stop.wait()
    simulator.stop()


def _obey(simulator: PbxSimulator, orders: Iterable[bytes]) -> None:
    for order in orders:
        if order.strip():
            _print(answer(simulator, order))


def answer(simulator: PbxSimulator, order: bytes) -> Answer:
    """Do what one JSON line says; {"ok": true, ...} or {"error": text}, whatever the line is."""
    doers: Mapping[str, Callable[[PbxSimulator, Any], Answer]]
    doers = {"call": _call, "play": _play, "fault": _fault}
    try:
        wish = json.loads(order.decode())
    except UnicodeDecodeError:
        return {"error": "not UTF-8"}
    except (ValueError, RecursionError) as error:
        return {"error": f"not JSON: {error}"}
    if not isinstance(wish, dict) or len(wish) != 1 or next(iter(wish)) not in doers:
        return {"error": 'expected an object with one key: "call", "play" or "fault"'}
    [(verb, details)] = wish.items()
    try:
        return doers[verb](simulator, details)
    except (ValueError, OSError) as error:
        return {"error": str(error)}


def _call(simulator: PbxSimulator, details: object) -> Answer:
    fields = details if isinstance(details, dict) else {}
    wanted = ("from", "did", "what")
    if set(fields) != set(wanted) or not all(isinstance(fields[name], str) for name in wanted):
        raise ValueError('"call" needs the texts "from", "did" and "what", and nothing else')
    what = fields["what"]
    script = own_scenario(Path(what)) if what.endswith(_OWN_FILE) else what
    return {"ok": True, "uniqueid": simulator.call(fields["from"], fields["did"], script)}


def _play(simulator: PbxSimulator, details: object) -> Answer:
    if not isinstance(details, str):
        raise ValueError('"play" needs the name of a file')
    simulator.play(Path(details))
    return {"ok": True}


def _fault(simulator: PbxSimulator, details: object) -> Answer:
    if not isinstance(details, str):
        raise ValueError('"fault" needs a name')
    simulator.fault(details)
    return {"ok": True}


def _print(line: Answer) -> None:
    click.echo(json.dumps(line))
