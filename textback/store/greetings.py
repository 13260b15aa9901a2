"""Greetings between the call and the text: held, let go, withdrawn, and remembered."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from textback.core.links import full_name
from textback.core.messages import Kind, MessageState, PartState
from textback.store.changes import Topic, bump
from textback.store.messages import move
from textback.store.models import Call, Conversation, Message, Part


def is_queued(session: Session, number: str) -> bool:
    return bool(_queued(session, number))


def hold(session: Session, number: str) -> None:
    """While this number is on the line its greeting waits; it expires if they talk for long."""
    for greeting in _queued(session, number):
        greeting.not_before = greeting.expires_at


def release(
    session: Session, number: str, *, grace: timedelta, lasting: timedelta, now: datetime
) -> None:
    """The number has hung up and reached nobody: its greeting goes out after the line's grace.

    One that was not held keeps its time. The call that ended now makes it worth sending anew.
    """
    for greeting in _queued(session, number):
        if greeting.not_before == greeting.expires_at:
            greeting.not_before, greeting.expires_at = now + grace, now + lasting
            bump(session, Topic.OUTBOX)


def cancel(
    session: Session,
    number: str,
    now: datetime,
    detail: str,
    decision: str,
    *,
    begun_before: datetime | None = None,
) -> None:
    """They got through meanwhile: no text is wanted, and the call it answers is not texted.

    With `begun_before`, only where that call began before.
    """
    for greeting in _queued(session, number):
        call = session.get(Call, greeting.call_id) if greeting.call_id else None
        if call is not None and begun_before is not None and call.started_at >= begun_before:
            continue
        move(session, greeting, MessageState.CANCELLED, now, detail)
        if call is not None:
            call.texted, call.decision = False, decision


def held_numbers(session: Session, box: str) -> list[str]:
    """The numbers whose greeting, for a call to this box's PBXs, is held as they are on the line.

    A box without a name is the only one.
    """
    ours = Call.pbx.startswith(full_name(box, ""), autoescape=True)
    return list(
        session.scalars(
            select(Conversation.number)
            .join(Message)
            .join(Call, Call.id == Message.call_id)
            .where(
                ours,
                Message.state == MessageState.QUEUED,
                Message.kind == Kind.GREETING,
                Message.not_before == Message.expires_at,
            )
        )
    )


def _queued(session: Session, number: str) -> Sequence[Message]:
    return session.scalars(
        select(Message)
        .join(Conversation)
        .where(
            Conversation.number == number,
            Message.state == MessageState.QUEUED,
            Message.kind == Kind.GREETING,
        )
    ).all()


def last_at(session: Session, conversation_id: int) -> datetime | None:
    """When this number was last greeted, counting the greetings still on their way.

    One that failed counts when a part of it had gone out.
    """
    never_sent = (MessageState.CANCELLED, MessageState.FAILED)
    return session.scalar(
        select(func.max(Message.at)).where(
            Message.conversation_id == conversation_id,
            Message.kind == Kind.GREETING,
            or_(
                Message.state.not_in(never_sent), Message.parts.any(Part.state != PartState.PLANNED)
            ),
        )
    )
