"""Use cases: what the tracker finds out about calls, each kept in one transaction."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import singledispatchmethod

from sqlalchemy.orm import Session

from textback.core import lines, policy
from textback.core.calls import (
    CallBegan,
    CallEnded,
    Finding,
    OutboundEnded,
    Outcome,
    PersonReached,
    VoicemailReached,
)
from textback.core.messages import Kind
from textback.engine.on_the_line import OnTheLine
from textback.store import calls, conversations, greetings
from textback.store.calls import Decided
from textback.store.database import Database
from textback.store.models import Call, Conversation
from textback.store.setup import Setup, load_setup

GOT_THROUGH = "they got through meanwhile"


@dataclass(frozen=True, slots=True)
class SightLost:
    """The link to the PBX is lost: nobody knows any more who is on the line."""


@dataclass(frozen=True, slots=True)
class AllTold:
    """The PBX has told who is on the line now, and its records who was in the gap."""


@dataclass(frozen=True, slots=True)
class TalkFound:
    """The PBX's records know that a person spoke with this number, until `at`."""

    uniqueid: str
    number: str  # as in CallBegan
    at: datetime


@dataclass(frozen=True, slots=True)
class _Case:
    """A call to decide about, and what was looked up for it; `ended` is False in voicemail."""

    pbx: str
    call: CallEnded
    ended: bool
    setup: Setup
    number: str | None
    conversation: Conversation | None


News = Finding | SightLost | AllTold | TalkFound


