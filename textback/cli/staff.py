"""`textback staff`: who may sign in, for a first set-up and for a forgotten password."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from textback import wiring
from textback.cli.options import config_errors, config_option, json_option, load_or_exit
from textback.core.errors import ConfigError
from textback.store import audit
from textback.store import staff as store
from textback.store.database import Database

password_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input; do not ask."
)


@click.group()
def staff() -> None:
    """Who may sign in to the inbox (also on the staff page)."""


@staff.command()
@config_option
@click.argument("username")
@click.option("--name", required=True, help="As colleagues see it.")
@click.option("--admin", is_flag=True, help="May change settings and staff.")
@password_option
def add(config_file: Path, username: str, name: str, admin: bool, password_stdin: bool) -> None:
    """Add a person.

    \b
    Example:  textback staff add --config textback.toml jane --name "Jane Doe" --admin
    """
    database, now = _database(config_file), datetime.now(UTC)
    password = _password(password_stdin)
    with _problems_shown(), database.write() as session:
        person = store.add_staff(session, username, name, password, now, admin=admin)
        audit.add(session, now, None, "added", f"staff {person.id}", "on the command line")
    click.echo(f"{person.name} can sign in as {person.username}.")


@staff.command()
@config_option
@click.argument("username")
@password_option
def passwd(config_file: Path, username: str, password_stdin: bool) -> None:
    """Set a new password; whoever is signed in with the old one is signed out."""
    database, now = _database(config_file), datetime.now(UTC)
    with database.read() as session:
        person = store.by_username(session, username)
    if person is None:
        raise click.ClickException(f"there is nobody called '{username}'")
    password = _password(password_stdin)
    with _problems_shown(), database.write() as session:
        store.set_password(session, person.id, password)
        action, subject = "reset the password of", f"staff {person.id}"
        audit.add(session, now, None, action, subject, "on the command line")
    click.echo(f"{person.name} signs in with the new password from now on.")


@staff.command("list")
@config_option
@json_option
def list_staff(config_file: Path, as_json: bool) -> None:
    """Show everybody."""
    with _database(config_file).read() as session:
        everybody = store.everybody(session)
    for person in everybody:
        click.echo(json.dumps(asdict(person)) if as_json else _line(person))


def _line(person: store.Person) -> str:
    marks = [*(["admin"] if person.admin else []), *([] if person.active else ["not active"])]
    return f"{person.username}  {person.name}" + (f"  ({', '.join(marks)})" if marks else "")


def _database(config_file: Path) -> Database:
    with config_errors(config_file):
        return wiring.open_database(load_or_exit(config_file))


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


@contextmanager
def _problems_shown() -> Iterator[None]:
    try:
        yield
    except ConfigError as error:
        raise click.ClickException(str(error)) from None
