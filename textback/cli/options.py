"""What several commands share."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from textback.cli.failing import fail
from textback.config import Config, load
from textback.core.errors import ConfigError, LinkDown
from textback.supervisor import BAD_CONFIG

NOT_NOW = 75  # sysexits.h EX_TEMPFAIL

config_option = click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="The box's settings (TOML).",
)
json_option = click.option("--json", "as_json", is_flag=True, help="For programs: JSON.")


def load_or_exit(config_file: Path, *, with_secrets: bool = False) -> Config:
    """The configuration; with a bad one every problem is shown and the program ends with 78."""
    with config_errors(config_file):
        return load(config_file, with_secrets=with_secrets)


@contextmanager
def config_errors(config_file: Path) -> Iterator[None]:
    """Show a ConfigError, each problem on a line with file and key, and end with exit code 78.

    A database server that cannot be reached now is no fault of the file: exit code 75.
    """
    try:
        yield
    except ConfigError as error:
        for problem in error.problems:
            where = "" if problem.where == str(config_file) else f"{config_file}: "
            click.echo(f"{where}{problem}", err=True)
        raise click.exceptions.Exit(BAD_CONFIG) from None
    except LinkDown as error:
        fail(str(error), NOT_NOW)


class Since(click.ParamType[datetime]):
    """A time: 2026-11-23, 2026-11-23T14:00 (local unless it says otherwise), or 90m, 24h, 7d."""

    name = "time"
    _UNITS: dict[str, str] = {"m": "minutes", "h": "hours", "d": "days"}  # noqa: RUF012

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime:
        if isinstance(value, datetime):
            return value
        unit = self._UNITS.get(value[-1:])
        if unit and value[:-1].isdigit():
            return datetime.now(UTC) - timedelta(**{unit: int(value[:-1])})
        try:
            return datetime.fromisoformat(value).astimezone(UTC)
        except ValueError:
            self.fail(f"'{value}' is no time such as 2026-11-23T14:00, 90m, 24h or 7d", param, ctx)


since_option: Callable[..., Any] = click.option(
    "--since", type=Since(), metavar="TIME", help="Only from then on: 2026-11-23T14:00, 24h, 7d."
)


def log_to_stderr(verbose: bool) -> None:
    """One line an event; systemd's journal adds the time, a terminal gets it here."""
    level = logging.DEBUG if verbose else logging.INFO
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for noisy in ("alembic", "panoramisk", "waitress"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