class CallBook:
    """Keeps the calls of all PBXs and queues or withdraws the texts they call for.

    Used by one thread. A bug in one finding leaves the others alone. `pbxes` are those that will
    tell who is on the line.
    """

    def __init__(
        self,
        database: Database,
        now: Callable[[], datetime],
        box: str = "",
        pbxes: Iterable[str] = (),
    ) -> None:
        self._database = database
        self._now = now
        self._box = box
        self._pbxes = tuple(pbxes)
        self._on_the_line = OnTheLine()

    def start(self) -> None:
        """Go on holding what an earlier life of this program held back, until each PBX told all."""
        with self._database.write() as session:
            held = greetings.held_numbers(session, self._box)
            for pbx in self._pbxes:
                self._on_the_line.may_be_on(pbx, held)
            if not self._pbxes:
                self._release_numbers(session, held)

    def take(self, pbx: str, news: News) -> None:
        """Keep one finding. Raises OperationalError when the database cannot be written."""
        self._take(news, pbx)

    def set_aside(self, pbx: str, call: CallEnded) -> None:
        """Keep a call about which nothing could be decided, so that staff see it all the same."""
        with self._database.write() as session:
            if calls.known(session, pbx, call.uniqueid) is None:
                calls.record(session, pbx, call, Decided(policy.PolicyReason.NOT_DECIDED))

    @singledispatchmethod
    def _take(self, news: News, pbx: str) -> None:
        raise TypeError(f"{pbx}: what is {news!r}?")

    @_take.register
    def _began(self, news: CallBegan, pbx: str) -> None:
        with self._database.read() as session:
            number = load_setup(session).number(news.number)
            waits = number is not None and greetings.is_queued(session, number)
        if number is not None:
            self._on_the_line.began(pbx, news.uniqueid, number)
        if number is not None and waits:
            with self._database.write() as session:
                greetings.hold(session, number)

    @_take.register
    def _reached(self, news: PersonReached, _pbx: str) -> None:
        """They talk: whatever waits to be sent to them is pointless from now on."""
        with self._database.read() as session:
            number = load_setup(session).number(news.number)
            waits = number is not None and greetings.is_queued(session, number)
        if number is not None:
            self._on_the_line.spoke(number, news.uniqueid, self._now())
        if number is not None and waits:
            with self._database.write() as session:
                self._withdraw(session, number)

    @_take.register
    def _lost_sight(self, _news: SightLost, pbx: str) -> None:
        """Who was on the line may still talk: what is held stays so until all is told."""
        self._on_the_line.lost_sight_of(pbx)

    @_take.register
    def _told_all(self, _news: AllTold, pbx: str) -> None:
        freed = self._on_the_line.told_all(pbx)
        if freed:
            with self._database.write() as session:
                self._release_numbers(session, freed)

    @_take.register
    def _talked(self, news: TalkFound, _pbx: str) -> None:
        """Told before the calls of the gap, so that nobody is texted who was reached in it."""
        with self._database.write() as session:
            number = load_setup(session).number(news.number)
            if number is not None:
                self._on_the_line.spoke(number, news.uniqueid, news.at)
                self._withdraw(session, number, news.at)

    @_take.register
    def _voicemail(self, news: VoicemailReached, pbx: str) -> None:
        with self._database.write() as session:
            self._keep(session, pbx, news.call, ended=False)

    @_take.register
    def _ended(self, call: CallEnded, pbx: str) -> None:
        unseen = call.outcome is Outcome.UNKNOWN
        self._on_the_line.ended(pbx, call.uniqueid, unseen=unseen)
        with self._database.write() as session:
            self._keep(session, pbx, call, ended=True)

    @_take.register
    def _outbound(self, call: OutboundEnded, pbx: str) -> None:
        """A call back belongs to the conversation; other outbound calls are nobody's business."""
        self._on_the_line.ended(pbx, call.uniqueid)
        with self._database.write() as session:
            setup = load_setup(session)
            number = setup.number(call.number)
            if number and call.answered_at is not None:
                self._on_the_line.spoke(number, call.uniqueid, call.ended_at)
            conversation = number and conversations.existing_conversation(session, number)
            if not conversation:
                return
            kept = calls.record_outbound(session, pbx, call)
            if kept is None:
                return
            kept.conversation_id = conversation.id
            conversation.last_at = max(conversation.last_at, call.ended_at)
            if call.answered_at is not None:
                conversation.waiting_since = None
            self._after(session, setup, conversation, reached=call.answered_at is not None)

    def _keep(self, session: Session, pbx: str, call: CallEnded, *, ended: bool) -> None:
        """Keep what is told of a call, and decide about a text unless there is one already.

        A caller who is new to us is what has to be quick: all that is looked up is looked up once.
        """
        kept = calls.known(session, pbx, call.uniqueid)
        if kept is not None and not calls.tells_more(kept, ended=ended):
            return
        if kept is not None:
            call = calls.as_seen(kept, call)
        setup = load_setup(session)
        number = setup.number(call.caller)
        if number and call.person_reached:
            self._on_the_line.spoke(number, call.uniqueid, call.ended_at)
        conversation = number and conversations.existing_conversation(session, number)
        if ended and conversation:
            self._after(session, setup, conversation, reached=call.person_reached)
        if kept is not None and kept.texted:
            calls.learn(session, kept, call, None)
            return
        case = _Case(pbx, call, ended, setup, number, conversation or None)
        self._decide(session, kept, case)

    def _after(
        self, session: Session, setup: Setup, conversation: Conversation, *, reached: bool
    ) -> None:
        """A call with this number is over: a greeting that waits is withdrawn, or may go."""
        if reached:
            self._withdraw(session, conversation.number)
        elif not self._on_the_line.has(conversation.number):
            self._release(session, setup, conversation)

    def _withdraw(self, session: Session, number: str, spoke_at: datetime | None = None) -> None:
        now, reason = self._now(), policy.PolicyReason.GOT_THROUGH
        greetings.cancel(session, number, now, GOT_THROUGH, reason, begun_before=spoke_at)

    def _release(self, session: Session, setup: Setup, conversation: Conversation) -> None:
        grace = setup.rules_of(conversation.line_id).grace_time
        lasting, now = policy.TOO_LATE_AFTER, self._now()
        greetings.release(session, conversation.number, grace=grace, lasting=lasting, now=now)

    def _release_numbers(self, session: Session, numbers: Iterable[str]) -> None:
        setup = load_setup(session)
        for number in numbers:
            conversation = conversations.existing_conversation(session, number)
            if conversation is not None:
                self._release(session, setup, conversation)

    def _decide(self, session: Session, kept: Call | None, case: _Case) -> None:
        line = lines.line_of(case.call, case.setup.lines)
        line_id = line.id if line else None
        decision = policy.decide(case.call, self._known(session, case, line_id))
        conversation_id = _conversation(session, case, line_id, self._now())
        texted = isinstance(decision, policy.Send)
        decided = Decided(decision.reason, texted, line_id, conversation_id)
        if kept is not None:
            calls.learn(session, kept, case.call, decided)
            call_id = kept.id
        else:
            call_id = calls.record(session, case.pbx, case.call, decided, ended=case.ended)
        if conversation_id is not None and isinstance(decision, policy.Send):
            self._queue(session, case, call_id, conversation_id, decision)

    def _known(self, session: Session, case: _Case, line_id: int | None) -> policy.Known:
        number, conversation = case.number, case.conversation
        return policy.Known(
            now=self._now(),
            office=case.setup.office,
            number=number,
            rules=case.setup.rules_of(line_id),
            ended=case.ended,
            got_through=number is not None
            and self._on_the_line.spoke_since(
                number, case.call.started_at, besides=case.call.uniqueid
            ),
            opted_out=number is not None and conversations.opted_out(session, number),
            last_greeting_at=_last_greeting_at(session, conversation),
        )

    def _queue(
        self,
        session: Session,
        case: _Case,
        call_id: int,
        conversation_id: int,
        decision: policy.Send,
    ) -> None:
        conversations.queue_text(
            session,
            conversation_id,
            Kind.GREETING,
            decision.text,
            self._now(),
            call_id=call_id,
            not_before=decision.not_before,
            expires_at=decision.expires_at,
        )
        if case.number and self._on_the_line.has(case.number, besides=case.call.uniqueid):
            greetings.hold(session, case.number)


def _last_greeting_at(session: Session, conversation: Conversation | None) -> datetime | None:
    return greetings.last_at(session, conversation.id) if conversation else None


def _conversation(session: Session, case: _Case, line_id: int | None, now: datetime) -> int | None:
    """A missed caller's conversation. An answered call only joins one that exists already."""
    conversation, call = case.conversation, case.call
    if case.number is None or call.withheld:
        return None
    if conversation is None:
        missed = lines.loss_of(call) is not None
        name = call.caller_name[:128]
        return conversations.begin(session, case.number, name, line_id, now) if missed else None
    if lines.loss_of(call) is not None:
        conversations.touch(conversation, now)
        conversation.name = conversation.name or call.caller_name[:128]
        conversation.line_id = line_id if line_id is not None else conversation.line_id
    return conversation.id
