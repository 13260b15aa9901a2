"""What the modem brings in: committed to the database first, deleted from the SIM after."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.exc import OperationalError

from textback.core.calls import CallEnded
from textback.core.phone import masked
from textback.engine.incoming import keep_sms, show_incomplete
from textback.engine.reading import fragment_of, read_text
from textback.engine.sim_call import sim_call
from textback.modem.driver import CommandRefused, Modem, Stored
from textback.modem.events import Arrived, Incoming, NewStored, Place, Received, Ring, SweepDue
from textback.modem.pdu import Delivery, StatusReport, Unreadable
from textback.store import reports
from textback.store.database import Database

log = logging.getLogger(__name__)

_DELIVERED = {Delivery.DELIVERED: True, Delivery.FAILED: False, Delivery.PENDING: None}


class Receiver:
    """Keeps what comes in through one modem; `on_call` gets the calls to its SIM."""

    def __init__(
        self,
        database: Database,
        modem_name: str,
        now: Callable[[], datetime],
        on_call: Callable[[CallEnded], None],
    ) -> None:
        self._database = database
        self._name = modem_name
        self._now = now
        self._on_call = on_call
        self.behind = False  # something lies on the SIM that could not be kept, or not be deleted
        self._doubted: dict[Place, str] = {}
        self._undeleted: dict[Place, str] = {}  # kept, and still there
        self._complaints: set[str] = set()

    def take(self, modem: Modem, events: Sequence[Incoming]) -> None:
        """Deal with what the modem told of; first with what lies nowhere else.

        Raises LinkDown, and only then is something left for a sweep.
        """
        kept = self.keep(modem, events)
        for _ in range(kept):
            modem.acknowledge()
        for event in events:
            if isinstance(event, NewStored):
                self._fetch(modem, event.place)
            elif isinstance(event, SweepDue):
                self.sweep(modem)

    def keep(self, modem: Modem, events: Sequence[Incoming]) -> int:
        """Keep what lies nowhere else; the modem is asked nothing. How many messages were kept."""
        kept = 0
        for event in events:
            if isinstance(event, Arrived):
                kept += self._keep_safely(event.pdu, event.value)
            elif isinstance(event, Ring):
                log.info("%s: a call from %s was hung up", self._name, masked(event.caller))
                self._on_call(sim_call(self._name, modem.own_number, event.caller, self._now()))
        return kept

    def sweep(self, modem: Modem) -> None:
        """Fetch everything that lies in the modem's storages, and show what stays incomplete.

        Raises LinkDown.
        """
        self._show_incomplete()
        self.behind = False
        # The storage that receives comes last: it stays chosen for what is announced next.
        for storage in reversed(modem.storages):
            try:
                lying = modem.stored(storage)
            except CommandRefused as error:
                self._complain(f"the messages in {storage} cannot be listed", error)
                continue
            for stored in lying:
                self._empty(modem, stored)

    def _show_incomplete(self) -> None:
        try:
            show_incomplete(self._database, read_text, self._now())
        except OperationalError:
            raise
        except Exception:
            log.exception("%s: incomplete texts could not be shown", self._name)

    def _fetch(self, modem: Modem, place: Place) -> None:
        try:
            stored = modem.read(place)
        except CommandRefused as error:
            log.warning("%s: a stored message waits for the next sweep: %s", self._name, error)
            return
        if stored is not None:
            self._empty(modem, stored)

    def _empty(self, modem: Modem, stored: Stored) -> None:
        if not stored.pdu or self._is_doubtful(stored):
            return
        known = self._undeleted.get(stored.place) == stored.pdu
        if known or self._keep_safely(stored.pdu, stored.value):
            self._delete(modem, stored, again=known)

    def _delete(self, modem: Modem, stored: Stored, *, again: bool) -> None:
        """What cannot be deleted is remembered, so that it is not taken for a new message."""
        try:
            modem.delete(stored.place)
        except CommandRefused as error:
            self._complain(f"a message in {stored.place.storage} cannot be deleted", error)
            self._undeleted[stored.place] = stored.pdu
            self.behind = self.behind or not again  # it is tried again soon, then every minute
        else:
            self._undeleted.pop(stored.place, None)

    def _complain(self, what: str, error: CommandRefused) -> None:
        """Told once: it would be told every minute."""
        level = logging.DEBUG if what in self._complaints else logging.WARNING
        self._complaints.add(what)
        log.log(level, "%s: %s: %s", self._name, what, error)

    def _is_doubtful(self, stored: Stored) -> bool:
        """Whether it may have been damaged on its way from the SIM: then it is read once more."""
        if not isinstance(stored.value, Unreadable):
            return False
        if self._doubted.pop(stored.place, None) == stored.pdu:
            return False
        self._doubted[stored.place] = stored.pdu
        self.behind = True
        return True

    def _keep_safely(self, pdu: str, value: Received) -> bool:
        """Commit it; False when that failed: then it stays on the SIM, and the rest goes on."""
        try:
            self._keep(pdu, value)
        except OperationalError as error:
            log.error("%s: a received message waits for the database: %s", self._name, error.orig)
        except Exception:
            log.exception("%s: a received message could not be kept", self._name)
        else:
            return True
        self.behind = True
        return False

    def _keep(self, pdu: str, value: Received) -> None:
        if isinstance(value, StatusReport):
            self._report(value)
        else:
            new = fragment_of(self._name, pdu, value)
            keep_sms(self._database, new, read_text, self._now())

    def _report(self, report: StatusReport) -> None:
        told = reports.Report(
            modem=self._name,
            recipient=report.recipient.text,
            reference=report.reference,
            delivered=_DELIVERED[report.delivery],
            taken_at=report.sent_at.at,
        )
        with self._database.write() as session:
            ours = reports.take(session, told, self._now())
        if not ours:
            log.info("%s: a status report for %s fits no text", self._name, masked(told.recipient))
