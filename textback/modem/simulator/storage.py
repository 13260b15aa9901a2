"""The message storages of a simulated modem: slots of finite number, each with its state."""

from dataclasses import dataclass, field
from enum import IntEnum
from itertools import count

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


@dataclass(slots=True)
class Storage:
    """Slots numbered from `first`."""

    capacity: int
    first: int = 1
    closed: bool = False
    slots: dict[int, Slot] = field(default_factory=dict)

    @property
    def full(self) -> bool:
        """Whether nothing more can be stored."""
        return self.closed or len(self.slots) >= self.capacity

    def add(self, pdu: bytes, stat: Stat) -> int:
        """Stores a message in the lowest free slot and returns its index."""
        if self.full:
            raise CmsError(MEMORY_FULL)
        index = next(i for i in count(self.first) if i not in self.slots)
        self.slots[index] = Slot(pdu, stat)
        return index

    def slot(self, index: int) -> Slot:
        """The message at `index`."""
        if index not in self.slots:
            raise CmsError(NO_SUCH_MESSAGE)
        return self.slots[index]

    def delete(self, index: int, flag: int) -> None:
        """AT+CMGD: one message, or by `flag` all read, sent, unsent ones, or all (4)."""
        if flag not in (0, *_KEPT):
            raise CommandError
        if flag == 0:
            if not self.first <= index < self.first + self.capacity:
                raise CmsError(NO_SUCH_MESSAGE)
            self.slots.pop(index, None)
            return
        kept = {slot_at: slot for slot_at, slot in self.slots.items() if slot.stat in _KEPT[flag]}
        self.slots = kept
