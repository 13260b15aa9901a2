"""`textback demo`."""

import click

from textback.cli.options import log_to_stderr
from textback.demo.run import run_demo
from textback.demo.seed import PASSWORD, USERNAME


@click.command()
@click.option(
    "--port", default=8080, show_default=True, help="The inbox's; another if it is taken."
)
@click.option("-v", "--verbose", is_flag=True, help="Log more.")
def demo(port: int, verbose: bool) -> None:
    """Try it: the real engine and inbox on a simulated PBX, a simulated modem, a fresh database.

    \b
    Example:  textback demo --port 9000
    """
    log_to_stderr(verbose)
    raise click.exceptions.Exit(run_demo(port, _ready))


def _ready(inbox: str, phone: str) -> None:
    click.echo(
        f"""
  The office's inbox    {inbox}
  sign in as            {USERNAME}
  with the password     {PASSWORD}

  The caller's phone    {phone}
  Call the office from there, let nobody answer, and watch both. Ctrl-C ends the demo.
"""
    )
