"""The `textback` command."""

import click

from textback.cli.ami import ami
from textback.cli.demo import demo
from textback.cli.modem import modem
from textback.cli.office import office
from textback.cli.replay import replay
from textback.cli.run import check, run
from textback.cli.show import calls, messages, status
from textback.cli.simulate_modem import modem as simulated_modem
from textback.cli.simulate_pbx import pbx as simulated_pbx
from textback.cli.sms import sms
from textback.cli.staff import staff
from textback.cli.watch import watch


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="textback")
def main() -> None:
    """A missed call becomes a text and a conversation, wholly inside the office.

    To look around without a PBX or a modem: textback demo
    """


@main.group()
def simulate() -> None:
    """A simulated PBX or modem, to try things against."""


for command in (
    run,
    check,
    demo,
    status,
    calls,
    messages,
    replay,
    watch,
    ami,
    sms,
    modem,
    staff,
    office,
):
    main.add_command(command)
simulate.add_command(simulated_pbx)
simulate.add_command(simulated_modem)
