"""How one part is handed to the modem: at once, or by the modem's own storage where it has one.

A modem that remembers what it sent (AT+CMGW, AT+CMSS) can be asked about a send that was
interrupted. Whether it really marks a text as sent is seen at the first one, and kept.
"""

import logging

from textback.modem.driver import CommandRefused, Modem
from textback.modem.events import Place
from textback.modem.kept_sends import NotStored, SentStorage, is_probe, same_submit
from textback.modem.pdu import SubmitPdu
from textback.store import doubts, messages
from textback.store.database import Database
from textback.store.messages import PartToSend

log = logging.getLogger(__name__)


class Handover:
    """For one modem. Every method may raise LinkDown."""

    def __init__(self, database: Database, modem_name: str) -> None:
        self._database = database
        self._name = modem_name
        self._stored: Place | None = None

    def look_at(self, modem: Modem) -> None:
        """Recall whether this modem marks what it sends; without that its storage is of no use."""
        self._stored = None
        if modem.kept is not None and modem.keeps_status is None:
            with self._database.read() as session:
                modem.keeps_status = doubts.remembers_sent(session, self._identity(modem))
        if modem.keeps_status is False:
            modem.kept = None

    def send(self, modem: Modem, part: PartToSend) -> int:
        """Send one part; its TP-MR. Raises SendDeferred, SendRefused, SendUnconfirmed."""
        pdu = SubmitPdu(part.pdu, part.length)
        self._stored = self._store(modem.kept, part, pdu) if modem.kept else None
        if modem.kept is None or self._stored is None:
            return modem.send(pdu)
        return modem.kept.send(self._stored)

    def forget(self, modem: Modem, *, sent: bool) -> None:
        """What became of the part is committed: the modem need not remember it any more."""
        place, self._stored = self._stored, None
        if place is None:
            return
        if sent and modem.kept is not None and modem.keeps_status is None:
            self._learn(modem, modem.kept, place)
        self._delete(modem, place)

    def tidy_up(self, modem: Modem) -> None:
        """Delete texts of ours that somebody left in the storage who died."""
        found = modem.kept.leftovers() if modem.kept else []
        if not found:
            return
        with self._database.read() as session:
            ours = doubts.of_this_modem(session, self._name)
        for kept in found:
            if is_probe(kept.pdu) or any(same_submit(kept.pdu, pdu) for pdu in ours):
                self._delete(modem, kept.place)

    def _store(self, storage: SentStorage, part: PartToSend, pdu: SubmitPdu) -> Place | None:
        try:
            place = storage.store(pdu)
        except NotStored as error:
            log.info("%s: a text is sent without the modem's storage: %s", self._name, error)
            with self._database.write() as session:
                messages.not_stored(session, part.part_id)
            return None
        with self._database.write() as session:
            messages.stored(session, part.part_id, place.storage, place.index)
        return place

    def _learn(self, modem: Modem, storage: SentStorage, place: Place) -> None:
        found = storage.look(place)
        modem.keeps_status = found is not None and found.sent
        with self._database.write() as session:
            doubts.learn_remembers_sent(session, self._identity(modem), modem.keeps_status)
        if not modem.keeps_status:
            modem.kept = None
            log.info("%s: the modem does not mark what it sent", self._name)

    def _delete(self, modem: Modem, place: Place) -> None:
        try:
            modem.delete(place)
        except CommandRefused as error:
            log.info("%s: a sent text stays in the modem's storage: %s", self._name, error)

    def _identity(self, modem: Modem) -> str:
        return modem.imei or self._name
