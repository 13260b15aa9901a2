"""How a command ends that cannot do its work."""

from typing import NoReturn

import click


def fail(message: str, exit_code: int) -> NoReturn:
    """One line on standard error, and an exit code (sysexits.h) that says what to do next."""
    click.echo(f"textback: {message}", err=True)
    raise click.exceptions.Exit(exit_code)
