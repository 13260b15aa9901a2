"""Which PBX of a configuration a command talks to, and how a lost one ends the command."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from textback.asterisk.settings import AmiSettings
from textback.cli.failing import fail
from textback.cli.options import load_or_exit
from textback.core.errors import AccessRefused, LinkDown
from textback.wiring import ami_settings

pbx_option = click.option(
    "--pbx", "pbx_name", metavar="NAME", help="Which one, where the configuration has several."
)


def chosen_pbx(config_file: Path, name: str | None) -> AmiSettings:
    """The settings of the PBX of this name, or of the only one; else the command ends."""
    config = load_or_exit(config_file, with_secrets=True)
    sections = {section.name: section for section in config.pbxes}
    if name is None and len(sections) == 1:
        name = next(iter(sections))
    if name not in sections:
        what = "choose one with --pbx" if name is None else f"there is no PBX '{name}'"
        fail(f"{what}: {', '.join(sections)}", os.EX_USAGE)
    return ami_settings(sections[name])


@contextmanager
def link_faults(settings: AmiSettings) -> Iterator[None]:
    """One line and exit code 77 for a refused login, 69 for no connection; Ctrl-C ends quietly."""
    try:
        yield
    except AccessRefused as refused:
        fail(str(refused), os.EX_NOPERM)
    except LinkDown as down:
        fail(f"no connection to the phone system at {settings.address}: {down}", os.EX_UNAVAILABLE)
    except KeyboardInterrupt:
        click.echo(err=True)
