"""The live client against the simulated PBX: what goes wrong, and what it hears all the same."""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.asterisk.fake_ami import fake_pbx
from tests.asterisk.listening import Ears, listening
from textback.asterisk.client import AmiSettings, PbxListener, Timings
from textback.asterisk.simulator import PbxSimulator
from textback.core.calls import CallEnded, Finding, Outcome
from textback.core.links import LinkReport, LinkState
from textback.core.verdict import Reason, judge

RECORDINGS = Path(__file__).parents[1] / "fixtures" / "ami"
QUICK = Timings(
    connect=5, answer=5, ping_after=0.1, silent_after=0.4, first_retry=0.02, last_retry=0.1
)
PATIENT = replace(QUICK, ping_after=5, silent_after=20)


def hear(
    settings: AmiSettings, story: Callable[[Ears], Awaitable[None]], *, connected: bool = True
) -> None:
    """Run a story against a listener, by default from the moment it is connected."""

    async def tell() -> None:
        async with listening(settings) as ears:
            if connected:
                await ears.link(LinkState.UP)
            await story(ears)

    asyncio.run(tell())


@pytest.fixture
def pbx() -> Iterator[PbxSimulator]:
    with PbxSimulator(secret="s3cret", speed=100) as simulator:
        yield simulator


@pytest.fixture
def slow_pbx() -> Iterator[PbxSimulator]:
    with PbxSimulator(secret="s3cret", speed=0.001) as simulator:
        yield simulator


def settings_for(pbx: PbxSimulator, timings: Timings = PATIENT) -> AmiSettings:
    return AmiSettings("127.0.0.1", pbx.port, "textback", "s3cret", timings=timings)


EXPECTED = {
    "announcement": (Outcome.CLOSED, Reason.CLOSED),
    "anonymous": (Outcome.NO_ANSWER, Reason.WITHHELD),
    "answered": (Outcome.ANSWERED, Reason.PERSON_REACHED),
    "busy": (Outcome.BUSY, Reason.BUSY),
    "busy-tone": (Outcome.BUSY, Reason.BUSY),
    "hangup-ringing": (Outcome.ABANDONED, Reason.ABANDONED),
    "lost-in-transfer": (Outcome.ANSWERED, Reason.PERSON_REACHED),
    "menu-hangup": (Outcome.ABANDONED, Reason.ABANDONED),
    "no-answer": (Outcome.NO_ANSWER, Reason.NO_ANSWER),
    "queue": (Outcome.ABANDONED, Reason.ABANDONED),
    "queue-answered": (Outcome.ANSWERED, Reason.PERSON_REACHED),
    "transfer": (Outcome.ANSWERED, Reason.PERSON_REACHED),
    "unreachable": (Outcome.NO_ANSWER, Reason.NO_ANSWER),
    "voicemail": (Outcome.VOICEMAIL, Reason.VOICEMAIL),
    "voicemail-hangup": (Outcome.VOICEMAIL, Reason.VOICEMAIL),
    "withheld": (Outcome.NO_ANSWER, Reason.WITHHELD),
    "withheld-unmarked": (Outcome.NO_ANSWER, Reason.WITHHELD),
}


@pytest.mark.parametrize("what", EXPECTED)
def test_a_scenario_is_heard_and_judged(pbx: PbxSimulator, what: str) -> None:
    async def story(ears: Ears) -> None:
        uniqueid = pbx.call("+15550100", "2001", what)
        call = await ears.call()
        assert (call.uniqueid, call.did) == (uniqueid, "2001")
        assert (call.outcome, judge(call).reason) == EXPECTED[what]
        assert call.caller == ("" if what == "anonymous" else "+15550100")

    hear(settings_for(pbx), story)


def test_a_bug_behind_the_link_report_does_not_make_it_deaf(
    pbx: PbxSimulator, caplog: pytest.LogCaptureFixture
) -> None:
    ups: list[LinkState] = []
    calls: list[Finding] = []

    def fails_once(report: LinkReport) -> None:
        ups.append(report.state)
        if ups.count(LinkState.UP) == 1 and report.state is LinkState.UP:
            raise RuntimeError("a bug")

    async def listen() -> None:
        listener = PbxListener(
            settings_for(pbx), calls.append, fails_once, lambda: datetime.now(UTC)
        )
        task = asyncio.create_task(listener.run())
        while ups.count(LinkState.UP) < 2:
            await asyncio.sleep(0.01)
        pbx.call("5550100", "2001", "busy")
        while not any(isinstance(call, CallEnded) for call in calls):
            await asyncio.sleep(0.01)
        task.cancel()

    asyncio.run(asyncio.wait_for(listen(), 30))
    assert "an error ended the connection" in caplog.text


