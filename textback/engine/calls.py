"""Use case: a call has ended. One transaction judges it, keeps it and queues its text."""

from datetime import datetime

from sqlalchemy.orm import Session

from textback.core import phone, policy
from textback.core.calls import CallEnded
from textback.core.messages import Kind
from textback.core.office import Office
from textback.store import calls, conversations, messages
from textback.store.database import Database
from textback.store.models import Call, Conversation
from textback.store.office import line_for, load_office


def record_call(database: Database, pbx: str, call: CallEnded, now: datetime) -> bool:
    """Keep a finished call and what was decided about it; whether a text was queued."""
    with database.write() as session:
        kept = calls.record(session, pbx, call)
        return kept is not None and _decide(session, kept, call, now)


def _decide(session: Session, kept: Call, call: CallEnded, now: datetime) -> bool:
    office = load_office(session)
    number = phone.e164(call.caller, (office or Office()).country)
    conversation = _conversation(session, call, number, now)
    decision = policy.decide(call, _known(session, office, number, conversation, now))
    kept.decision = decision.reason
    kept.texted = isinstance(decision, policy.Send)
    kept.conversation_id = conversation.id if conversation else None
    if conversation is None or not isinstance(decision, policy.Send):
        return False
    conversations.queue_text(
        session,
        conversation,
        Kind.GREETING,
        decision.text,
        now,
        call_id=kept.id,
        expires_at=decision.expires_at,
    )
    return True


def _known(
    session: Session,
    office: Office | None,
    number: str | None,
    conversation: Conversation | None,
    now: datetime,
) -> policy.Known:
    if number is None or conversation is None:
        return policy.Known(now, office, number)
    return policy.Known(
        now,
        office,
        number,
        opted_out=conversations.opted_out(session, number),
        last_greeting_at=messages.last_greeting_at(session, conversation.id),
    )


def _conversation(
    session: Session, call: CallEnded, number: str | None, now: datetime
) -> Conversation | None:
    """A missed caller's conversation. An answered call only joins one that exists already."""
    if number is None or call.withheld:
        return None
    if call.person_reached:
        return conversations.existing_conversation(session, number)
    conversation = conversations.conversation_with(session, number, now)
    conversations.touch(conversation, now)
    conversation.name = conversation.name or call.caller_name[:128]
    line = line_for(session, call.did)
    if line is not None:
        conversation.line_id = line.id
    return conversation
