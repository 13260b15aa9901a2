"""Supported modems as data: one file a model in models/, what they leave out is generic.toml's."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from fnmatch import fnmatch
from functools import cache
from importlib.resources import files
from typing import Any

GENERIC = "generic"
_KEEPS_STATUS = {"yes": True, "no": False, "unknown": None}


@dataclass(frozen=True, slots=True)
class ModemModel:
    """What is particular to a model; generic.toml says what each field means."""

    name: str
    title: str
    networks: tuple[str, ...]
    usb: tuple[str, ...]
    tty: str
    interfaces: tuple[int, ...]
    interface_varies: bool
    manufacturer: str
    model: str
    init: tuple[str, ...]
    storages: tuple[str, ...]
    indications: tuple[str, ...]
    pin_attempts: tuple[str, ...]
    iccid: tuple[str, ...]
    hang_up: tuple[str, ...]
    keeps_status: bool | None
    notes: tuple[str, ...]

    def has_usb_id(self, usb_id: str) -> bool:
        """Whether `usb_id` ("12d1:1001") is one of its own."""
        return any(fnmatch(usb_id, pattern) for pattern in self.usb)

    def says(self, manufacturer: str, model: str) -> bool:
        """Whether it answers so to +CGMI and +CGMM."""
        return _fits(self.manufacturer, manufacturer) and _fits(self.model, model)


@cache
def models() -> tuple[ModemModel, ...]:
    """Every model, the generic one first. Raises ValueError for a file that is wrong."""
    folder = files("textback.modem") / "models"
    tables = {
        file.name.removesuffix(".toml"): tomllib.loads(file.read_text(encoding="utf-8"))
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    }
    generic = tables.pop(GENERIC)
    rest = (read_model(name, table, generic) for name, table in sorted(tables.items()))
    return (read_model(GENERIC, generic, generic), *rest)


def generic_model() -> ModemModel:
    """What holds for every modem."""
    return models()[0]


def model_of(manufacturer: str, model: str, usb_id: str, known: Iterable[ModemModel]) -> ModemModel:
    """The model that says `manufacturer` and `model` of itself, or else has `usb_id`.

    Two models may share a USB id, and makers use one name for several ids: what it says decides,
    the id only among those that say it. The generic model where nothing fits.
    """
    ranked = {
        candidate: 2 * candidate.says(manufacturer, model) + candidate.has_usb_id(usb_id)
        for candidate in known
    }
    best = max(ranked, key=lambda candidate: ranked[candidate])
    return best if ranked[best] else generic_model()


def read_model(name: str, table: Mapping[str, Any], generic: Mapping[str, Any]) -> ModemModel:
    """One file's model. Raises ValueError for a key or a value that cannot be."""
    if unknown := table.keys() - generic.keys():
        raise ValueError(f"{name}.toml: there is no {', '.join(sorted(unknown))}")
    whole = {key: _checked(f"{name}.toml: {key}", table, generic, key) for key in generic}
    if whole["keeps_status"] not in _KEEPS_STATUS:
        raise ValueError(f"{name}.toml: keeps_status is yes, no or unknown")
    whole["keeps_status"] = _KEEPS_STATUS[whole["keeps_status"]]
    return ModemModel(name=name, **{f.name: whole[f.name] for f in fields(ModemModel)[1:]})


def _checked(where: str, table: Mapping[str, Any], generic: Mapping[str, Any], key: str) -> Any:
    default, value = generic[key], table.get(key, generic[key])
    if type(value) is not type(default):
        raise ValueError(f"{where} must be like {default!r}")
    if not isinstance(value, list):
        return value
    kind = int if key == "interfaces" else str
    if not all(type(item) is kind for item in value):
        raise ValueError(f"{where} must be a list of {kind.__name__}")
    return tuple(value)


def _fits(pattern: str, told: str) -> bool:
    return bool(pattern) and re.match(pattern, told, re.IGNORECASE) is not None
