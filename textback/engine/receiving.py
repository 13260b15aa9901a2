"""What the modem brings in: committed to the database first, deleted from the SIM after."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.exc import OperationalError

from textback.core.phone import masked
from textback.engine.incoming import keep_sms, show_incomplete
from textback.modem.driver import CommandRefused, Modem, Stored
from textback.modem.events import Arrived, Incoming, NewStored, Place, Received, Ring
from textback.modem.pdu import (
    Deliver,
    Delivery,
    StatusReport,
    Unreadable,
    join_text,
    read_incoming,
)
from textback.store import messages
from textback.store.database import Database
from textback.store.fragments import NewFragment

log = logging.getLogger(__name__)

_UNREADABLE = "A text came that could not be read. It is kept as it came: {raw}"


class Receiver:
    """Keeps what comes in through one modem."""

    def __init__(self, database: Database, modem_name: str, now: Callable[[], datetime]) -> None:
        self._database = database
        self._name = modem_name
        self._now = now
        self.behind = False  # something lies on the SIM that could not be kept

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
        show_incomplete(self._database, _join, self._now())
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
        if stored.pdu and self._keep_safely(stored.pdu, stored.value):
            modem.delete(stored.place)

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
            keep_sms(self._database, _fragment(self._name, pdu, value), _join, self._now())

    def _report(self, report: StatusReport) -> None:
        if report.delivery is Delivery.PENDING:
            return
        delivered = report.delivery is Delivery.DELIVERED
        recipient, reference = report.recipient.text, report.reference
        with self._database.write() as session:
            ours = messages.report(
                session, self._name, recipient, reference, delivered, self._now()
            )
        if not ours:
            log.info("%s: a status report for %s fits no text", self._name, masked(recipient))


def _fragment(modem: str, pdu: str, value: Deliver | Unreadable) -> NewFragment:
    if isinstance(value, Unreadable):
        return NewFragment(modem, "unreadable", None, pdu)
    sender, sent_at = value.sender.text or "unknown", value.sent_at.at
    concat = value.concat
    # A part that contradicts itself (5 of 3) would wait for ever: it is shown by itself.
    if concat is None or not 1 <= concat.number <= concat.total:
        return NewFragment(modem, sender, sent_at, pdu)
    return NewFragment(modem, sender, sent_at, pdu, concat.reference, concat.total, concat.number)


def _join(pdus: Sequence[str]) -> str:
    values = [read_incoming(pdu) for pdu in pdus]
    readable = [value.user_data for value in values if isinstance(value, Deliver)]
    return join_text(readable) if readable else _UNREADABLE.format(raw=pdus[0])
