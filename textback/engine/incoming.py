"""Use case: an SMS came in. Kept raw first, joined when whole, then understood."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from textback.core import phone
from textback.core.answers import Meaning, understand
from textback.core.messages import Kind
from textback.core.office import Office
from textback.core.policy import filled
from textback.store import conversations, fragments, messages
from textback.store.database import Database
from textback.store.fragments import NewFragment
from textback.store.models import Conversation, Fragment
from textback.store.office import load_office


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says. `sender` is there where it is not who the PDUs came from.

    `from_person`: its words count, and a person waits for an answer. `news`: it opens its
    conversation.
    """

    text: str
    sender: str | None = None
    from_person: bool = True
    news: bool = True


Read = Callable[[Sequence[str]], Reading]  # from the PDUs of a text, in order


def keep_sms(database: Database, new: NewFragment, read: Read, now: datetime) -> bool:
    """Keep one SMS and, when its text is whole, put it into its conversation.

    Once this returns, the SMS may be deleted from the SIM. False when it was read before.
    """
    with database.write() as session:
        fragment = fragments.keep(session, new, now)
        if fragment is None:
            return False
        parts = fragments.parts_of_text(session, fragment)
        shown = next((p.message_id for p in parts if p.message_id is not None), None)
        if shown is not None or fragments.is_whole(parts):
            _show(session, parts, shown, read, now)
        return True


def show_incomplete(database: Database, read: Read, now: datetime) -> None:
    """Show texts of which a part has not come for long; the rest joins them when it comes."""
    with database.read() as session:
        if not fragments.overdue(session, now):
            return
    with database.write() as session:
        for fragment in fragments.overdue(session, now):
            _show(session, fragments.parts_of_text(session, fragment), None, read, now)


def _show(
    session: Session, parts: Sequence[Fragment], shown: int | None, read: Read, now: datetime
) -> None:
    reading = read([part.pdu for part in parts])
    if shown is None:
        shown = _receive(session, parts[0], reading, now)
    missing = parts[0].concat_total - len(parts)
    detail = f"{missing} part(s) of this text have not come" if missing else ""
    messages.rewrite(session, shown, reading.text, detail)
    for part in parts:
        part.message_id = shown


def _receive(session: Session, part: Fragment, reading: Reading, now: datetime) -> int:
    office = load_office(session) or Office()
    sender = reading.sender or part.sender
    number = phone.e164(sender, office.country) or sender
    known = conversations.existing_conversation(session, number) is not None
    conversation = conversations.conversation_with(session, number, now)
    if reading.news:
        conversations.touch(conversation, now)
    elif not known:
        conversation.open = False
    conversation.modem = part.modem  # the number that they have, and answer to
    message = messages.received(session, conversation, part.modem, reading.text, now)
    if reading.from_person:
        _react(session, office, conversation, reading.text, now)
    return message.id


def _react(
    session: Session, office: Office, conversation: Conversation, text: str, now: datetime
) -> None:
    answer = understand(text)
    if answer.meaning is Meaning.OPT_OUT:
        _opt_out(session, office, conversation, now)
    elif answer.meaning is Meaning.OPT_IN:
        conversations.opt_in(session, conversation.number, now)
    if answer.needs_person:
        conversation.waiting_since = conversation.waiting_since or now


def _opt_out(session: Session, office: Office, conversation: Conversation, now: datetime) -> None:
    """STOP: nothing more goes out but one confirmation. A repeated STOP gets silence."""
    if not conversations.opt_out(session, conversation.number, now):
        return
    messages.cancel_queued(session, conversation.id, now, "the person asked for no more texts")
    if office.firm and phone.e164(conversation.number, office.country):
        text = filled(office.text_opted_out, office)
        conversations.queue_text(session, conversation.id, Kind.OPT_OUT_CONFIRMATION, text, now)
