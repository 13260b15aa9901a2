"""What makes one model of modem differ from another, read from the files in personalities/."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from typing import Any

_FILES = "personalities"


@dataclass(frozen=True, slots=True)
class PortLayout:
    """One USB interface: whether it takes commands, and whether unsolicited lines come out there.

    `urcport` is the name by which AT+QURCCFG chooses it for unsolicited lines.
    """

    interface: int
    about: str
    at: bool = False
    unsolicited: bool = False
    urcport: str = ""


@dataclass(frozen=True, slots=True)
class Noise:
    """Lines that come by themselves every `seconds`, until `silenced_by` is typed."""

    lines: tuple[str, ...]
    seconds: float
    silenced_by: str


@dataclass(frozen=True, slots=True)
class Personality:
    """One model.

    `storages` are its capacities; `memories` what AT+CPMS takes for reading, writing and receiving;
    `cnmi` what AT+CNMI takes for each of its values; `registers_by` the commands that tell of a
    registration; `refuses` the commands it does not have; `keeps_sent` whether a message sent by
    AT+CMSS stays as STO SENT; `restart_seconds` how long its ports are gone after AT+CFUN=1,1 (0:
    they stay); `settings` and `answers` are its maker's own commands.
    """

    name: str
    summary: str
    manufacturer: str
    model: str
    revision: str
    imei: str
    ports: tuple[PortLayout, ...]
    storages: Mapping[str, int]
    memories: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
    first_index: int
    cnmi: tuple[tuple[int, ...], ...]
    csms: tuple[int, ...]
    registers_by: frozenset[str]
    access_technology: int
    area_quoted: bool = True
    refuses: frozenset[str] = frozenset()
    keeps_sent: bool = True
    restart_seconds: float = 0.0
    boot: tuple[str, ...] = ()
    noise: Noise | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)

    @property
    def main_port(self) -> PortLayout:
        """The port for a client that opens one only."""
        return next(port for port in self.ports if port.at and port.unsolicited)

    def holding(self, capacity: int) -> "Personality":
        """The same model with room for `capacity` messages in each storage."""
        return replace(self, storages=dict.fromkeys(self.storages, capacity))


def personalities() -> Mapping[str, Personality]:
    """All there are, by name."""
    files = resources.files(__package__).joinpath(_FILES).iterdir()
    names = sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml"))
    return {name: _read(name) for name in names}


def personality(name: str) -> Personality:
    """Raises ValueError when there is none such."""
    known = personalities()
    if name not in known:
        raise ValueError(f"no personality {name!r}; there are: {', '.join(known)}")
    return known[name]


def _read(name: str) -> Personality:
    text = resources.files(__package__).joinpath(_FILES, f"{name}.toml").read_text("utf-8")
    told: dict[str, Any] = tomllib.loads(text)
    ports = tuple(PortLayout(**port) for port in told.pop("ports"))
    noise = told.pop("noise", None)
    mem1, mem2, mem3 = (tuple(names) for names in told.pop("memories"))
    return Personality(
        name=name,
        ports=ports,
        memories=(mem1, mem2, mem3),
        cnmi=tuple(tuple(values) for values in told.pop("cnmi")),
        csms=tuple(told.pop("csms")),
        registers_by=frozenset(told.pop("registers_by")),
        refuses=frozenset(told.pop("refuses", ())),
        boot=tuple(told.pop("boot", ())),
        noise=noise and Noise(tuple(noise["lines"]), noise["seconds"], noise["silenced_by"]),
        **told,
    )
