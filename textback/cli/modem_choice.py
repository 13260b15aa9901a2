"""Which modem a command means, how it is opened, and how a lost one ends the command."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import Any

import click

from textback import wiring
from textback.cli.failing import fail
from textback.cli.options import config_errors, load_or_exit
from textback.config import Config, ModemSection
from textback.core.errors import (
    AccessRefused,
    LinkDown,
    SendDeferred,
    SendRefused,
    SendUnconfirmed,
    TextbackError,
)
from textback.engine.pin_guard import KeptPinGuard
from textback.modem import Modem, ModemInfo, ModemSettings, PinGuard
from textback.modem.dialogue import Tell
from textback.store.database import Database
from textback.store.migrate import upgrade

_EXIT_CODES: dict[type[TextbackError], int] = {
    SendRefused: os.EX_DATAERR,
    LinkDown: os.EX_UNAVAILABLE,
    SendUnconfirmed: os.EX_PROTOCOL,
    SendDeferred: os.EX_TEMPFAIL,
    AccessRefused: os.EX_NOPERM,
}
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OPTIONS = (
    click.option("--port", metavar="P", help="Its serial port; with * the first that takes AT."),
    click.option("--imei", metavar="N", help="Find it by its IMEI."),
    click.option("--pin-file", type=_FILE, help="A file with the SIM's PIN, if it has one."),
    click.option("--config", "config_file", type=_FILE, help="Or the modem of these settings."),
    click.option("--modem", "name", metavar="NAME", help="Which of them, if there are several."),
    click.option("--try-pin-again", is_flag=True, help="Though the SIM did not take it before."),
)


@dataclass(frozen=True, slots=True)
class ModemChoice:
    """`config` and `section` are None for a modem that is named by port or IMEI only."""

    settings: ModemSettings
    config: Config | None
    section: ModemSection | None
    try_pin_again: bool

    @contextmanager
    def opened(self, tell: Tell | None = None) -> Iterator[tuple[Modem, ModemInfo]]:
        """The modem, brought up; whatever goes wrong ends the command with one line."""
        try:
            with self._guard() as guard, closing(Modem.open(self.settings, tell)) as modem:
                yield modem, modem.bring_up(guard)
        except TextbackError as error:
            fail(str(error), _exit_code(error))

    @contextmanager
    def _guard(self) -> Iterator[PinGuard]:
        if self.settings.pin is None:
            yield PinGuard()
            return
        if self.config:
            with config_errors(Path("database")):
                database = wiring.open_database(self.config)
        else:
            database = _own_database()
        try:
            yield _OnceMore(database) if self.try_pin_again else KeptPinGuard(database)
        finally:
            database.close()


class _OnceMore(KeptPinGuard):
    """A person says that the PIN is right now."""

    def is_spent(self, sim: str, pin: str) -> bool:
        del sim, pin
        return False


def modem_options(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the options that say which modem, and the ModemChoice they make."""

    @wraps(command)
    def with_choice(
        port: str | None,
        imei: str | None,
        pin_file: Path | None,
        config_file: Path | None,
        name: str | None,
        try_pin_again: bool,
        **others: Any,
    ) -> None:
        if bool(config_file) == bool(port or imei):
            raise click.UsageError("Say which modem: --port or --imei, or else --config.")
        pin = pin_file.read_text(encoding="utf-8").strip() if pin_file else None
        if config_file:
            choice = _configured(config_file, name, pin, try_pin_again)
        else:
            settings = ModemSettings(port or "", imei or "", pin=pin)
            choice = ModemChoice(settings, None, None, try_pin_again)
        command(choice, **others)

    for option in reversed(_OPTIONS):
        option(with_choice)
    return with_choice


def _configured(file: Path, name: str | None, pin: str | None, again: bool) -> ModemChoice:
    config = load_or_exit(file, with_secrets=True)
    sections = {section.name: section for section in config.modems}
    if name is None and len(sections) == 1:
        name = next(iter(sections))
    if name not in sections:
        what = "choose one with --modem" if name is None else f"there is no modem '{name}'"
        fail(f"{what}: {', '.join(sections)}", os.EX_USAGE)
    settings = wiring.modem_settings(config, sections[name])
    return ModemChoice(replace(settings, pin=pin or settings.pin), config, sections[name], again)


def _own_database() -> Database:
    """The user's own, for the PINs that were spent without a configuration."""
    state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    folder = state / "textback"
    folder.mkdir(parents=True, exist_ok=True)
    database = Database(f"sqlite:///{folder / 'modem.db'}")
    upgrade(database)
    return database


def _exit_code(error: TextbackError) -> int:
    fitting = (code for kind, code in _EXIT_CODES.items() if isinstance(error, kind))
    return next(fitting, os.EX_SOFTWARE)
