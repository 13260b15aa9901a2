"""`textback office`: the office's own settings, for a first set-up without a browser."""

from pathlib import Path

import click

from textback import wiring
from textback.cli.options import config_errors, config_option, load_or_exit
from textback.core.errors import ConfigError
from textback.core.office import Office, from_fields, to_fields
from textback.store.lines import name_line
from textback.store.office import load_office, save_office


@click.group()
def office() -> None:
    """The office's name, hours, texts and lines (also on the settings page)."""


@office.command("set")
@config_option
@click.argument("settings", nargs=-1, required=True, metavar="KEY=VALUE...")
def set_office(config_file: Path, settings: tuple[str, ...]) -> None:
    """Change settings; those not named stay as they are.

    \b
    Example:  textback office set --config textback.toml \\
                firm="Smith & Sons" country=US timezone=America/New_York hours_sat="9:00-12:00"
    """
    with config_errors(config_file):
        database = wiring.open_database(load_or_exit(config_file))
    with database.write() as session:
        before = to_fields(load_office(session) or Office())
        changed = dict(_pair(setting, before) for setting in settings)
        try:
            save_office(session, from_fields(before | changed))
        except ConfigError as error:
            raise click.ClickException(str(error)) from None


@office.command("show")
@config_option
def show_office(config_file: Path) -> None:
    """Show the settings, a KEY=VALUE a line."""
    with config_errors(config_file):
        database = wiring.open_database(load_or_exit(config_file))
    with database.read() as session:
        fields = to_fields(load_office(session) or Office())
    for key, value in fields.items():
        click.echo(f"{key}={value}")


@office.command("line")
@config_option
@click.argument("did")
@click.argument("name")
def line(config_file: Path, did: str, name: str) -> None:
    """Name the line that callers reach by DID.

    \b
    Example:  textback office line --config textback.toml +12125550100 "Main number"
    """
    with config_errors(config_file):
        database = wiring.open_database(load_or_exit(config_file))
    with database.write() as session:
        name_line(session, did, name)


def _pair(setting: str, known: dict[str, str]) -> tuple[str, str]:
    key, separator, value = setting.partition("=")
    if not separator or key not in known:
        raise click.UsageError(f"'{setting}' is not KEY=VALUE with one of: {', '.join(known)}")
    return key, value
