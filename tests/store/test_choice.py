"""Which modem takes a text: the one it began with, the line's, or whichever is free."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from random import Random

import pytest

from tests.chance import amount, seed
from textback.core.lines import LineMatch, LineRules, MatchBy
from textback.core.links import LinkReport, LinkState
from textback.core.messages import Kind, MessageState
from textback.store import choice, conversations, doubts, lines, links, messages
from textback.store.choice import Taker
from textback.store.database import Database
from textback.store.models import Conversation, Line, Message
from textback.store.staff import add_staff

FAILOVER = timedelta(minutes=5)
NORTH, SOUTH = "north", "south"


class Outbox:
    """Texts to one number and another, and the modems that take them."""

    def __init__(self, database: Database, now: datetime) -> None:
        self.database = database
        self.now = now
        for modem in (NORTH, SOUTH):
            self.report(modem, LinkState.UP)

    def report(self, modem: str, state: LinkState) -> None:
        with self.database.write() as session:
            links.report(session, "modem", modem, LinkReport(state), self.now, FAILOVER)

    def passes(self, span: timedelta, *working: str) -> None:
        self.now += span
        for modem in working:
            self.report(modem, LinkState.UP)

    def queue(
        self, number: str = "+12125550143", *, line: int | None = None, kind: Kind = Kind.GREETING
    ) -> int:
        with self.database.write() as session:
            conversation = conversations.conversation_with(session, number, self.now)
            conversation.line_id = line
            session.flush()
            return conversations.queue_text(session, conversation.id, kind, "hello", self.now)

    def take(self, modem: str, *, automatic: bool = True) -> messages.ToSend | None:
        """The next text for a modem, claimed."""
        with self.database.write() as session:
            due = choice.due(session, Taker(modem, automatic), self.now)
            pdus = [("00AA", 10), ("00BB", 10)]
            if due is None:
                return None
            return messages.claim(
                session, due.message_id, modem, pdus, self.now, instead_of=due.instead_of
            )

    def first_part_out(self, work: messages.ToSend | None, modem: str) -> None:
        assert work is not None
        with self.database.write() as session:
            messages.part_out(session, work.parts[0].part_id, modem, 1, self.now)

    def sent(self, modem: str, number: str = "+12125550143") -> None:
        """A text that this modem sent, whole."""
        self.queue(number)
        work = self.take(modem)
        assert work is not None
        with self.database.write() as session:
            for part in work.parts:
                messages.part_out(session, part.part_id, modem, 1, self.now)

    def put_back(self, message_id: int) -> None:
        with self.database.write() as session:
            messages.put_back(session, message_id, self.now, "busy", wait=timedelta(0))

    def next_due_at(self, modem: str) -> datetime | None:
        with self.database.read() as session:
            return choice.next_due_at(session, Taker(modem), self.now)

    def message(self, message_id: int) -> Message:
        with self.database.read() as session:
            return session.get_one(Message, message_id)

    def conversation_modem(self) -> str:
        with self.database.read() as session:
            return session.query(Conversation).one().modem


@pytest.fixture
def outbox(database: Database, now: datetime) -> Outbox:
    return Outbox(database, now)


def test_a_first_text_is_taken_by_whoever_asks(outbox: Outbox) -> None:
    outbox.queue()
    assert outbox.take(SOUTH)
    assert outbox.conversation_modem() == SOUTH


def test_a_conversation_stays_on_the_sim_it_began_with(outbox: Outbox) -> None:
    outbox.sent(SOUTH)
    outbox.queue()
    assert outbox.take(NORTH) is None
    assert outbox.take(SOUTH)


def test_two_first_texts_to_a_person_go_through_one_sim(outbox: Outbox) -> None:
    outbox.queue()
    outbox.queue()
    assert outbox.take(SOUTH)
    assert outbox.take(NORTH) is None


def test_a_line_may_have_a_modem_of_its_own(outbox: Outbox) -> None:
    with outbox.database.write() as session:
        rules = LineRules(modem=NORTH)
        line = lines.add_line(session, LineMatch(MatchBy.DID, "1"), "Main", rules)
        lines.save_default_rules(session, LineRules(modem=SOUTH))
    outbox.queue(line=line)
    assert outbox.take(SOUTH) is None
    assert outbox.take(NORTH)
    outbox.queue("+12125550177")
    assert outbox.take(NORTH) is None
    assert outbox.take(SOUTH)


def test_a_line_that_was_kept_before_it_could_have_a_modem_has_none(outbox: Outbox) -> None:
    with outbox.database.write() as session:
        line = lines.add_line(session, LineMatch(MatchBy.DID, "1"), "Main", LineRules())
        row = session.get_one(Line, line)
        row.rules = {name: value for name, value in row.rules.items() if name != "modem"}
    outbox.queue(line=line)
    assert outbox.take(SOUTH)


def test_a_modem_that_does_not_work_binds_its_conversations_for_a_while(outbox: Outbox) -> None:
    outbox.sent(SOUTH)
    text = outbox.queue()
    outbox.report(SOUTH, LinkState.DOWN)
    outbox.passes(FAILOVER - timedelta(seconds=1), NORTH)
    assert outbox.take(NORTH) is None
    outbox.passes(timedelta(seconds=1), NORTH)
    assert outbox.take(NORTH)
    assert outbox.message(text).instead_of == SOUTH
    assert outbox.conversation_modem() == NORTH


def test_another_modem_is_told_when_it_may_step_in(outbox: Outbox) -> None:
    outbox.sent(SOUTH)
    outbox.queue()
    outbox.report(SOUTH, LinkState.DOWN)
    outbox.passes(timedelta(minutes=1), NORTH)
    assert outbox.next_due_at(NORTH) == outbox.now - timedelta(minutes=1) + FAILOVER


def test_a_modem_that_is_started_anew_binds_its_conversations_again(outbox: Outbox) -> None:
    outbox.sent(SOUTH)
    outbox.queue()
    outbox.passes(timedelta(hours=9), NORTH)
    outbox.report(SOUTH, LinkState.CONNECTING)
    outbox.report(SOUTH, LinkState.DOWN)
    assert outbox.take(NORTH) is None


def test_a_modem_that_is_configured_no_more_binds_nobody(outbox: Outbox) -> None:
    outbox.sent(SOUTH)
    text = outbox.queue()
    with outbox.database.write() as session:
        links.forget_others(session, {("modem", NORTH)}, "", outbox.now)
    assert outbox.take(NORTH)
    assert outbox.message(text).instead_of == SOUTH


def test_a_first_text_that_did_not_leave_may_go_through_another(outbox: Outbox) -> None:
    text = outbox.queue()
    outbox.take(SOUTH)
    outbox.put_back(text)
    assert outbox.take(NORTH)


def test_a_conversation_that_has_begun_outlives_a_text_that_did_not_leave(outbox: Outbox) -> None:
    outbox.sent(SOUTH)
    text = outbox.queue()
    outbox.take(SOUTH)
    outbox.put_back(text)
    assert outbox.take(NORTH) is None


def test_the_rest_of_a_text_waits_for_the_modem_that_sent_its_first_part(outbox: Outbox) -> None:
    text = outbox.queue()
    outbox.first_part_out(outbox.take(SOUTH), SOUTH)
    outbox.put_back(text)
    outbox.passes(timedelta(hours=1), NORTH)
    assert outbox.take(NORTH) is None
    assert outbox.take(SOUTH)


def test_the_rest_of_a_text_whose_modem_is_no_more_is_withdrawn(outbox: Outbox) -> None:
    text = outbox.queue()
    outbox.first_part_out(outbox.take(SOUTH), SOUTH)
    outbox.put_back(text)
    with outbox.database.write() as session:
        links.forget_others(session, {("modem", NORTH)}, "", outbox.now)
        doubts.orphaned(session, outbox.now)
    assert outbox.message(text).state is MessageState.CANCELLED
    assert outbox.message(text).detail == "only a part went out, by south"


def test_a_text_in_doubt_that_is_sent_again_may_go_through_another_in_the_end(
    outbox: Outbox,
) -> None:
    text = outbox.queue()
    outbox.take(SOUTH)
    with outbox.database.write() as session:
        messages.settle(session, text, MessageState.UNCONFIRMED, outbox.now)
        doubts.send_again(session, text, outbox.now)
    assert outbox.take(NORTH) is None
    outbox.report(SOUTH, LinkState.DOWN)
    outbox.passes(FAILOVER, NORTH)
    assert outbox.take(NORTH)


def test_limits_hold_back_greetings_but_no_reply_and_no_answer_to_stop(outbox: Outbox) -> None:
    outbox.queue("+12125550101")
    outbox.queue("+12125550102", kind=Kind.REPLY)
    outbox.queue("+12125550103", kind=Kind.OPT_OUT_CONFIRMATION)
    assert outbox.take(SOUTH, automatic=False)
    assert outbox.take(SOUTH, automatic=False)
    assert outbox.take(SOUTH, automatic=False) is None
    assert outbox.take(NORTH)


def test_a_text_that_waits_for_a_limit_says_so_until_it_is_taken(outbox: Outbox) -> None:
    text = outbox.queue()
    with outbox.database.write() as session:
        waiting = choice.held_untold(session, SOUTH, outbox.now)
        choice.tell_held(session, waiting, "the SIM's limit of 9 SMS a day is reached")
        assert choice.held_untold(session, SOUTH, outbox.now) == []
    assert outbox.message(text).detail == "the SIM's limit of 9 SMS a day is reached"
    outbox.take(NORTH)
    assert outbox.message(text).detail == ""


def test_what_waits_for_another_modem_is_no_reason_to_look_again(outbox: Outbox) -> None:
    outbox.sent(SOUTH)
    outbox.queue()
    outbox.passes(timedelta(minutes=1), NORTH, SOUTH)
    assert outbox.next_due_at(SOUTH) == outbox.now - timedelta(minutes=1)
    assert outbox.next_due_at(NORTH) == outbox.now + FAILOVER


def test_of_many_modems_that_ask_at_once_each_text_goes_to_one_that_may_take_it(
    outbox: Outbox,
) -> None:
    with outbox.database.write() as session:
        staff = add_staff(session, "ann", "Ann", "long enough a password", outbox.now).id
    chance = Random(chosen := seed())
    modems = [f"modem{n}" for n in range(4)]
    for modem in modems:
        outbox.report(modem, LinkState.UP)
    begun_with = {f"+1212555{n:04}": chance.choice(["", *modems]) for n in range(20)}
    queued = []
    with outbox.database.write() as session:
        for number, modem in begun_with.items():
            conversation = conversations.conversation_with(session, number, outbox.now)
            conversation.modem = modem
            for _ in range(chance.randrange(amount("TEXTBACK_TEXTS", 6))):
                author = chance.choice([None, staff])
                queued.append(
                    conversations.queue_text(
                        session, conversation.id, Kind.REPLY, "x", outbox.now, author_id=author
                    )
                )

    def work(modem: str) -> list[int]:
        taken = []
        while one := outbox.take(modem):
            taken.append(one.message_id)
        return taken

    with ThreadPoolExecutor(len(modems)) as pool:
        taken = dict(zip(modems, pool.map(work, modems), strict=True))
    assert sorted(i for ids in taken.values() for i in ids) == queued, f"TEXTBACK_SEED={chosen}"
    through: dict[str, set[str]] = {number: set() for number in begun_with}
    with outbox.database.read() as session:
        for text in messages.messages_since(session, None):
            through[text.conversation.number].add(text.modem)
    for number, used in through.items():
        assert len(used) <= 1, f"TEXTBACK_SEED={chosen}"
        assert used <= {begun_with[number]} or not begun_with[number], f"TEXTBACK_SEED={chosen}"
