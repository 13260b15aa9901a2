"""Finding a modem: at its port, or among several by its IMEI and by who answers AT."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from glob import has_magic
from pathlib import Path

from textback.core.errors import LinkDown
from textback.modem.bring_up import NUMERIC_IMEI
from textback.modem.dialogue import Dialogue
from textback.modem.model import models
from textback.modem.port import PortGone
from textback.modem.sorter import Command
from textback.modem.usb import UsbPort, usb_id_of

_PROBE_SECONDS = 1.0
_PROBES = 2
_LAST = 99  # a port that no model's data ranks
_IMEI_DIGITS = 14  # those before the check digit or the software version (3GPP TS 23.003, 6.2)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which modem: `port` is a path, a pattern of paths, or "" for every known USB modem; an
    `imei` narrows it down."""

    port: str = ""
    imei: str = ""

    @property
    def is_one_port(self) -> bool:
        """Whether there is nothing to look for."""
        return bool(self.port) and not has_magic(self.port) and not self.imei

    def __str__(self) -> str:
        imei = f"with IMEI …{self.imei[-4:]}" if self.imei else ""
        return " ".join(filter(None, ("modem", imei, f"at {self.port}" if self.port else "")))


@dataclass(frozen=True, slots=True)
class Found:
    """An open modem, where it is, and its USB id ("" where it has none)."""

    dialogue: Dialogue
    path: str
    usb_id: str


def find(wanted: Wanted, open_port: Callable[[str], Dialogue], ports: Sequence[UsbPort]) -> Found:
    """The first candidate that answers as wanted; each is given a few seconds.

    Only candidates are written to, and one at a time, each opened for this program alone. `ports`
    are the serial ports on USB. Raises LinkDown that says what each candidate did.
    """
    if wanted.is_one_port:
        return Found(open_port(wanted.port), wanted.port, usb_id_of(wanted.port, ports))
    reasons: list[str] = []
    for path in candidates(wanted, ports):
        try:
            dialogue = _probed(open_port(path), wanted.imei)
        except LinkDown as error:
            reasons.append(str(error))
            continue
        if dialogue:
            return Found(dialogue, path, usb_id_of(path, ports))
        reasons.append(f"{path} is another or no modem")
    if not reasons:
        raise PortGone(f"no {wanted} was found: there is no port to try")
    raise LinkDown(f"no {wanted} was found: {'; '.join(reasons)}")


def candidates(wanted: Wanted, ports: Iterable[UsbPort]) -> list[str]:
    """The paths to try, the likeliest first: those that the pattern names, or else the ports of
    modems that are known by their USB id."""
    ranked = {port.path: rank for port in ports if (rank := _rank(port)) is not None}
    if wanted.port:
        paths = _matching(wanted.port) if has_magic(wanted.port) else [wanted.port]
        return sorted(paths, key=lambda path: (ranked.get(_real(path), _LAST), _natural(path)))
    return sorted(ranked, key=lambda path: (ranked[path], _natural(path)))


def _matching(pattern: str) -> list[str]:
    path = Path(pattern)
    return [str(found) for found in Path(path.anchor).glob(str(path.relative_to(path.anchor)))]


def _real(path: str) -> str:
    return str(Path(path).resolve())


def _rank(port: UsbPort) -> int | None:
    """How early to try it: by the place of its interface among the model's; None: not at all."""
    places = [
        model.interfaces.index(port.interface or 0)
        for model in models()
        if model.has_usb_id(port.usb_id) and (port.interface or 0) in model.interfaces
    ]
    return min(places, default=None)


def _natural(path: str) -> list[tuple[int, str]]:
    """ttyUSB2 before ttyUSB10."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", path)]


def _probed(dialogue: Dialogue, imei: str) -> Dialogue | None:
    """The dialogue, when the far side is the modem; else it is closed."""
    found = False
    try:
        found = any(dialogue.takes_at(_PROBE_SECONDS) for _ in range(_PROBES)) and (
            not imei or _imei_of(dialogue)[:_IMEI_DIGITS] == imei[:_IMEI_DIGITS]
        )
    finally:
        if not found:
            dialogue.close()
    return dialogue if found else None


def _imei_of(dialogue: Dialogue) -> str:
    told = NUMERIC_IMEI.match(dialogue.ask(Command("AT+CGSN", NUMERIC_IMEI), _PROBE_SECONDS).first)
    return told[1] if told else ""
