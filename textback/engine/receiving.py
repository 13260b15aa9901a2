"""What the modem brings in: committed to the database first, deleted from the SIM after."""

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.exc import OperationalError

from textback.core.phone import masked
from textback.engine.incoming import keep_sms, show_incomplete
from textback.engine.reading import fragment_of, read_text
from textback.modem.driver import CommandRefused, Modem, Stored
from textback.modem.events import Arrived, Incoming, NewStored, Place, Received, Ring
from textback.modem.pdu import Delivery, StatusReport, Unreadable
from textback.store import reports
from textback.store.database import Database

log = logging.getLogger(__name__)

_DELIVERED = {Delivery.DELIVERED: True, Delivery.FAILED: False, Delivery.PENDING: None}


class Receiver:
    """Keeps what comes in through one modem."""

    def __init__(self, database: Database, modem_name: str, now: Callable[[], datetime]) -> None:
        self._database = database
        self._name = modem_name
        self._now = now
        self.behind = False  # something lies on the SIM that could not be kept
        self._doubted: dict[Place, str] = {}

    def take(self, modem: Modem, event: Incoming) -> None:
        """Deal with one thing the modem told of. Raises LinkDown."""
        if isinstance(event, NewStored):
            self._fetch(modem, event.place)
        elif isinstance(event, Arrived):
            self._keep_safely(event.pdu, event.value)
        elif isinstance(event, Ring):
            log.info("%s: a call from %s was hung up", self._name, masked(event.caller))
        else:
            self.sweep(modem)

    def sweep(self, modem: Modem) -> None:
        """Fetch everything that lies in the modem's storages, and show what stays incomplete.

        Raises LinkDown.
        """
        show_incomplete(self._database, read_text, self._now())
        self.behind = False
        try:
            for stored in modem.stored():
                self._empty(modem, stored)
        except CommandRefused as error:
            # What was kept already is recognised when the next sweep reads it again.
            log.warning("%s: the sweep of the SIM ended early: %s", self._name, error)

    def _fetch(self, modem: Modem, place: Place) -> None:
        try:
            stored = modem.read(place)
            if stored is not None:
                self._empty(modem, stored)
        except CommandRefused as error:
            log.warning("%s: a stored message waits for the next sweep: %s", self._name, error)

    def _empty(self, modem: Modem, stored: Stored) -> None:
        if not stored.pdu or self._is_doubtful(stored):
            return
        if self._keep_safely(stored.pdu, stored.value):
            modem.delete(stored.place)

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
