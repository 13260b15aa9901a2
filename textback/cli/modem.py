"""`textback modem`: a modem by hand."""

import contextlib
import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import click

from textback.cli.failing import fail
from textback.core.errors import (
    AccessRefused,
    LinkDown,
    SendDeferred,
    SendRefused,
    SendUnconfirmed,
    TextbackError,
)
from textback.modem import Modem, ModemInfo, ModemSettings, PinGuard
from textback.modem.pdu import SubmitPdu, encode_submit

_EXIT_CODES: dict[type[TextbackError], int] = {
    SendRefused: os.EX_DATAERR,
    LinkDown: os.EX_UNAVAILABLE,
    SendUnconfirmed: os.EX_PROTOCOL,
    SendDeferred: os.EX_TEMPFAIL,
    AccessRefused: os.EX_NOPERM,
}

_port = click.option("--port", required=True, metavar="P", help="The modem's serial port.")
_pin_file = click.option(
    "--pin-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with the SIM's PIN, where it asks for one.",
)
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def modem() -> None:
    """Try a modem by hand.

    Exit codes: 65 bad number or text refused, 69 no modem at the port, 75 try again later,
    76 the text left and no answer came, 77 the SIM wants its PIN.
    """


@modem.command()
@_port
@_pin_file
@_as_json
@click.argument("number")
@click.argument("text")
def send(port: str, pin_file: Path | None, as_json: bool, number: str, text: str) -> None:
    """Send TEXT to NUMBER.

    Example: textback modem send --port /dev/textback-modem +15551234567 "Hello"
    """
    try:
        pdus = encode_submit(number, text, reference=secrets.randbelow(256))
    except ValueError as error:
        fail(str(error), os.EX_DATAERR)
    with _opened(port, pin_file) as (opened, _):
        refs = _send_all(opened, pdus)
    if as_json:
        click.echo(json.dumps({"state": "sent", "refs": refs}))
    else:
        shown = ", ".join(map(str, refs))
        click.echo(f"sent in {len(refs)} part{'s' * (len(refs) > 1)}, reference {shown}")


@modem.command()
@_port
@_pin_file
@_as_json
def status(port: str, pin_file: Path | None, as_json: bool) -> None:
    """Say what modem it is, and whether it can send.

    Example: textback modem status --port /dev/textback-modem
    """
    with _opened(port, pin_file) as (opened, info):
        now = opened.status()
    told = {
        "manufacturer": info.manufacturer,
        "model": info.model,
        "imei": info.imei,
        "own_number": info.own_number,
        "status_reports": info.status_reports,
        "registered": now.registered,
        "operator": now.operator,
        "signal": now.signal,
        "storage_used": now.used,
        "storage_capacity": now.capacity,
    }
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for name, value in told.items():
        click.echo(f"{name.replace('_', ' ')}: {'unknown' if value in (None, '') else value}")


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


@contextlib.contextmanager
def _opened(port: str, pin_file: Path | None) -> Iterator[tuple[Modem, ModemInfo]]:
    pin = pin_file.read_text(encoding="utf-8").strip() if pin_file else None
    try:
        opened = Modem.open(ModemSettings(port, pin=pin))
        try:
            yield opened, opened.bring_up(PinGuard())
        finally:
            opened.close()
    except TextbackError as error:
        fail(str(error), _exit_code(error))


def _exit_code(error: TextbackError) -> int:
    fitting = (code for kind, code in _EXIT_CODES.items() if isinstance(error, kind))
    return next(fitting, os.EX_SOFTWARE)
