"""Twenty texts and replies: missed calls, staff's replies, texts that come in; and the balance."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import select

from tests.e2e.office import DID
from textback.asterisk.simulator import PbxSimulator
from textback.core.messages import Direction, Kind, MessageState
from textback.modem.simulator import ModemSimulator
from textback.modem.simulator.network import Taken
from textback.store import conversations
from textback.store.database import Database
from textback.store.models import Conversation, Message

CALLERS = tuple(f"+1212555{n:04}" for n in range(100, 108))
CLIENTS = tuple(f"+1212555{n:04}" for n in range(200, 206))
WRITERS = tuple(f"+1212555{n:04}" for n in range(300, 306))
_LONG = "and this goes on for more than one part, " * 5
_OUT = frozenset({MessageState.SENT, MessageState.DELIVERED, MessageState.UNDELIVERED})
_OPEN = frozenset({MessageState.QUEUED, MessageState.SENDING})
_Out = tuple[Kind, str, Message]


@dataclass(frozen=True, slots=True)
class Balance:
    """What became of the traffic. `lost` and `doubled` name each text; so does `unconfirmed`."""

    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    unconfirmed: tuple[str, ...]
    given_up: tuple[str, ...]  # FAILED or CANCELLED, and why

    @property
    def flawless(self) -> bool:
        return not self.lost and not self.doubled


@dataclass(frozen=True, slots=True)
class Traffic:
    """What is done to an office, and what must have come of it."""

    database: Database
    pbx: PbxSimulator
    modem: ModemSimulator
    staff_id: int

    def all(self, rng: random.Random) -> list[Callable[[], object]]:
        """Everything that happens, in an order of its own."""
        happen: list[Callable[[], object]] = [partial(self.call, number) for number in CALLERS]
        happen += [partial(self.reply, number) for number in CLIENTS]
        happen += [partial(self.write, number) for number in WRITERS]
        rng.shuffle(happen)
        return happen

    def call(self, number: str) -> None:
        """A call that nobody takes."""
        self.pbx.call(number, DID, "no-answer")

    def reply(self, number: str) -> None:
        """Somebody of the staff answers, in the web's process."""
        with self.database.write() as session:
            now = datetime.now(UTC)
            conversation = conversations.conversation_with(session, number, now)
            body = body_for(number)
            conversations.reply(session, conversation.id, self.staff_id, body, "US", now)

    def write(self, number: str) -> None:
        """A text comes in."""
        self.modem.receive_sms(number, body_for(number))

    def callers_not_heard(self) -> list[str]:
        """Who called while nobody listened: they will call again."""
        greeted = {to for kind, to, _ in self._out() if kind is Kind.GREETING}
        return [number for number in CALLERS if number not in greeted]

    def settled(self) -> bool:
        """Whether nothing more is to be expected, but status reports."""
        out = self._out()
        return (
            len(self._incoming()) >= len(WRITERS)
            and len(out) >= len(CALLERS) + len(CLIENTS)
            and not any(message.state in _OPEN for _, _, message in out)
        )

    def in_doubt(self) -> bool:
        return any(message.state is MessageState.UNCONFIRMED for *_, message in self._out())

    def balance(self) -> Balance:
        out, came_in = self._out(), Counter(self._incoming())
        written = Counter((number, body_for(number)) for number in WRITERS)
        written_to = Counter((kind, to) for kind, to, _ in out)
        due = [(Kind.GREETING, to) for to in CALLERS] + [(Kind.REPLY, to) for to in CLIENTS]
        lost = [f"{kind} to {to}: {m.state}" for kind, to, m in out if self._is_lost(m)]
        lost += [f"{kind} to {to}: never written" for kind, to in due if not written_to[kind, to]]
        lost += [f"from {number}" for number, _ in (written - came_in)]
        doubled = [f"from {number}" for number, _ in (came_in - written)]
        doubled += [f"{kind} to {to}" for (kind, to), n in written_to.items() if n > 1]
        doubled += [f"a PDU to {taken.to}" for taken in self._taken_again()]
        return Balance(tuple(lost), tuple(doubled), self._in(out, MessageState.UNCONFIRMED),
                       self._in(out, MessageState.FAILED, MessageState.CANCELLED))  # fmt: skip

    def _is_lost(self, message: Message) -> bool:
        """Neither sent nor shown as not sent, or said to be sent and never taken."""
        if message.state in _OPEN:
            return True
        if message.state in _OUT:
            taken = {each.pdu for each in self.modem.network.taken}
            return any(part.pdu not in taken for part in message.parts)
        return not message.detail

    def _taken_again(self) -> list[Taken]:
        doubled = set(self.modem.network.doubled)
        return [taken for taken in self.modem.network.taken if taken.pdu in doubled]

    def _in(self, out: Sequence[_Out], *states: MessageState) -> tuple[str, ...]:
        return tuple(f"{kind} to {to}: {m.detail}" for kind, to, m in out if m.state in states)

    def _out(self) -> list[_Out]:
        query = select(Conversation.number, Message).join(Message.conversation)
        with self.database.read() as session:
            rows = session.execute(query.where(Message.direction == Direction.OUT)).all()
            _ = [message.parts for _, message in rows]  # loaded while the session lives
        return [(message.kind, number, message) for number, message in rows]

    def _incoming(self) -> list[tuple[str, str]]:
        query = select(Conversation.number, Message.body).join(Message.conversation)
        with self.database.read() as session:
            rows = session.execute(query.where(Message.direction == Direction.IN)).all()
        return [(number, body) for number, body in rows]


def body_for(number: str) -> str:
    """Every third is too long for one part."""
    return f"About {number}: " + (_LONG if int(number) % 3 == 0 else "call me.")
