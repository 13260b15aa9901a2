"""What the listener asks the PBX, and what it makes of late, odd and refused answers."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.asterisk.fake_ami import FakePbx, Headers, fake_pbx
from tests.asterisk.listening import Ears, listening
from textback.asterisk.client import AmiSettings, Timings
from textback.core.calls import VoicemailReached
from textback.core.links import LinkState

CALLER = {"Channel": "PJSIP/provider-01", "Uniqueid": "1.1", "Linkedid": "1.1"}
ARRIVAL = {
    "Event": "Newchannel",
    **CALLER,
    "ChannelState": "4",
    "CallerIDNum": "5550100",
    "Context": "from-trunk",
    "Exten": "2001",
}
HANGUP = {"Event": "Hangup", **CALLER, "Cause": "16"}
VOICEMAIL = {"Event": "Newexten", **CALLER, "Application": "VoiceMail", "AppData": "101@default"}
TIMINGS = Timings(inquiry=10)

Story = Callable[[FakePbx, Ears], Awaitable[None]]


def tell(story: Story, prepare: Callable[[FakePbx], None], timings: Timings = TIMINGS) -> None:
    async def run() -> None:
        async with fake_pbx() as pbx:
            prepare(pbx)
            settings = AmiSettings("127.0.0.1", pbx.port, "textback", "s", timings=timings)
            async with listening(settings) as ears:
                await story(pbx, ears)

    asyncio.run(run())


def nothing(_pbx: FakePbx) -> None:
    pass


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)


class Postponed:
    """Questions whose answers a test gives later."""

    def __init__(self) -> None:
        self.questions: list[Headers] = []

    def prepare(self, pbx: FakePbx) -> None:
        pbx.answers["Getvar"] = lambda _pbx, action: self.questions.append(action)

    async def arrive(self, pbx: FakePbx, ears: Ears, *events: Headers) -> None:
        """A call comes, is asked about, and goes on."""
        await ears.link(LinkState.UP)
        pbx.say(ARRIVAL)
        await until(lambda: len(self.questions) == 2)
        for event in events:
            pbx.say(event)

    def answer(self, pbx: FakePbx, *values: str) -> None:
        for question, value in zip(self.questions, values, strict=True):
            pbx.succeed(question, Value=value)


@pytest.mark.parametrize(
    ("values", "withheld"),
    [
        (("prohib_not_screened", ""), True),
        (("allowed_not_screened", "prohib_passed_screen"), True),
        (("allowed_not_screened", ""), False),
        (("unavailable", ""), False),
    ],
)
def test_a_call_that_ends_before_the_answer_waits_for_it(
    values: tuple[str, str], withheld: bool
) -> None:
    postponed = Postponed()

    async def story(pbx: FakePbx, ears: Ears) -> None:
        await postponed.arrive(pbx, ears, HANGUP)
        postponed.answer(pbx, *values)
        assert (await ears.call()).withheld is withheld

    tell(story, postponed.prepare)


def test_both_where_asterisk_and_where_freepbx_keep_the_presentation_are_asked() -> None:
    postponed = Postponed()

    async def story(pbx: FakePbx, ears: Ears) -> None:
        await postponed.arrive(pbx, ears)
        assert [(each["Channel"], each["Variable"]) for each in postponed.questions] == [
            ("PJSIP/provider-01", "CALLERID(num-pres)"),
            ("PJSIP/provider-01", "CALLINGNUMPRES_SV"),
        ]

    tell(story, postponed.prepare)


def test_a_voicemail_entry_waits_for_the_answer_too() -> None:
    postponed = Postponed()

    async def story(pbx: FakePbx, ears: Ears) -> None:
        await postponed.arrive(pbx, ears, VOICEMAIL)
        postponed.answer(pbx, "prohib", "")
        found = await ears.other(VoicemailReached)
        assert isinstance(found, VoicemailReached)
        assert found.call.withheld

    tell(story, postponed.prepare)


def test_a_channel_that_is_gone_already_keeps_no_call_back() -> None:
    def gone(pbx: FakePbx, action: Headers) -> None:
        pbx.say({"Response": "Error", "Message": "No such channel", "ActionID": action["ActionID"]})

    def prepare(pbx: FakePbx) -> None:
        pbx.answers["Getvar"] = gone

    async def story(pbx: FakePbx, ears: Ears) -> None:
        await ears.link(LinkState.UP)
        pbx.say(ARRIVAL)
        pbx.say(HANGUP)
        assert (await ears.call()).caller == "5550100"

    tell(story, prepare)


def test_an_answer_that_never_comes_costs_no_call() -> None:
    postponed = Postponed()

    async def story(pbx: FakePbx, ears: Ears) -> None:
        await postponed.arrive(pbx, ears, HANGUP)
        assert not (await ears.call()).withheld

    tell(story, postponed.prepare, replace(TIMINGS, inquiry=0.05))


def test_a_link_lost_before_the_answer_costs_no_call() -> None:
    postponed = Postponed()

    async def story(pbx: FakePbx, ears: Ears) -> None:
        await postponed.arrive(pbx, ears, HANGUP, {"Event": "Shutdown"})
        await ears.call()

    tell(story, postponed.prepare)


class TestRights:
    def test_write_class_reporting_is_named_when_the_channels_are_not_listed(self) -> None:
        def prepare(pbx: FakePbx) -> None:
            pbx.answers["CoreShowChannels"] = pbx.answers["Status"] = FakePbx.deny

        async def story(_pbx: FakePbx, ears: Ears) -> None:
            report = await ears.link(LinkState.UP)
            assert "The AMI user lacks write class reporting" in report.detail

        tell(story, prepare)

    def test_write_class_reporting_is_named_when_a_variable_is_refused(self) -> None:
        def prepare(pbx: FakePbx) -> None:
            pbx.answers["Getvar"] = FakePbx.deny

        async def story(pbx: FakePbx, ears: Ears) -> None:
            assert (await ears.link(LinkState.UP)).detail == ""
            pbx.say(ARRIVAL)
            report = await ears.link(LinkState.UP)
            assert "The AMI user lacks write class reporting" in report.detail

        tell(story, prepare)

    def test_read_class_call_is_named_when_calls_are_listed_that_nobody_told_of(self) -> None:
        listed: list[Headers] = []

        def prepare(pbx: FakePbx) -> None:
            pbx.answers["CoreShowChannels"] = lambda it, asked: it.list_channels(asked, *listed)

        async def story(pbx: FakePbx, ears: Ears) -> None:
            up_at = datetime.now(UTC)
            await ears.link(LinkState.UP)
            listed.append({**CALLER, "ChannelState": "6", "Duration": "00:00:20"})
            report = await ears.link(LinkState.REFUSED)
            assert "The AMI user lacks read class call" in report.detail
            assert report.deaf_since is not None
            assert abs(report.deaf_since - up_at) < timedelta(seconds=20)
            await until(lambda: [each["Action"] for each in pbx.asked].count("Status") == 2)
            assert ears.links.empty()  # logged in anew, but whether it hears now is not known
            pbx.say(ARRIVAL)
            await ears.link(LinkState.UP)

        tell(story, prepare, replace(TIMINGS, first_audit=0.02, refused_retry=0.02))

    def test_read_class_dialplan_is_named_when_a_message_is_left_that_nobody_announced(
        self,
    ) -> None:
        async def story(pbx: FakePbx, ears: Ears) -> None:
            assert (await ears.link(LinkState.UP)).detail == ""
            pbx.say(ARRIVAL)
            pbx.say({"Event": "MessageWaiting", **CALLER, "Mailbox": "101", "Waiting": "1"})
            report = await ears.link(LinkState.UP)
            assert "The AMI user lacks read class dialplan" in report.detail

        tell(story, nothing)

    def test_no_right_is_missing_where_the_entry_into_voicemail_was_told(self) -> None:
        async def story(pbx: FakePbx, ears: Ears) -> None:
            await ears.link(LinkState.UP)
            pbx.say(ARRIVAL)
            pbx.say(VOICEMAIL)
            pbx.say({"Event": "MessageWaiting", **CALLER, "Mailbox": "101", "Waiting": "1"})
            pbx.say(HANGUP)
            await ears.call()
            assert ears.links.empty()

        tell(story, nothing)


def test_a_channel_whose_hangup_was_lost_is_dropped_when_two_lists_lack_it() -> None:
    async def story(pbx: FakePbx, ears: Ears) -> None:
        await ears.link(LinkState.UP)
        pbx.say(ARRIVAL)
        assert (await ears.call()).outcome == "unknown"

    tell(story, nothing, replace(TIMINGS, audit=0.02))
