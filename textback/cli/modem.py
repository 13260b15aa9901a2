"""`textback modem`: a modem by hand."""

import json
import os
import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import click

from textback import wiring
from textback.cli.failing import fail
from textback.cli.modem_choice import ModemChoice, modem_options
from textback.cli.options import config_errors, json_option
from textback.cli.tail import added_lines, last_lines
from textback.core.errors import TextbackError
from textback.core.links import Fact, LinkReport, full_name
from textback.engine.modem_health import health
from textback.modem import Modem
from textback.modem.facts import condition, identity
from textback.modem.model import models
from textback.modem.pdu import SubmitPdu, encode_submit
from textback.modem.udev import rules
from textback.store import links

_LOOK_AGAIN = 0.3  # seconds


@click.group()
def modem() -> None:
    """Try a modem by hand.

    Exit codes: 65 bad number or text refused, 69 no modem at the port, 75 try again later,
    76 the text left and no answer came, 77 the SIM wants its PIN.
    """


@modem.command()
@modem_options
@json_option
@click.argument("number")
@click.argument("text")
def send(choice: ModemChoice, as_json: bool, number: str, text: str) -> None:
    """Send TEXT to NUMBER.

    Example: textback modem send --port /dev/textback-modem +15551234567 "Hello"
    """
    try:
        pdus = encode_submit(number, text, reference=secrets.randbelow(256))
    except ValueError as error:
        fail(str(error), os.EX_DATAERR)
    with choice.opened() as (opened, _):
        refs = _send_all(opened, pdus)
    if as_json:
        click.echo(json.dumps({"state": "sent", "refs": refs}))
    else:
        shown = ", ".join(map(str, refs))
        click.echo(f"sent in {len(refs)} part{'s' * (len(refs) > 1)}, reference {shown}")


@modem.command()
@modem_options
@json_option
def status(choice: ModemChoice, as_json: bool) -> None:
    """Say what modem it is, and whether it can send.

    With --config and a running engine, which has the port, it is what the engine knows.

    \b
    Example: textback modem status --port /dev/textback-modem
             textback modem status --config /etc/textback/textback.toml
    """
    report = _known_to_engine(choice) or _asked(choice)
    told = {"state": report.state.value, "detail": report.detail, **report.facts}
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for name, value in told.items():
        click.echo(f"{name.replace('_', ' ')}: {_in_words(value)}")


@modem.command()
@modem_options
@click.option("--follow", is_flag=True, help="Go on until Ctrl-C.")
@click.option("--lines", default=100, show_default=True, help="How many of a log that is kept.")
def log(choice: ModemChoice, follow: bool, lines: int) -> None:
    """Show the exchanges with a modem: texts, PDUs, numbers and PINs are masked.

    > was written, < answers, * came by itself, ! is a time-out. With --config it is what the
    engine has kept; with --port the modem is opened and asked how it is.

    \b
    Example: textback modem log --config /etc/textback/textback.toml --follow
             textback modem log --port /dev/ttyUSB2
    """
    try:
        if choice.config and choice.section:
            _show_kept(wiring.modem_log(choice.config, choice.section), lines, follow)
        else:
            _show_live(choice, follow)
    except KeyboardInterrupt:
        click.echo(err=True)


@modem.command()
def udev() -> None:
    """Print the udev rules that name the ports of all supported modems.

    Example: textback modem udev | sudo tee /etc/udev/rules.d/99-textback.rules
    """
    click.echo(rules(models()), nl=False)


def _asked(choice: ModemChoice) -> LinkReport:
    with choice.opened() as (opened, info):
        now = opened.status()
        facts = identity(info, opened.port) | condition(now)
    report = health(now)
    return LinkReport(report.state, report.detail, facts)


def _known_to_engine(choice: ModemChoice) -> LinkReport | None:
    if not (choice.config and choice.section):
        return None
    with config_errors(Path("database")):
        database = wiring.open_database(choice.config)
    with database.read() as session:
        rows = links.links(session)
        running = links.running_engines(rows, wiring.utc_now())
    database.close()
    wanted = ("modem", full_name(choice.config.database.box, choice.section.name))
    found = [row for row in rows if (row.kind, row.name) == wanted and links.is_known(row, running)]
    return LinkReport(found[0].state, found[0].detail, found[0].facts) if found else None


def _in_words(value: Fact) -> str:
    words: Mapping[Fact, str] = {None: "unknown", "": "-"}
    if isinstance(value, bool):
        return "yes" if value else "no"
    return words.get(value) or "".join(c if c.isprintable() else "\ufffd" for c in str(value))


def _show_kept(path: Path | None, count: int, follow: bool) -> None:
    if path is None:
        fail("no exchanges are kept: set log of this [[modem]] to a file", os.EX_USAGE)
    for line in last_lines(path, count):
        click.echo(line)
    if not follow:
        return
    for line in added_lines(path, lambda: time.sleep(_LOOK_AGAIN)):
        click.echo(line)


def _show_live(choice: ModemChoice, follow: bool) -> None:
    def tell(line: str) -> None:
        click.echo(f"{datetime.now(UTC).isoformat(timespec='milliseconds')} {line}")

    with choice.opened(tell) as (opened, _):
        opened.status()
        while follow:
            opened.wait(None)  # texts that come in stay on the SIM, for the engine


def _send_all(opened: Modem, pdus: tuple[SubmitPdu, ...]) -> list[int]:
    refs: list[int] = []
    for pdu in pdus:
        try:
            refs.append(opened.send(pdu))
        except TextbackError as error:
            if not refs:
                raise
            gone = f"{len(refs)} of {len(pdus)} parts went out, then: {error}"
            raise type(error)(gone) from error
    return refs
