"""How a modem is now: its network, its signal, the room in its storages."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from textback.modem.asking import Asking
from textback.modem.registration import (
    REGISTRATION,
    Registration,
    access_of,
    generation,
    registration,
)

_SIGNAL = re.compile(r"\+CSQ:\s*(\d+)\s*,")
_LTE_SIGNAL = re.compile(r"\+CESQ:(?:\s*\d+\s*,){5}\s*(\d+)")
_OPERATOR = re.compile(r'\+COPS:\s*\d\s*,\s*\d\s*,\s*"([^"]*)"\s*(?:,\s*(\d+))?')
# The strongest <rssi> and <rsrp>; 99 and 255 mean unknown.
_SIGNALS = (("AT+CSQ", _SIGNAL, 31), ("AT+CESQ", _LTE_SIGNAL, 97))
_REGISTRATIONS = ("CREG", "CGREG", "CEREG")
FULL = 100  # per cent
_COUNTS = re.compile(r"\+CPMS:")
_COUNT = re.compile(r'"(\w+)"\s*,\s*(\d+)\s*,\s*(\d+)')


@dataclass(frozen=True, slots=True)
class StorageUse:
    """`used` of `capacity` messages lie in a storage; new ones go to the one that `receives`."""

    name: str
    used: int
    capacity: int
    receives: bool

    @property
    def percent(self) -> int:
        """How full it is; 0 where the modem tells no capacity."""
        return self.used * 100 // self.capacity if self.capacity else 0


@dataclass(frozen=True, slots=True)
class ModemStatus:
    """`signal` is 0 to 100, None when unknown; `technology` is 2G, 3G, LTE or 5G, "" when unknown;
    `storages` are all that the modem told of."""

    registration: Registration
    technology: str
    signal: int | None
    operator: str
    storages: tuple[StorageUse, ...] = ()

    @property
    def registered(self) -> bool:
        """Whether texts can go out and come in."""
        return self.registration.registered

    @property
    def receiving(self) -> StorageUse | None:
        """The storage that new messages go to, None when the modem does not tell."""
        return next((storage for storage in self.storages if storage.receives), None)

    @property
    def storage_full(self) -> bool:
        """Whether the network must hold texts back."""
        return self.receiving is not None and self.receiving.percent >= FULL


def read_status(asking: Asking, storages: Sequence[str]) -> ModemStatus:
    """Asks for all of it; another of the `storages` may be chosen for reading then."""
    answers = [asking.ask(f"AT+{name}?", REGISTRATION).first for name in _REGISTRATIONS]
    operator = _OPERATOR.match(asking.ask("AT+COPS?", _OPERATOR).first)
    access = generation(int(operator[2])) if operator and operator[2] else ""
    return ModemStatus(
        registration=registration(answers),
        technology=access or access_of(answers),
        signal=_signal(asking),
        operator=operator[1] if operator else "",
        storages=_uses(asking, storages),
    )


def _signal(asking: Asking) -> int | None:
    """LTE modems may know it by AT+CESQ only (3GPP TS 27.007, 8.5 and 8.69)."""
    for text, pattern, strongest in _SIGNALS:
        level = int(asking.told(text, pattern) or strongest + 1)
        if level <= strongest:
            return level * 100 // strongest
    return None


def _uses(asking: Asking, storages: Sequence[str]) -> tuple[StorageUse, ...]:
    """AT+CPMS? counts only what is chosen for reading, writing and receiving (27.005, 3.2.2)."""
    counted: dict[str, tuple[str, str]] = {}
    receiving = ""
    for storage in storages:
        if not asking.optional(f'AT+CPMS="{storage}"'):
            continue
        for name, used, capacity in _COUNT.findall(asking.ask("AT+CPMS?", _COUNTS).first):
            counted[name], receiving = (used, capacity), name
    return tuple(
        StorageUse(name, int(used), int(capacity), receives=name == receiving)
        for name, (used, capacity) in counted.items()
    )
