"""Between the call and its text: who gets through meanwhile is not texted."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from tests.core.test_policy import MISSED, OFFICE
from textback.core.calls import (
    CallBegan,
    CallEnded,
    OutboundEnded,
    Outcome,
    PersonReached,
    Voicemail,
    VoicemailReached,
)
from textback.core.lines import LineRules
from textback.core.messages import Direction, MessageState
from textback.engine.calls import AllTold, CallBook, News, SightLost, TalkFound
from textback.store import choice
from textback.store.choice import Taker
from textback.store.database import Database
from textback.store.lines import name_line, save_default_rules, unnamed_dids
from textback.store.models import Call, Conversation, Message
from textback.store.office import save_office

LEAD = "+12125550143"
GRACE = timedelta(seconds=5)
ANSWERED = replace(MISSED, uniqueid="2.2", outcome=Outcome.ANSWERED, person_reached=True)
IN_VOICEMAIL = replace(MISSED, outcome=Outcome.VOICEMAIL, voicemail=Voicemail.ENTERED)


@dataclass
class Desk:
    """A call book with a clock that the test moves."""

    database: Database
    now: datetime
    book: CallBook | None = None

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        self.book = CallBook(self.database, lambda: self.now, pbxes=["office"])
        self.book.start()

    def hear(self, *news: News, after: timedelta = timedelta(0)) -> None:
        self.now += after
        for one in news:
            assert self.book is not None
            self.book.take("office", one)

    def texts(self) -> list[Message]:
        with self.database.read() as session:
            return list(session.scalars(select(Message).order_by(Message.id)))

    def calls(self) -> list[Call]:
        with self.database.read() as session:
            return list(session.scalars(select(Call).order_by(Call.id)))

    def conversation(self) -> Conversation:
        with self.database.read() as session:
            return session.scalars(select(Conversation)).one()

    def due_in(self, span: timedelta) -> bool:
        with self.database.read() as session:
            return choice.due(session, Taker("sim"), self.now + span) is not None


@pytest.fixture
def desk(database: Database, now: datetime) -> Desk:
    with database.write() as session:
        save_office(session, OFFICE)
    return Desk(database, now)


def outbound(desk: Desk, *, answered: bool) -> OutboundEnded:
    return OutboundEnded(
        uniqueid="7.7",
        linkedid="7.7",
        number=LEAD,
        by="PJSIP/101",
        started_at=desk.now,
        ended_at=desk.now + timedelta(minutes=2),
        answered_at=desk.now + timedelta(seconds=9) if answered else None,
    )


def test_a_text_waits_for_the_grace(desk: Desk) -> None:
    desk.hear(MISSED)
    assert not desk.due_in(GRACE - timedelta(seconds=1))
    assert desk.due_in(GRACE)


def test_who_calls_again_and_gets_through_is_not_texted(desk: Desk) -> None:
    desk.hear(MISSED, CallBegan("2.2", LEAD), ANSWERED)
    assert [text.state for text in desk.texts()] == [MessageState.CANCELLED]
    first = desk.calls()[0]
    assert (first.texted, first.decision) == (False, "got_through")


def test_a_withdrawn_greeting_does_not_use_up_the_day(desk: Desk) -> None:
    desk.hear(MISSED, CallBegan("2.2", LEAD), ANSWERED)
    minute = timedelta(minutes=1)
    began, ended = MISSED.started_at + minute, MISSED.ended_at + minute
    desk.hear(replace(MISSED, uniqueid="3.3", started_at=began, ended_at=ended), after=minute)
    assert desk.texts()[-1].state is MessageState.QUEUED


def test_while_the_caller_is_on_the_line_the_text_is_held(desk: Desk) -> None:
    desk.hear(MISSED, CallBegan("2.2", LEAD))
    assert not desk.due_in(timedelta(minutes=14))
    desk.hear(replace(MISSED, uniqueid="2.2"), after=timedelta(minutes=1))
    assert desk.due_in(GRACE)


def test_of_two_calls_at_once_the_one_still_ringing_holds_the_text(desk: Desk) -> None:
    desk.hear(CallBegan("1.1", LEAD), CallBegan("2.2", LEAD), MISSED)
    assert not desk.due_in(timedelta(minutes=14))
    desk.hear(ANSWERED)
    assert [text.state for text in desk.texts()] == [MessageState.CANCELLED]


def test_a_held_text_never_goes_out_at_its_expiry(desk: Desk) -> None:
    desk.hear(MISSED, CallBegan("2.2", LEAD))
    assert not desk.due_in(timedelta(minutes=15))
    assert not desk.due_in(timedelta(hours=1))


def test_an_answered_call_back_withdraws_the_text_and_ends_the_waiting(desk: Desk) -> None:
    desk.hear(MISSED)
    with desk.database.write() as session:
        session.scalars(select(Conversation)).one().waiting_since = desk.now
    desk.hear(CallBegan("7.7", LEAD), outbound(desk, answered=True))
    assert [text.state for text in desk.texts()] == [MessageState.CANCELLED]
    assert desk.conversation().waiting_since is None
    assert [(c.direction, c.answered_by) for c in desk.calls()][-1] == (Direction.OUT, "PJSIP/101")


def test_a_call_back_that_nobody_takes_lets_the_text_go(desk: Desk) -> None:
    desk.hear(MISSED, CallBegan("7.7", LEAD), outbound(desk, answered=False))
    assert desk.due_in(GRACE)


def test_outbound_calls_to_strangers_are_not_kept(desk: Desk) -> None:
    desk.hear(outbound(desk, answered=True))
    assert desk.calls() == []


def test_a_text_may_go_out_while_the_caller_is_still_in_voicemail(desk: Desk) -> None:
    desk.hear(CallBegan("1.1", LEAD), VoicemailReached(IN_VOICEMAIL))
    assert desk.due_in(GRACE)
    assert not desk.calls()[0].ended


def test_the_same_call_gets_no_second_text_when_it_ends(desk: Desk) -> None:
    left = replace(IN_VOICEMAIL, voicemail=Voicemail.LEFT)
    desk.hear(CallBegan("1.1", LEAD), VoicemailReached(IN_VOICEMAIL), left)
    assert len(desk.texts()) == 1
    (kept,) = desk.calls()
    assert (kept.ended, kept.voicemail, kept.texted) == (True, Voicemail.LEFT, True)


def test_who_leaves_voicemail_for_a_person_is_not_texted(desk: Desk) -> None:
    reached = replace(ANSWERED, uniqueid="1.1")
    desk.hear(CallBegan("1.1", LEAD), VoicemailReached(IN_VOICEMAIL), reached)
    assert [text.state for text in desk.texts()] == [MessageState.CANCELLED]
    assert (desk.calls()[0].texted, desk.calls()[0].decision) == (False, "person_reached")


def test_who_leaves_voicemail_and_talks_is_not_texted_in_the_middle_of_it(desk: Desk) -> None:
    desk.hear(CallBegan("1.1", LEAD), VoicemailReached(IN_VOICEMAIL), PersonReached("1.1", LEAD))
    assert [text.state for text in desk.texts()] == [MessageState.CANCELLED]


def test_who_leaves_voicemail_for_a_ringing_phone_is_not_texted_while_it_rings(desk: Desk) -> None:
    desk.hear(CallBegan("1.1", LEAD), VoicemailReached(IN_VOICEMAIL), CallBegan("1.1", LEAD))
    assert not desk.due_in(GRACE)
    desk.hear(IN_VOICEMAIL)
    assert desk.due_in(GRACE)


@pytest.mark.parametrize("direction", Direction)
def test_who_spoke_with_us_while_another_call_of_theirs_rang_is_not_texted(
    desk: Desk, direction: Direction
) -> None:
    spoke = outbound(desk, answered=True) if direction is Direction.OUT else ANSWERED
    desk.hear(replace(spoke, ended_at=MISSED.started_at + timedelta(seconds=3)), MISSED)
    assert desk.texts() == []
    assert desk.calls()[-1].decision == "got_through"


def test_who_spoke_with_us_before_they_called_in_vain_is_texted(desk: Desk) -> None:
    desk.hear(replace(ANSWERED, ended_at=MISSED.started_at - timedelta(seconds=3)), MISSED)
    assert desk.due_in(GRACE)


out_of_sight = pytest.mark.parametrize(
    "lose_sight",
    [lambda desk: desk.hear(SightLost()), lambda desk: desk.restart()],
    ids=["the link is lost", "the engine starts anew"],
)


@out_of_sight
def test_what_is_held_stays_so_while_nobody_knows_who_is_on_the_line(
    desk: Desk, lose_sight: Callable[[Desk], None]
) -> None:
    desk.hear(MISSED, CallBegan("2.2", LEAD))
    lose_sight(desk)
    assert not desk.due_in(timedelta(hours=1))


@out_of_sight
def test_it_is_let_go_when_all_is_told_and_they_are_not_on_the_line(
    desk: Desk, lose_sight: Callable[[Desk], None]
) -> None:
    desk.hear(MISSED, CallBegan("2.2", LEAD))
    lose_sight(desk)
    desk.hear(AllTold())
    assert desk.due_in(GRACE)


@out_of_sight
def test_who_is_on_the_line_still_is_held_until_they_hang_up(
    desk: Desk, lose_sight: Callable[[Desk], None]
) -> None:
    desk.hear(MISSED, CallBegan("2.2", LEAD))
    lose_sight(desk)
    desk.hear(CallBegan("2.2", LEAD), AllTold())
    assert not desk.due_in(timedelta(hours=1))
    desk.hear(replace(MISSED, uniqueid="2.2"))
    assert desk.due_in(GRACE)


@out_of_sight
def test_a_talk_that_ended_out_of_sight_withdraws_what_was_held(
    desk: Desk, lose_sight: Callable[[Desk], None]
) -> None:
    desk.hear(MISSED, CallBegan("2.2", LEAD))
    lose_sight(desk)
    desk.hear(replace(UNSEEN, uniqueid="2.2"))
    assert not desk.due_in(timedelta(hours=1))
    desk.hear(TalkFound("2.2", LEAD, MISSED.ended_at), ANSWERED, AllTold())
    assert [text.state for text in desk.texts()] == [MessageState.CANCELLED]


def test_a_call_back_in_the_gap_keeps_the_lead_from_being_texted(desk: Desk) -> None:
    back = outbound(desk, answered=True)
    desk.hear(TalkFound("7.7", LEAD, back.ended_at), MISSED, back)
    assert desk.texts() == []
    assert desk.calls()[0].decision == "got_through"
    assert desk.conversation().waiting_since is None


def test_who_was_called_back_before_they_called_in_vain_is_texted(desk: Desk) -> None:
    desk.hear(MISSED, TalkFound("7.7", LEAD, MISSED.started_at))
    assert desk.due_in(GRACE)


UNSEEN = replace(MISSED, outcome=Outcome.UNKNOWN)


def test_a_call_whose_end_was_not_seen_is_judged_when_the_pbxs_records_tell_it(desk: Desk) -> None:
    desk.hear(UNSEEN)
    assert desk.texts() == []
    desk.hear(MISSED, after=timedelta(minutes=1))
    assert desk.due_in(GRACE)
    assert [call.outcome for call in desk.calls()] == [Outcome.NO_ANSWER]


def test_a_call_that_both_ways_saw_is_texted_once(desk: Desk) -> None:
    desk.hear(MISSED, replace(MISSED, events=()), UNSEEN)
    assert len(desk.texts()) == 1


def test_a_call_found_too_late_is_listed_and_not_texted(desk: Desk) -> None:
    desk.hear(MISSED, after=timedelta(minutes=20))
    assert desk.texts() == []
    assert desk.conversation().open
    assert desk.calls()[0].decision == "too_late"


def test_an_unknown_caller_is_nobodys_hold(desk: Desk) -> None:
    desk.hear(CallBegan("5.5", "anonymous"), CallBegan("6.6", ""), MISSED)
    assert desk.due_in(GRACE)


def test_a_call_by_its_did_belongs_to_its_line(desk: Desk) -> None:
    with desk.database.write() as session:
        name_line(session, "20*", "Main number")
    other: CallEnded = replace(MISSED, uniqueid="9.9", caller="+12125550177", did="3001")
    desk.hear(MISSED, other)
    assert [call.line_id for call in desk.calls()] == [1, None]
    with desk.database.read() as session:
        assert unnamed_dids(session) == [("3001", 1)]


def test_a_line_keeps_its_own_grace_whatever_happens_meanwhile(desk: Desk) -> None:
    with desk.database.write() as session:
        save_default_rules(session, LineRules(grace=120))
    desk.hear(MISSED)
    desk.hear(CallBegan("7.7", LEAD), after=timedelta(seconds=1))
    desk.hear(outbound(desk, answered=False), after=timedelta(seconds=9))
    assert not desk.due_in(timedelta(seconds=119))
    assert desk.due_in(timedelta(seconds=120))


def test_a_greeting_that_was_not_held_keeps_its_time(desk: Desk) -> None:
    desk.hear(MISSED)
    desk.hear(replace(MISSED, uniqueid="2.2"), after=timedelta(seconds=4))
    assert desk.due_in(timedelta(seconds=1))


def test_who_waits_to_the_end_of_the_hold_is_texted_after_all(desk: Desk) -> None:
    desk.hear(MISSED, CallBegan("2.2", LEAD))
    again = replace(MISSED, uniqueid="2.2", ended_at=desk.now + timedelta(minutes=14, seconds=58))
    desk.hear(again, after=timedelta(minutes=14, seconds=58))
    assert desk.due_in(GRACE)
    assert desk.due_in(timedelta(minutes=10))


def test_a_held_text_gives_nobody_a_time_to_wait_for(desk: Desk) -> None:
    desk.hear(MISSED, CallBegan("2.2", LEAD), after=timedelta(0))
    with desk.database.read() as session:
        assert choice.next_due_at(session, Taker("sim"), desk.now) is None
