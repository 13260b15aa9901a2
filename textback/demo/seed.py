"""What a demo's office looks like before the first call: names, lines, staff, a little history."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from textback.core.calls import CallEnded, Outcome
from textback.core.lines import LineRules
from textback.core.office import Office
from textback.engine.calls import CallBook
from textback.engine.incoming import Reading, keep_sms
from textback.store import choice, messages, reports
from textback.store.choice import Taker
from textback.store.database import Database
from textback.store.fragments import NewFragment
from textback.store.lines import name_line, save_default_rules
from textback.store.office import save_office
from textback.store.reports import Report
from textback.store.staff import add_staff

OFFICE = Office(
    firm="Hart & Lowe Law", phone="(212) 555-0100", country="US", timezone="America/New_York"
)
SIM = "+12125550199"
LINES = {"+12125550100": "Main number", "+12125550101": "Family law"}
# Numbers that no one has (555-01xx is kept for fiction).
CALLERS = ("+12125550143", "+12125550177", "+13105550112", "+16175550135")
USERNAME, PASSWORD = "demo", "textback demo"
MODEM, PBX = "modem", "pbx"


def seed(database: Database, now: datetime) -> None:
    """Fill an empty database."""
    with database.write() as session:
        save_office(session, OFFICE)
        # A demo's visitor should not wait for the usual five seconds.
        save_default_rules(session, LineRules(grace=1))
        for did, name in LINES.items():
            name_line(session, did, name)
        add_staff(session, USERNAME, "Dana at the front desk", PASSWORD, now, admin=True)
        add_staff(session, "robin", "Robin Hart", PASSWORD, now)
    _earlier_today(database, now)


def _earlier_today(database: Database, now: datetime) -> None:
    """Two conversations, made by the same code that makes real ones."""
    maria, stranger = "+14155550120", "+17185550166"
    minutes = timedelta(minutes=1)
    _missed(database, maria, "+12125550101", "Maria Alvarez", now - 94 * minutes)
    _texted(database, maria, "Hi, I need help with a custody agreement", now - 91 * minutes)
    _missed(database, stranger, "+12125550100", "", now - 37 * minutes)
    _texted(database, stranger, "Are you taking new clients?", now - 33 * minutes)


def _missed(database: Database, caller: str, did: str, name: str, at: datetime) -> None:
    call = CallEnded(
        uniqueid=f"{at.timestamp():.0f}.1",
        linkedid=f"{at.timestamp():.0f}.1",
        caller=caller,
        caller_name=name,
        did=did,
        outcome=Outcome.NO_ANSWER,
        person_reached=False,
        started_at=at - timedelta(seconds=24),
        ended_at=at,
    )
    CallBook(database, lambda: at).take(PBX, call)
    with database.write() as session:
        _delivered(session, at + timedelta(minutes=1))


def _delivered(session: Session, at: datetime) -> None:
    """The greeting just queued went out in the past: its own history, no modem is asked."""
    due = choice.due(session, Taker(MODEM), at)
    assert due is not None
    work = messages.claim(session, due.message_id, MODEM, [("", 0)], at)
    assert work is not None
    messages.part_out(session, work.parts[0].part_id, MODEM, 1, at)
    reports.take(session, Report(MODEM, due.number, 1, True, at), at + timedelta(seconds=4))


def _texted(database: Database, sender: str, body: str, at: datetime) -> None:
    new = NewFragment(MODEM, sender, at, pdu=body)
    keep_sms(database, new, lambda pdus: Reading("".join(pdus)), at)
