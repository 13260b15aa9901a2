"""Use cases: what the tracker finds out about calls, each kept in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import singledispatchmethod

from sqlalchemy.orm import Session

from textback.core import lines, phone, policy
from textback.core.calls import CallBegan, CallEnded, OutboundEnded, VoicemailReached
from textback.core.messages import Kind
from textback.core.office import Office
from textback.engine.on_the_line import OnTheLine
from textback.store import calls, conversations, greetings
from textback.store import lines as line_store
from textback.store.database import Database
from textback.store.models import Call, Conversation
from textback.store.office import load_office

GOT_THROUGH = "they got through meanwhile"


@dataclass(frozen=True, slots=True)
class SightLost:
    """The link to the PBX is lost: nobody knows any more who is on the line."""


News = CallBegan | VoicemailReached | CallEnded | OutboundEnded | SightLost


class CallBook:
    """Keeps the calls of all PBXs and queues or withdraws the texts they call for.

    Used by one thread. A bug in one finding leaves the others alone.
    """

    def __init__(self, database: Database, now: Callable[[], datetime], box: str = "") -> None:
        self._database = database
        self._now = now
        self._box = box
        self._on_the_line = OnTheLine()

    def start(self) -> None:
        """Let go of what an earlier life of this program held back."""
        with self._database.write() as session:
            for number in greetings.held_numbers(session, self._box):
                self._release(session, number)

    def take(self, pbx: str, news: News) -> None:
        """Keep one finding. Raises OperationalError when the database cannot be written."""
        self._take(news, pbx)

    def set_aside(self, pbx: str, call: CallEnded) -> None:
        """Keep a call about which nothing could be decided, so that staff see it all the same."""
        with self._database.write() as session:
            kept = calls.record(session, pbx, call)
            if kept is not None:
                kept.decision = policy.PolicyReason.NOT_DECIDED

    @singledispatchmethod
    def _take(self, news: News, pbx: str) -> None:
        raise TypeError(f"{pbx}: what is {news!r}?")

    @_take.register
    def _began(self, news: CallBegan, pbx: str) -> None:
        with self._database.read() as session:
            number = _number(session, news.number)
            waits = number is not None and greetings.is_queued(session, number)
        if number is not None:
            self._on_the_line.began(pbx, news.uniqueid, number)
        if number is not None and waits:
            with self._database.write() as session:
                greetings.hold(session, number)

    @_take.register
    def _lost_sight(self, _news: SightLost, pbx: str) -> None:
        freed = self._on_the_line.lost_sight_of(pbx)
        with self._database.write() as session:
            for number in freed:
                self._release(session, number)

    @_take.register
    def _voicemail(self, news: VoicemailReached, pbx: str) -> None:
        with self._database.write() as session:
            kept = calls.record(session, pbx, news.call, ended=False)
            if kept is not None:
                self._decide(session, kept, news.call, ended=False)

    @_take.register
    def _ended(self, call: CallEnded, pbx: str) -> None:
        self._on_the_line.ended(pbx, call.uniqueid)
        with self._database.write() as session:
            call = calls.as_seen(session, pbx, call)
            kept = calls.record(session, pbx, call)
            if kept is not None:
                self._settle(session, kept, call)

    @_take.register
    def _outbound(self, call: OutboundEnded, pbx: str) -> None:
        """A call back belongs to the conversation; other outbound calls are nobody's business."""
        self._on_the_line.ended(pbx, call.uniqueid)
        with self._database.write() as session:
            number = _number(session, call.number)
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
            self._after(session, conversation.number, reached=call.answered_at is not None)

    def _settle(self, session: Session, kept: Call, call: CallEnded) -> None:
        number = _number(session, call.caller)
        if number is not None:
            self._after(session, number, reached=call.person_reached)
        if not kept.texted:
            self._decide(session, kept, call, ended=True)

    def _after(self, session: Session, number: str, *, reached: bool) -> None:
        """A call with this number is over: a greeting that waits is withdrawn, or may go."""
        if reached:
            reason = policy.PolicyReason.GOT_THROUGH
            greetings.cancel(session, number, self._now(), GOT_THROUGH, reason)
        elif not self._on_the_line.has(number):
            self._release(session, number)

    def _release(self, session: Session, number: str) -> None:
        conversation = conversations.existing_conversation(session, number)
        if conversation is not None:
            grace = line_store.rules_of(session, conversation.line_id).grace_time
            lasting = policy.TOO_LATE_AFTER
            greetings.release(session, number, grace=grace, lasting=lasting, now=self._now())

    def _decide(self, session: Session, kept: Call, call: CallEnded, *, ended: bool) -> None:
        office = load_office(session)
        number = phone.e164(call.caller, (office or Office()).country)
        line = lines.line_of(call, line_store.lines(session))
        kept.line_id = line.id if line else None
        conversation = _conversation(session, call, number, kept.line_id, self._now())
        known = policy.Known(
            now=self._now(),
            office=office,
            number=number,
            rules=line_store.rules_of(session, kept.line_id),
            ended=ended,
            opted_out=number is not None and conversations.opted_out(session, number),
            last_greeting_at=_last_greeting_at(session, conversation),
        )
        decision = policy.decide(call, known)
        kept.decision = decision.reason
        kept.texted = isinstance(decision, policy.Send)
        kept.conversation_id = conversation.id if conversation else None
        if conversation is not None and isinstance(decision, policy.Send):
            self._queue(session, kept, conversation, decision)

    def _queue(
        self, session: Session, kept: Call, conversation: Conversation, decision: policy.Send
    ) -> None:
        conversations.queue_text(
            session,
            conversation,
            Kind.GREETING,
            decision.text,
            self._now(),
            call_id=kept.id,
            not_before=decision.not_before,
            expires_at=decision.expires_at,
        )
        if self._on_the_line.has(conversation.number, besides=kept.uniqueid):
            greetings.hold(session, conversation.number)


def _number(session: Session, raw: str) -> str | None:
    return phone.e164(raw, (load_office(session) or Office()).country)


def _last_greeting_at(session: Session, conversation: Conversation | None) -> datetime | None:
    return greetings.last_at(session, conversation.id) if conversation else None


def _conversation(
    session: Session, call: CallEnded, number: str | None, line_id: int | None, now: datetime
) -> Conversation | None:
    """A missed caller's conversation. An answered call only joins one that exists already."""
    if number is None or call.withheld:
        return None
    if lines.loss_of(call) is None:
        return conversations.existing_conversation(session, number)
    conversation = conversations.conversation_with(session, number, now)
    conversations.touch(conversation, now)
    conversation.name = conversation.name or call.caller_name[:128]
    conversation.line_id = line_id if line_id is not None else conversation.line_id
    return conversation
