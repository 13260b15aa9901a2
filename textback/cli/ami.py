"""`textback ami`: the PBX's manager interface by hand."""

import asyncio
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import click

from textback import wiring
from textback.asterisk.masking import Masker
from textback.asterisk.recorder import Recorder
from textback.asterisk.settings import AmiSettings
from textback.cli.failing import fail
from textback.cli.options import config_option
from textback.cli.pbx_choice import chosen_pbx, link_faults, pbx_option

_PROGRESS_EVERY = 0.5  # seconds, on a terminal


@click.group()
def ami() -> None:
    """The phone system's manager interface (AMI)."""


@ami.command()
@config_option
@pbx_option
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--mask", is_flag=True, help="Replace phone numbers, names and mailboxes.")
@click.option("--seconds", type=click.FloatRange(min=0.1), help="End after this time.")
def record(
    config_file: Path, pbx_name: str | None, file: Path, mask: bool, seconds: float | None
) -> None:
    """Save what the phone system sends into FILE, for a bug report. Ctrl-C ends it.

    FILE can be judged with `textback replay` and followed with `textback watch --replay`. With
    --mask it is judged the same, and may be given away. The secret is never in it.

    \b
    Example:  textback ami record calls.ami --config /etc/textback.toml --mask
    Exit codes: 69 no connection, 73 FILE cannot be made, 77 login refused, 78 bad configuration
    """
    settings = chosen_pbx(config_file, pbx_name)
    with _new_file(file) as target:
        recorder = Recorder(settings, _saver(target, mask=mask), wiring.utc_now)
        try:
            with link_faults(settings):
                asyncio.run(_record(recorder, settings, seconds))
        finally:
            click.echo(f"{file}: {_count(recorder)}", err=True)


async def _record(recorder: Recorder, settings: AmiSettings, seconds: float | None) -> None:
    click.echo(f"recording {settings.address}; Ctrl-C ends it", err=True)
    progress = asyncio.create_task(_show_progress(recorder))
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await recorder.run()
    finally:
        progress.cancel()


async def _show_progress(recorder: Recorder) -> None:
    while sys.stderr.isatty():
        click.echo(f"\r{_count(recorder)} ", err=True, nl=False)
        await asyncio.sleep(_PROGRESS_EVERY)


def _count(recorder: Recorder) -> str:
    return f"{recorder.events} events, {recorder.calls} ended calls"


def _saver(target: BinaryIO, *, mask: bool) -> Callable[[bytes], None]:
    change = Masker().feed if mask else bytes

    def save(data: bytes) -> None:
        target.write(change(data))
        target.flush()

    return save


def _new_file(file: Path) -> BinaryIO:
    try:
        # For the owner only: it tells who called.
        made = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        fail(f"{file} exists already, and is not overwritten", os.EX_CANTCREAT)
    except OSError as error:
        fail(f"cannot make {file}: {error.strerror}", os.EX_CANTCREAT)
    return os.fdopen(made, "wb")
