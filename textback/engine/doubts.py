"""What became of a text that was being sent when the program or the link died."""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum

from textback.core.messages import MessageState
from textback.modem.driver import Modem
from textback.modem.events import Place
from textback.modem.kept_sends import same_submit
from textback.store import doubts, messages
from textback.store.database import Database
from textback.store.doubts import INTERRUPTED, Doubt

log = logging.getLogger(__name__)


class Fate(Enum):
    OUT = "out"
    NOT_OUT = "not out"
    UNKNOWN = "unknown"  # a status report or a person will tell


class Doubts:
    """Asks the modem's storage, where it has one. Every method may raise LinkDown."""

    def __init__(self, database: Database, modem_name: str, now: Callable[[], datetime]) -> None:
        self._database = database
        self._name = modem_name
        self._now = now
        self._cut_off: set[int] = set()

    def resolve_all(self, modem: Modem) -> None:
        """Every text that this modem was sending; called when it has been brought up."""
        with self._database.read() as session:
            found = doubts.interrupted(session, self._name)
        for doubt in found:
            self._settle(doubt, self._fate(modem, doubt), INTERRUPTED)

    def resolve(self, modem: Modem, message_id: int, why: str) -> None:
        """A text of which no result came, though the program lived on."""
        self._cut_off.add(message_id)
        with self._database.read() as session:
            doubt = doubts.doubt_of(session, message_id)
        self._settle(doubt, self._fate(modem, doubt), why)

    def _fate(self, modem: Modem, doubt: Doubt) -> Fate:
        if not doubt.by_storage:
            return Fate.UNKNOWN
        if doubt.index is None:
            return Fate.NOT_OUT  # it was written at most; to send it comes after the commit
        place = Place(doubt.storage, doubt.index)
        kept = modem.kept.look(place) if modem.kept else None
        if kept is None or not same_submit(kept.pdu, doubt.pdu):
            return Fate.UNKNOWN
        if kept.sent:
            return Fate.OUT
        return Fate.NOT_OUT if self._may_trust(modem, doubt) else Fate.UNKNOWN

    def _may_trust(self, modem: Modem, doubt: Doubt) -> bool:
        """Whether 'not sent' is the last word.

        A modem that lost its power in the middle, with the box or alone, may have had no time to
        mark what the network took.
        """
        if modem.keeps_status is not True or doubt.message_id in self._cut_off:
            return False
        return doubt.handed_at is not None and doubt.handed_at > _booted_at(self._now())

    def _settle(self, doubt: Doubt, fate: Fate, why: str) -> None:
        self._cut_off.discard(doubt.message_id)
        now = self._now()
        with self._database.write() as session:
            if fate is Fate.OUT:
                doubts.went_out(session, doubt.part_id, now)
            elif fate is Fate.NOT_OUT:
                messages.not_attempted(session, doubt.message_id, now)
            else:
                messages.settle(session, doubt.message_id, MessageState.UNCONFIRMED, now, why)
        log.warning("%s: a text that was interrupted: %s", self._name, fate.value)


def _booted_at(now: datetime) -> datetime:
    return now - timedelta(seconds=time.clock_gettime(time.CLOCK_BOOTTIME))
