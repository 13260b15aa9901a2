"""`textback run` and `textback check`."""

import logging
from pathlib import Path

import click

from textback import wiring
from textback.cli.options import config_errors, config_option, load_or_exit, log_to_stderr
from textback.config import Config
from textback.core.errors import LinkDown
from textback.supervisor import end_with_supervisor

log = logging.getLogger(__name__)


@click.command()
@config_option
@click.option("--only", type=click.Choice(["engine", "web"]), help="Just this one process.")
@click.option("-v", "--verbose", is_flag=True, help="Log more.")
def run(config_file: Path, only: str | None, verbose: bool) -> None:
    """Start the engine and the web, and keep them running.

    \b
    Example:  textback run --config /etc/textback.toml
    Exit codes: 0 ended by SIGTERM, 78 bad configuration; with --only also 75, database away
    """
    log_to_stderr(verbose)
    config = load_or_exit(config_file, with_secrets=only != "web")
    with config_errors(config_file):
        if only is None:
            _try_database(config)
            raise click.exceptions.Exit(wiring.run_both(config_file))
        end_with_supervisor()
        run_one = wiring.run_engine if only == "engine" else wiring.run_web
        run_one(config, wiring.utc_now)


def _try_database(config: Config) -> None:
    """A bad database is told once, here; for a server that is away both processes wait."""
    try:
        wiring.open_database(config).close()
    except LinkDown as error:
        log.error("%s", error)


@click.command()
@config_option
def check(config_file: Path) -> None:
    """Check a configuration file: all problems at once, each with its key.

    \b
    Example:  textback check --config /etc/textback.toml
    Exit codes: 0 fine, 78 bad configuration
    """
    config = load_or_exit(config_file, with_secrets=True)
    with config_errors(config_file):
        wiring.check_histories(config)
    click.echo(f"{config_file}: fine")
