"""Life-like rows for tests of the web, each made in one call."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from sqlalchemy.orm import Session

from textback.core.calls import Outcome, Voicemail
from textback.core.links import Fact, LinkState
from textback.core.messages import Direction, Kind, MessageState
from textback.core.office import Office
from textback.store import conversations, lines, migrate, office, staff
from textback.store.changes import Topic, bump
from textback.store.database import Database
from textback.store.models import Call, Conversation, Gap, Link, Message, OptOut

NOW = datetime(2026, 11, 23, 19, 5, tzinfo=UTC)  # a Monday, 2:05 pm in New York
PASSWORD = "correct horse battery"
OFFICE = Office(firm="Smith & Sons Dental", country="US", timezone="America/New_York")


@dataclass
class Clock:
    """A clock that a test moves."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> None:
        self.at += timedelta(**span)


@dataclass
class Make:
    """Makes rows in one database, at its clock's time unless told otherwise."""

    database: Database
    clock: Clock = field(default_factory=Clock)
    _serial: Iterator[int] = field(default_factory=lambda: count(1))

    @classmethod
    def new(cls, folder: Path, clock: Clock | None = None) -> "Make":
        """An empty database in `folder`, with its tables."""
        database = Database(f"sqlite:///{folder / 'textback.db'}")
        migrate.upgrade(database)
        return cls(database, clock or Clock())

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that also wakes the open pages."""
        with self.database.write() as session:
            yield session
            bump(session, Topic.INBOX, Topic.LINKS)

    def office(self, settings: Office = OFFICE) -> None:
        with self.writing() as session:
            office.save_office(session, settings)

    def line(self, did: str = "+12125550100", name: str = "Main line") -> None:
        with self.writing() as session:
            lines.name_line(session, did, name)

    def person(
        self, username: str = "rosa", name: str = "Rosa Ortiz", *, admin: bool = False
    ) -> staff.Person:
        with self.writing() as session:
            now = self.clock()
            return staff.add_staff(session, username, name, PASSWORD, now, admin=admin)

    def conversation(
        self,
        number: str | None = None,
        name: str = "",
        *,
        owner: int | None = None,
        at: datetime | None = None,
    ) -> int:
        with self.writing() as session:
            number = number or f"+1212555{next(self._serial) + 199:04}"
            made = conversations.conversation_with(session, number, at or self.clock())
            made.name, made.owner_id = name[:128], owner
            made.line_id = _line_id(session, "+12125550100")
            return made.id

    def text_in(self, conversation_id: int, body: str, at: datetime | None = None) -> int:
        """A text from the other person, who waits for an answer from now on."""
        when = at or self.clock()
        with self.writing() as session:
            conversation = session.get_one(Conversation, conversation_id)
            conversations.touch(conversation, when)
            conversation.waiting_since = conversation.waiting_since or when
            return self._message(
                session,
                conversation_id,
                body,
                when,
                direction=Direction.IN,
                kind=Kind.INCOMING,
                state=MessageState.RECEIVED,
            )

    def text_out(
        self,
        conversation_id: int,
        body: str,
        state: MessageState = MessageState.DELIVERED,
        at: datetime | None = None,
        *,
        author: int | None = None,
        detail: str = "",
        **values: object,
    ) -> int:
        """A text from the office; without an author it is an automatic greeting."""
        when = at or self.clock()
        with self.writing() as session:
            conversation = session.get_one(Conversation, conversation_id)
            conversations.touch(conversation, when)
            if author is not None:
                conversation.waiting_since = None
            return self._message(
                session,
                conversation_id,
                body,
                when,
                direction=Direction.OUT,
                kind=Kind.REPLY if author is not None else Kind.GREETING,
                state=state,
                author_id=author,
                detail=detail,
                **values,
            )

    def _message(
        self, session: Session, conversation_id: int, body: str, at: datetime, **values: object
    ) -> int:
        message = Message(conversation_id=conversation_id, body=body, at=at, **values)
        session.add(message)
        session.flush()
        return message.id

    def call(
        self,
        conversation_id: int | None = None,
        outcome: Outcome = Outcome.NO_ANSWER,
        at: datetime | None = None,
        *,
        caller: str = "+12125550123",
        direction: Direction = Direction.IN,
        decision: str = "no_answer",
        texted: bool = True,
        voicemail: Voicemail = Voicemail.NONE,
        lost_in: str = "",
        events: list[dict[str, str]] | None = None,
        **values: object,
    ) -> int:
        when = at or self.clock()
        with self.writing() as session:
            if conversation_id is not None:
                conversation = session.get_one(Conversation, conversation_id)
                conversations.touch(conversation, when)
                caller = conversation.number
            uniqueid = f"1763924700.{next(self._serial)}"
            made: dict[str, object] = {
                "pbx": "pbx",
                "direction": direction,
                "ended": True,
                "uniqueid": uniqueid,
                "linkedid": uniqueid,
                "caller": caller,
                "caller_name": "",
                "did": "+12125550100",
                "withheld": False,
                "outcome": outcome,
                "person_reached": outcome is Outcome.ANSWERED,
                "voicemail": voicemail,
                "lost_in": lost_in,
                "queue": "",
                "trunk": "PJSIP/provider",
                "line_id": _line_id(session, "+12125550100"),
                "rang": [],
                "answered_by": "",
                "answered_at": None,
                "forwarded": False,
                "would_text": texted,
                "reason": "no_answer",
                "texted": texted,
                "decision": decision,
                "started_at": when,
                "ended_at": when + timedelta(seconds=20),
                "conversation_id": conversation_id,
                "events": events or [],
            }
            call = Call(**(made | values))
            session.add(call)
            session.flush()
            return call.id

    def gap(
        self, recovered: int | None = None, detail: str = "", until: datetime | None = None
    ) -> None:
        """Twenty minutes in which nobody listened."""
        until = until or self.clock()
        with self.writing() as session:
            since = until - timedelta(minutes=20)
            session.add(
                Gap(
                    pbx="pbx",
                    since=since,
                    until=until,
                    looked_up=True,
                    recovered=recovered,
                    detail=detail,
                )
            )

    def opt_out(self, conversation_id: int) -> None:
        with self.writing() as session:
            number = session.get_one(Conversation, conversation_id).number
            session.merge(OptOut(number=number, since=self.clock(), ended_at=None))

    def link(
        self,
        kind: str,
        state: LinkState = LinkState.UP,
        detail: str = "",
        name: str = "",
        warning: str = "",
        binds_for: timedelta = timedelta(minutes=5),
        **facts: Fact,
    ) -> None:
        with self.writing() as session:
            now = self.clock()
            row = Link(kind=kind, name=name or kind, state=state, detail=detail, facts=facts)
            row.warning, row.binds_until = warning, now + binds_for
            row.since = row.seen_at = now
            session.merge(row)

    def all_well(self) -> None:
        """The office is set up, the engine runs, and its links are up."""
        self.office()
        for kind in ("engine", "pbx", "modem"):
            self.link(kind)


def _line_id(session: Session, did: str) -> int | None:
    return next((line.id for line in lines.lines(session) if line.match.fits(did)), None)
