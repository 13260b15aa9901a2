"""Carries out what Recovery decides."""

import logging
import subprocess
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace

from textback.core.errors import LinkDown
from textback.engine.recovery import Remedy
from textback.modem.driver import Modem, ModemSettings

log = logging.getLogger(__name__)

_RESET_SECONDS = 30.0


def apply(remedy: Remedy, name: str, settings: ModemSettings, port: str) -> None:
    """`port` is where the modem was last seen; a modem that does not answer cannot be searched for.

    Never raises: opening the port again tells what came of it.
    """
    if remedy is Remedy.RESTART:
        log.warning("%s: it does not answer; it is told to restart (AT+CFUN=1,1)", name)
        _restart(replace(settings, port=port, imei="") if port else settings)
    elif remedy is Remedy.RESET:
        log.warning("%s: it does not come back; the reset_command is run", name)
        _run(name, settings.reset_command)


def _restart(settings: ModemSettings) -> None:
    try:
        with closing(Modem.open(settings)) as modem:
            modem.restart()
    except LinkDown as error:
        log.debug("the restart did not reach the modem: %s", error)


def _run(name: str, command: Sequence[str]) -> None:
    """Without a shell, in bounded time."""
    try:
        ended = subprocess.run(
            command,
            timeout=_RESET_SECONDS,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
    except subprocess.TimeoutExpired:
        log.error("%s: the reset_command did not end in %g s", name, _RESET_SECONDS)
    except OSError as error:
        log.error("%s: the reset_command cannot be run: %s", name, error)
    else:
        if ended.returncode:
            log.error("%s: the reset_command ended with code %d", name, ended.returncode)
