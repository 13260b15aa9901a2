"""Messages that are no text from a person: all are kept and shown, few ask for an answer."""

from datetime import datetime

import pytest
from sqlalchemy import select

from tests.modem.pdus import PICTURE, SENDER, deliver_hex, octets_data, picture, septets_data
from textback.core.gsm7 import encode
from textback.core.messages import Kind
from textback.engine.incoming import keep_sms
from textback.engine.reading import fragment_of, read_text
from textback.modem.pdu import StatusReport, read_incoming
from textback.store.database import Database
from textback.store.models import Conversation, Fragment, Message, OptOut

LEAD = "+12125550143"
VOICEMAIL = "The mobile operator says that voicemail waits for the SIM card's own number."
NOTHING = "The mobile operator says that nothing waits any more for the SIM card's own number."


def take(database: Database, now: datetime, *pdus: str) -> Conversation:
    """The one conversation there is after these PDUs came."""
    for pdu in pdus:
        value = read_incoming(pdu)
        assert not isinstance(value, StatusReport)
        assert keep_sms(database, fragment_of("sim", pdu, value), read_text, now)
    with database.read() as session:
        return session.scalars(select(Conversation)).one()


def shown(database: Database) -> str:
    with database.read() as session:
        return session.scalars(select(Message)).one().body


def text(body: str, *, dcs: str = "00", pid: str = "00") -> str:
    septets = encode(body)
    return deliver_hex(dcs, septets_data(septets, "0A0100"), first="44", pid=pid)


def test_a_picture_is_told_to_staff_under_its_senders_number(
    database: Database, now: datetime
) -> None:
    conversation = take(database, now, PICTURE)
    assert shown(database) == "A picture message came that could not be received."
    assert (conversation.number, conversation.waiting_since) == (LEAD, now)


def test_a_picture_whose_notification_came_in_two_parts(database: Database, now: datetime) -> None:
    data = picture(LEAD)
    parts = [
        deliver_hex("04", octets_data(half, f"05040B8423F00003AA020{number}"), first="44")
        for number, half in ((1, data[:20]), (2, data[20:]))
    ]
    conversation = take(database, now, *reversed(parts))
    assert shown(database) == "A picture message came that could not be received."
    assert conversation.number == LEAD


def test_a_picture_from_an_unnamed_sender_stands_under_who_brought_it(
    database: Database, now: datetime
) -> None:
    data = octets_data(picture("me"), "05040B8423F0")
    assert take(database, now, deliver_hex("04", data, first="44")).number == SENDER


def test_voicemail_of_the_sim_is_shown_and_waits_for_nobody(
    database: Database, now: datetime
) -> None:
    conversation = take(database, now, text("You have 1 new message.", dcs="D8"))
    assert shown(database) == f"{VOICEMAIL}\nIts words: You have 1 new message."
    assert (conversation.open, conversation.waiting_since) == (True, None)


def test_that_no_voicemail_waits_any_more_is_kept_and_brings_nothing_up(
    database: Database, now: datetime
) -> None:
    conversation = take(database, now, deliver_hex("C0", "00"))
    assert shown(database) == NOTHING
    assert (conversation.open, conversation.waiting_since) == (False, None)


def test_an_indication_with_words_is_never_hidden(database: Database, now: datetime) -> None:
    conversation = take(database, now, text("2 missed calls", dcs="D0"))
    assert shown(database) == f"{NOTHING}\nIts words: 2 missed calls"
    assert conversation.open


def test_the_words_of_an_operators_notice_opt_nobody_out(database: Database, now: datetime) -> None:
    take(database, now, text("STOP", dcs="D8"))
    with database.read() as session:
        assert session.scalars(select(OptOut)).all() == []
        assert [m.kind for m in session.scalars(select(Message))] == [Kind.INCOMING]


@pytest.mark.parametrize(
    ("pdu", "words", "waits"),
    [
        (text("call me", dcs="10"), "call me", True),  # class 0
        (text("call me", pid="41"), "call me", True),
        (text("call me", pid="47"), "call me", True),
        (text("call me", dcs="A0"), "call me", True),  # a reserved coding
        (deliver_hex("00", "00"), "An empty text came.", True),
        (
            deliver_hex("04", octets_data(b"\x01\x02", "050423F40000"), first="44"),
            "A message for an app came. It cannot be shown.",
            True,
        ),
        (
            deliver_hex("04", octets_data(b"\x05\x06\x01\xae", "05040B8423F0"), first="44"),
            "A message for an app came. It cannot be shown.",
            True,
        ),
        (
            deliver_hex("F6", octets_data(b"\x02\x70", "7000"), first="44", pid="7F"),
            "A message for the SIM card came. There is nothing to do.",
            False,
        ),
        (text("ping", pid="40"), "ping", False),
    ],
)
def test_what_came_has_words_and_waits_only_for_a_person(
    database: Database, now: datetime, pdu: str, words: str, waits: bool
) -> None:
    conversation = take(database, now, pdu)
    assert shown(database) == words
    assert (conversation.waiting_since is not None, conversation.open) == (waits, waits)


@pytest.mark.parametrize(
    ("pdu", "number"),
    [
        (deliver_hex("00", "1EE834"), SENDER),  # cut off
        (deliver_hex("20", "03ABCDEF"), SENDER),  # compressed
        ("0004FF91", "unreadable"),
        ("hello", "unreadable"),
    ],
)
def test_what_cannot_be_read_is_kept_as_it_came_and_shown(
    database: Database, now: datetime, pdu: str, number: str
) -> None:
    conversation = take(database, now, pdu)
    assert shown(database).endswith(f"It is kept as it came: {pdu}")
    assert (conversation.number, conversation.waiting_since) == (number, now)
    with database.read() as session:
        assert session.scalars(select(Fragment)).one().pdu == pdu
