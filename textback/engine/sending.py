"""Use case: send the next text. Each step is committed before the modem does what it says."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from textback.core.errors import LinkDown, SendDeferred, SendRefused, SendUnconfirmed
from textback.core.messages import MessageState
from textback.core.sim_rules import DAY, Held, SimRules
from textback.engine.doubts import Doubts
from textback.engine.handover import Handover
from textback.engine.sim_use import SimUse
from textback.modem.driver import Modem
from textback.modem.pdu import encode_submit
from textback.store import choice, messages
from textback.store.choice import Due, Taker
from textback.store.database import Database
from textback.store.messages import PartToSend, ToSend

log = logging.getLogger(__name__)

# How long a text waits after each deferral; after the last one it has failed.
RETRIES = tuple(timedelta(seconds=s) for s in (15, 60, 180, 600, 1800))


class Sender:
    """Takes texts from the outbox and hands them to one modem."""

    def __init__(
        self,
        database: Database,
        modem_name: str,
        now: Callable[[], datetime],
        rules: SimRules | None = None,
    ) -> None:
        self._database = database
        self._name = modem_name
        self._now = now
        self._use = SimUse(rules or SimRules())
        self._doubts = Doubts(database, modem_name, now)
        self._handover = Handover(database, modem_name)
        self.deferred = False  # the network did not take the last text: look how it is

    def recover(self, modem: Modem) -> None:
        """Settle what an earlier life of this program, or of the link, left in the middle.

        Raises LinkDown.
        """
        self._handover.look_at(modem)
        self._doubts.resolve_all(modem)
        self._handover.tidy_up(modem)
        with self._database.read() as session:
            self._use.remember(messages.sent_since(session, self._name, self._now() - DAY))

    def expire(self) -> None:
        """Cancel the texts that have become pointless."""
        with self._database.write() as session:
            messages.expire(session, self._now())

    def send_next(self, modem: Modem) -> bool:
        """Send one text; False when none is due. Raises LinkDown when the modem is lost."""
        now = self._now()
        if self._use.next_start(now) > now:
            return False
        held = self._use.held(now)
        taker = Taker(self._name, automatic=held is None)
        work = self._claim_next(taker, by_storage=modem.kept is not None)
        if work is None:
            if held:
                self._tell_held(held)
            return False
        self.deferred = False
        self._use.starts(len(work.parts), now)
        for part in work.parts:
            if not self._send_part(modem, work, part):
                break
        return True

    def wait_for(self) -> timedelta | None:
        """How long until a text for this modem may be due; None when there is none."""
        now = self._now()
        held = self._use.held(now)
        with self._database.read() as session:
            due_at = choice.next_due_at(session, Taker(self._name, automatic=held is None), now)
        moments = [at for at in (due_at, held.until if held else None) if at is not None]
        return max(min(moments), self._use.next_start(now)) - now if moments else None

    @property
    def warning(self) -> str:
        """What staff should know of this SIM's limits; "" while there is room."""
        return self._use.warning(self._now())

    def _tell_held(self, held: Held) -> None:
        with self._database.read() as session:
            waiting = choice.held_untold(session, self._name, self._now())
        if waiting:
            with self._database.write() as session:
                choice.tell_held(session, waiting, held.why)

    def _claim_next(self, taker: Taker, *, by_storage: bool) -> ToSend | None:
        # Looking and claiming are one transaction: of several modems each gets another text.
        while True:
            with self._database.write() as session:
                due = choice.due(session, taker, self._now())
                if due is None:
                    return None
                work = self._claim(session, due, by_storage=by_storage)
            if work is not None:
                return work

    def _claim(self, session: Session, due: Due, *, by_storage: bool) -> ToSend | None:
        """None when the text can never be sent: then it has failed."""
        try:
            pdus = _plan(due)
        except ValueError as error:
            if messages.claim(session, due.message_id, self._name, (), self._now()):
                messages.settle(
                    session, due.message_id, MessageState.FAILED, self._now(), str(error)
                )
            return None
        return messages.claim(
            session,
            due.message_id,
            self._name,
            pdus,
            self._now(),
            by_storage=by_storage,
            instead_of=due.instead_of,
        )

    def _send_part(self, modem: Modem, work: ToSend, part: PartToSend) -> bool:
        """Send one part and keep what became of it; whether to go on with the next."""
        sent = False
        try:
            reference = self._handover.send(modem, part)
        except SendDeferred as error:
            self._defer(work, str(error))
        except SendRefused as error:
            self._settle(work, MessageState.FAILED, str(error))
        except SendUnconfirmed as error:
            self._use.left(self._now())
            self._doubts.resolve(modem, work.message_id, str(error))
        except LinkDown:
            with self._database.write() as session:
                messages.not_attempted(session, work.message_id, self._now())
            raise
        else:
            sent = True
            self._use.left(self._now())
            with self._database.write() as session:
                messages.part_out(session, part.part_id, self._name, reference, self._now())
        self._handover.forget(modem, sent=sent)
        return sent

    def _defer(self, work: ToSend, why: str) -> None:
        self.deferred = True
        if work.attempts > len(RETRIES):
            self._settle(work, MessageState.FAILED, why)
            return
        with self._database.write() as session:
            wait = RETRIES[work.attempts - 1]
            messages.put_back(session, work.message_id, self._now(), why, wait=wait)

    def _settle(self, work: ToSend, to: MessageState, why: str) -> None:
        with self._database.write() as session:
            messages.settle(session, work.message_id, to, self._now(), why)


def _plan(due: Due) -> list[tuple[str, int]]:
    # The reference only has to differ between two texts to one phone at about the same time.
    pdus = encode_submit(due.number, due.body, reference=due.message_id % 256)
    return [(pdu.hex, pdu.length) for pdu in pdus]