def test_many_calls_at_once_are_all_heard(pbx: PbxSimulator) -> None:
    async def story(ears: Ears) -> None:
        begun = {pbx.call("5550100", "2001", what) for what in EXPECTED for _ in range(5)}
        heard = {(await ears.call()).uniqueid for _ in begun}
        assert heard == begun

    hear(settings_for(pbx), story)


def test_a_recording_is_heard_as_it_is_judged_from_the_file(pbx: PbxSimulator) -> None:
    async def story(ears: Ears) -> None:
        pbx.play(RECORDINGS / "22" / "ringgroup_local_one_answers.ami")
        assert (await ears.call()).person_reached

    hear(settings_for(pbx), story)


def test_a_name_that_arrives_byte_by_byte_is_whole(pbx: PbxSimulator, tmp_path: Path) -> None:
    recording = (RECORDINGS / "22" / "phone_busy.ami").read_text("utf-8")
    named = tmp_path / "named.ami"
    named.write_text(recording.replace("CallerIDName: <unknown>", "CallerIDName: Zoë"), "utf-8")

    async def story(ears: Ears) -> None:
        pbx.fault("one-byte")
        pbx.play(named)
        assert (await ears.call()).caller_name == "Zoë"

    hear(settings_for(pbx), story)


class TestFaults:
    def test_a_wrong_secret_is_told_apart_from_a_lost_link(self, pbx: PbxSimulator) -> None:
        async def story(ears: Ears) -> None:
            report = await ears.link(LinkState.REFUSED)
            assert report.detail == 'The phone system refused the login of user "textback"'
            assert "s3cret" not in report.detail

        hear(replace(settings_for(pbx), secret="wrong"), story, connected=False)

    def test_a_refused_login_is_tried_again_in_time(self, pbx: PbxSimulator) -> None:
        async def story(ears: Ears) -> None:
            await ears.link(LinkState.REFUSED)
            pbx.fault("none")
            await ears.link(LinkState.UP)

        pbx.fault("refuse-login")
        soon = replace(PATIENT, refused_retry=0.05)
        hear(settings_for(pbx, soon), story, connected=False)

    def test_an_address_where_nothing_listens_is_named(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]

        async def story(ears: Ears) -> None:
            report = await ears.link(LinkState.DOWN)
            assert f"No connection to the phone system at 127.0.0.1:{port}" in report.detail

        settings = AmiSettings("127.0.0.1", port, "textback", "s3cret", timings=QUICK)
        hear(settings, story, connected=False)

    def test_a_peer_that_falls_silent_is_noticed_and_left(self, pbx: PbxSimulator) -> None:
        async def story(ears: Ears) -> None:
            pbx.fault("silent")
            assert "silent" in (await ears.link(LinkState.DOWN)).detail
            pbx.fault("none")
            await ears.link(LinkState.UP)

        hear(settings_for(pbx, replace(QUICK, answer=0.3)), story)

    def test_a_quiet_peer_that_answers_pings_is_kept(self, pbx: PbxSimulator) -> None:
        async def story(ears: Ears) -> None:
            await asyncio.sleep(3 * QUICK.silent_after)  # the quiet itself is what is tested
            assert ears.links.empty()

        hear(settings_for(pbx, QUICK), story)

    def test_what_was_too_long_to_be_read_is_told_once_a_connection(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        async def tell() -> None:
            async with fake_pbx() as pbx:
                settings = AmiSettings("127.0.0.1", pbx.port, "textback", "s3cret", timings=QUICK)
                async with listening(settings) as ears:
                    await ears.link(LinkState.UP)
                    for _ in range(3):
                        pbx.say({"Event": "VarSet", "Value": "x" * 100_000})
                    pbx.say({"Event": "Shutdown"})
                    await ears.link(LinkState.DOWN)

        asyncio.run(tell())
        (told,) = [text for text in caplog.messages if "too long" in text]
        assert told.startswith("3 message(s) from the phone system at 127.0.0.1:")

    def test_a_call_after_a_cut_in_mid_event_is_heard(self, pbx: PbxSimulator) -> None:
        async def story(ears: Ears) -> None:
            pbx.fault("cut")
            pbx.call("5550100", "2001", "busy")
            await ears.link(LinkState.DOWN)
            await ears.link(LinkState.UP)
            after = pbx.call("5550101", "2001", "busy")
            while (await ears.call()).uniqueid != after:
                pass

        hear(settings_for(pbx), story)

    def test_a_shutdown_takes_the_link_down_at_once(self, pbx: PbxSimulator) -> None:
        async def story(ears: Ears) -> None:
            pbx.play(RECORDINGS / "22" / "pbx_stop_now_ringing.ami")
            assert not (await ears.call()).person_reached
            assert "shutting down" in (await ears.link(LinkState.DOWN)).detail

        hear(settings_for(pbx), story)

    def test_a_link_that_stays_down_is_reported_once(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        with PbxSimulator(secret="s3cret") as gone:
            settings = settings_for(gone, QUICK)

        async def story(ears: Ears) -> None:
            await ears.link(LinkState.DOWN)
            while not [r for r in caplog.records if "Still" in r.message]:
                await asyncio.sleep(0.01)
            assert ears.links.empty()
            warnings = [r for r in caplog.records if r.levelno >= logging.WARNING]
            assert len(warnings) == 1

        caplog.set_level(logging.DEBUG, "textback")
        hear(settings, story, connected=False)

    def test_a_call_that_cannot_be_handed_over_does_not_stop_the_next(
        self, pbx: PbxSimulator, caplog: pytest.LogCaptureFixture
    ) -> None:
        heard: list[str] = []

        async def story() -> None:
            both = asyncio.Event()

            def on_finding(finding: Finding) -> None:
                if isinstance(finding, CallEnded):
                    heard.append(finding.uniqueid)
                if len(heard) == 2:
                    both.set()
                raise RuntimeError("a bug")

            up = asyncio.Event()
            listener = PbxListener(
                settings_for(pbx),
                on_finding,
                lambda report: up.set() if report.state is LinkState.UP else None,
                lambda: datetime.now(UTC),
            )
            task = asyncio.create_task(listener.run())
            await asyncio.wait_for(up.wait(), 20)
            pbx.call("5550100", "2001", "busy")
            pbx.call("5550101", "2001", "busy")
            await asyncio.wait_for(both.wait(), 20)
            task.cancel()

        asyncio.run(story())
        assert len(heard) == 2
        assert "could not be handed over" in caplog.text

    def test_a_line_break_in_the_secret_is_refused(self) -> None:
        with pytest.raises(ValueError, match="line break"):
            AmiSettings("127.0.0.1", 5038, "textback", "a\r\nAction: Originate")


class TestConnectingInMidCall:
    def test_a_caller_who_talks_already_is_known_to_talk(self, slow_pbx: PbxSimulator) -> None:
        async def story(ears: Ears) -> None:
            slow_pbx.hurry()
            call = await ears.call()
            assert (call.uniqueid, call.did) == (uniqueid, "2001")
            assert (call.person_reached, call.caller) == (True, "5550100")

        watcher = Watcher(slow_pbx)
        uniqueid = slow_pbx.call("5550100", "2001", "answered")
        watcher.wait_for(b"Event: DialBegin")
        slow_pbx.hurry()
        watcher.wait_for(b"Event: BridgeEnter", times=2)
        hear(settings_for(slow_pbx), story)

    def test_a_caller_who_still_waits_is_judged_at_the_end(self, slow_pbx: PbxSimulator) -> None:
        async def story(ears: Ears) -> None:
            slow_pbx.hurry()
            call = await ears.call()
            assert (call.uniqueid, call.did) == (uniqueid, "2001")
            assert judge(call).would_text

        watcher = Watcher(slow_pbx)
        uniqueid = slow_pbx.call("5550100", "2001", "hangup-ringing")
        watcher.wait_for(b"Event: DialBegin")
        hear(settings_for(slow_pbx), story)

    def test_a_number_withheld_without_a_mark_is_asked_about(self, slow_pbx: PbxSimulator) -> None:
        async def story(ears: Ears) -> None:
            slow_pbx.hurry()
            assert (await ears.call()).withheld

        watcher = Watcher(slow_pbx)
        slow_pbx.call("5550100", "2001", "withheld-unmarked")
        watcher.wait_for(b"Event: DialBegin")
        hear(settings_for(slow_pbx), story)

    def test_a_call_that_ended_while_the_link_was_lost_ends_as_unknown(
        self, slow_pbx: PbxSimulator
    ) -> None:
        async def story(ears: Ears) -> None:
            uniqueid = slow_pbx.call("5550100", "2001", "no-answer")
            await asyncio.to_thread(watcher.wait_for, b"Event: DialBegin")
            port = slow_pbx.port
            slow_pbx.stop()
            await ears.link(LinkState.DOWN)
            with PbxSimulator(port=port, secret="s3cret"):
                call = await ears.call()
            assert (call.uniqueid, call.outcome) == (uniqueid, Outcome.UNKNOWN)
            assert not judge(call).would_text

        watcher = Watcher(slow_pbx)
        hear(settings_for(slow_pbx), story)


class Watcher:
    """A second AMI client: tells the test how far the simulated PBX has come."""

    def __init__(self, pbx: PbxSimulator) -> None:
        self._socket = socket.create_connection(("127.0.0.1", pbx.port), timeout=20)
        self._socket.sendall(b"Action: Login\r\nUsername: w\r\nSecret: s3cret\r\n\r\n")
        self._heard = b""
        self.wait_for(b"Event: FullyBooted")

    def wait_for(self, text: bytes, times: int = 1) -> None:
        while self._heard.count(text) < times:
            data = self._socket.recv(4096)
            assert data, f"the connection closed before {text!r}"
            self._heard += data
