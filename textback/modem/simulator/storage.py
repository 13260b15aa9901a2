"""The message storages of a simulated modem: slots of finite number, each with its state."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import accumulate, count
from typing import Protocol

from textback.modem.simulator.results import MEMORY_FULL, NO_SUCH_MESSAGE, CmsError, CommandError


class Stat(IntEnum):
    """The state of a stored message, as +CMGL shows it (3GPP TS 27.005, clause 3.1)."""

    UNREAD = 0
    READ = 1
    UNSENT = 2
    SENT = 3


_KEPT = {  # by the flag of AT+CMGD
    1: {Stat.UNREAD, Stat.UNSENT, Stat.SENT},
    2: {Stat.UNREAD, Stat.UNSENT},
    3: {Stat.UNREAD},
    4: set[Stat](),
}


@dataclass(slots=True)
class Slot:
    """One stored message: its PDU, service centre first, and its state."""

    pdu: bytes
    stat: Stat

    @property
    def length(self) -> int:
        """The octets of the TPDU, as +CMGL and AT+CMGS count them."""
        return len(self.pdu) - 1 - self.pdu[0]


class Memory(Protocol):
    """What AT+CPMS chooses from."""

    @property
    def slots(self) -> Mapping[int, Slot]:
        """The messages by index."""

    @property
    def capacity(self) -> int:
        """How many messages there is room for."""

    @property
    def full(self) -> bool:
        """Whether nothing more can be stored."""

    def add(self, pdu: bytes, stat: Stat) -> int:
        """Stores a message in the lowest free slot and returns its index."""

    def delete(self, index: int, flag: int) -> None:
        """AT+CMGD: one message, or by `flag` all read, sent, unsent ones, or all (4)."""


def slot_in(memory: Memory, index: int) -> Slot:
    """The message at `index`; +CMS ERROR 321 when there is none."""
    if index not in memory.slots:
        raise CmsError(NO_SUCH_MESSAGE)
    return memory.slots[index]


@dataclass(slots=True)
class Storage:
    """Slots numbered from `first`: SM or ME."""

    capacity: int
    first: int = 1
    closed: bool = False
    slots: dict[int, Slot] = field(default_factory=dict)

    @property
    def full(self) -> bool:
        return self.closed or len(self.slots) >= self.capacity

    def add(self, pdu: bytes, stat: Stat) -> int:
        if self.full:
            raise CmsError(MEMORY_FULL)
        index = next(i for i in count(self.first) if i not in self.slots)
        self.slots[index] = Slot(pdu, stat)
        return index

    def delete(self, index: int, flag: int) -> None:
        if flag not in (0, *_KEPT):
            raise CommandError
        if flag == 0:
            if not self.first <= index < self.first + self.capacity:
                raise CmsError(NO_SUCH_MESSAGE)
            self.slots.pop(index, None)
            return
        kept = {slot_at: slot for slot_at, slot in self.slots.items() if slot.stat in _KEPT[flag]}
        self.slots = kept


@dataclass(frozen=True, slots=True)
class Together:
    """MT: all storages as one, the indexes of each following those of the one before."""

    storages: tuple[Storage, ...]

    @property
    def slots(self) -> Mapping[int, Slot]:
        return {
            index + offset: slot
            for offset, storage in self._offsets()
            for index, slot in storage.slots.items()
        }

    @property
    def capacity(self) -> int:
        return sum(storage.capacity for storage in self.storages)

    @property
    def full(self) -> bool:
        return all(storage.full for storage in self.storages)

    def add(self, pdu: bytes, stat: Stat) -> int:
        for offset, storage in self._offsets():
            if not storage.full:
                return storage.add(pdu, stat) + offset
        raise CmsError(MEMORY_FULL)

    def delete(self, index: int, flag: int) -> None:
        if flag:
            for storage in self.storages:
                storage.delete(index, flag)
            return
        for offset, storage in self._offsets():
            if storage.first <= index - offset < storage.first + storage.capacity:
                storage.delete(index - offset, 0)
                return
        raise CmsError(NO_SUCH_MESSAGE)

    def _offsets(self) -> list[tuple[int, Storage]]:
        capacities = [storage.capacity for storage in self.storages]
        ends = accumulate([0, *capacities[:-1]])
        return list(zip(ends, self.storages, strict=True))
