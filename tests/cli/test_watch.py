"""`textback watch`: what an admin sees of calls, live and recorded."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.cli.boxes import SECRET, config_for, json_lines, play, start
from textback.asterisk.simulator import PbxSimulator
from textback.cli.watch import watch

RECORDINGS = Path(__file__).parents[1] / "fixtures" / "ami"
WATCH = "textback.cli.watch:watch"


def _replayed(name: str, *options: str) -> Result:
    file = RECORDINGS / "22" / f"{name}.ami"
    return CliRunner().invoke(watch, ["--replay", str(file), *options])


def _words(result: Result) -> list[str]:
    assert result.exit_code == 0, result.output
    return [line.partition("    ")[2] for line in result.stdout.splitlines()]


@pytest.fixture
def simulator() -> Iterator[PbxSimulator]:
    with PbxSimulator(secret=SECRET, speed=100) as simulator:
        yield simulator


class TestARecording:
    def test_is_told_step_by_step_with_the_verdict_last(self) -> None:
        assert _words(_replayed("noanswer_voicemail_left")) == [
            "call from 5550100 on line 2002",
            "101 rings",
            "101 stops ringing: no answer",
            "enters voicemail 101@default",
            "the caller hangs up",
            "leaves a message in 101@default",
            "=> a text is due. The call went to voicemail.",
        ]

    def test_names_the_person_whom_the_caller_reached(self) -> None:
        words = _words(_replayed("queue_local_answered"))
        assert "bridged with 102: a person" in words
        assert words[-1] == "=> no text. The caller spoke with somebody."

    def test_tells_a_call_without_a_number_too(self) -> None:
        words = _words(_replayed("no_callerid_noanswer"))
        assert words[0] == "call from an unknown number on line 2001"
        assert words[-1] == "=> no text. The call came without a number."

    def test_tells_calls_apart_that_go_on_at_once(self) -> None:
        lines = _replayed("two_simultaneous").stdout.splitlines()
        assert {line[:2] for line in lines} == {"#1", "#2"}

    def test_tells_that_the_office_calls_somebody(self) -> None:
        assert _words(_replayed("outbound_unanswered")) == [
            "the office calls 5550777",
            "=> a call from the office, nobody answered",
        ]

    def test_tells_of_a_call_that_was_under_way_already(self) -> None:
        assert _words(_replayed("listener_midcall_talking"))[0] == (
            "on the line with 5550100 already"
        )

    def test_can_be_shown_without_numbers(self) -> None:
        for name in ("two_simultaneous", "forward_mobile_answered", "e164_noanswer"):
            shown = _replayed(name, "--mask").stdout
            assert "5550" not in shown
            assert "from …00" in shown
            assert "5550" not in _replayed(name, "--mask", "--json").stdout

    def test_is_json_for_programs(self) -> None:
        first, *_, last = json_lines(_replayed("phone_busy", "--json").stdout)
        assert (first["step"], first["who"], first["what"]) == ("came", "5550100", "2001")
        assert (last["outcome"], last["would_text"], last["reason"]) == ("busy", True, "busy")
        assert first["call"] == last["call"]

    @pytest.mark.parametrize("version", ["16", "22"])
    def test_is_never_told_other_than_judged(self, version: str) -> None:
        for file in sorted((RECORDINGS / version).glob("*.ami")):
            if file.name.startswith("listener_"):
                continue  # what came before the recording cannot be told
            result = CliRunner().invoke(watch, ["--replay", str(file), "--json"])
            lines = json_lines(result.stdout)
            talked = {line["call"] for line in lines if line.get("step") == "talks"}
            reached = {line["call"] for line in lines if line.get("person_reached")}
            assert talked == reached, file.name

    def test_cannot_steer_the_terminal_by_what_a_caller_is_called(self, tmp_path: Path) -> None:
        evil = (RECORDINGS / "22" / "phone_busy.ami").read_bytes()
        file = tmp_path / "evil.ami"
        file.write_bytes(evil.replace(b"5550100", b"\x1b]0;owned\x07\xe2\x80\xae"))
        result = CliRunner().invoke(watch, ["--replay", str(file)])
        assert result.exit_code == 0
        assert "owned" in result.stdout
        assert not {"\x1b", "\x07", "\u202e"} & set(result.stdout)

    def test_shows_the_time_where_the_events_have_one(self, tmp_path: Path) -> None:
        recording = (RECORDINGS / "22" / "phone_busy.ami").read_bytes()
        file = tmp_path / "timed.ami"
        file.write_bytes(recording.replace(b"Event: ", b"Timestamp: 1763924700.5\r\nEvent: "))
        result = CliRunner().invoke(watch, ["--replay", str(file), "--json"])
        assert json_lines(result.stdout)[0]["at"] == "2025-11-23T19:05:00.500000+00:00"

    def test_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        result = CliRunner().invoke(watch, ["--replay", str(tmp_path / "none.ami")])
        assert result.exit_code == 66
        assert "none.ami" in result.stderr


class TestLiveCalls:
    def test_are_told_while_they_go_on_and_ctrl_c_ends_it(
        self, simulator: PbxSimulator, tmp_path: Path
    ) -> None:
        config = config_for(tmp_path, simulator.port)
        with start(WATCH, "--config", str(config), "--json") as process:
            assert process.stdout is not None
            assert process.stderr is not None
            assert "watching" in process.stderr.readline()
            play(simulator, "answered")
            steps = [json.loads(process.stdout.readline())]
            while "would_text" not in steps[-1]:
                steps.append(json.loads(process.stdout.readline()))
            process.send_signal(signal.SIGINT)
            assert process.wait(10) == 0
            assert "Traceback" not in process.stderr.read()
        assert [step.get("step") for step in steps][:2] == ["came", "rings"]
        assert steps[-1]["reason"] == "person_reached"

    def test_are_told_again_after_the_link_was_lost(
        self, simulator: PbxSimulator, tmp_path: Path
    ) -> None:
        config = config_for(tmp_path, simulator.port)
        with start(WATCH, "--config", str(config)) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stderr.readline()
            simulator.fault("cut")
            play(simulator, "answered")
            assert "it closed the connection; trying again" in process.stderr.readline()
            assert "watching" in process.stderr.readline()
            play(simulator, "busy", "+12125550177")
            while "+12125550177" not in process.stdout.readline():
                pass
            simulator.fault("refuse-login")
            assert process.wait(30) == 77

    def test_with_a_hidden_mark_are_judged_as_the_service_does(
        self, simulator: PbxSimulator, tmp_path: Path
    ) -> None:
        config = config_for(tmp_path, simulator.port)
        with start(WATCH, "--config", str(config)) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stderr.readline()
            play(simulator, "withheld-unmarked")
            line = process.stdout.readline()
            while "=>" not in line:
                line = process.stdout.readline()
            process.send_signal(signal.SIGINT)
            process.communicate()
        assert "withheld" in line

    def test_need_the_right_secret(self, simulator: PbxSimulator, tmp_path: Path) -> None:
        config = config_for(tmp_path, simulator.port, secret="wrong")
        with start(WATCH, "--config", str(config)) as process:
            out, err = process.communicate(timeout=30)
        assert (process.returncode, out) == (77, "")
        assert len(err.splitlines()) == 1
        assert 'refused the login of user "textback"' in err

    def test_need_a_phone_system_that_is_there(self, tmp_path: Path) -> None:
        with PbxSimulator() as gone:
            port = gone.port
        with start(WATCH, "--config", str(config_for(tmp_path, port))) as process:
            _, err = process.communicate(timeout=30)
        assert process.returncode == 69
        assert err == (
            f"textback: no connection to the phone system at 127.0.0.1:{port}: "
            "nothing listens there\n"
        )


def test_without_anything_to_watch_it_says_what_it_needs() -> None:
    result = CliRunner().invoke(watch, [])
    assert result.exit_code == 64
    assert "--config FILE" in result.stderr


def test_of_several_phone_systems_one_must_be_chosen(tmp_path: Path) -> None:
    more = '[[pbx]]\nname = "second"\nhost = "::1"\nusername = "u"\nsecret = "s"\n'
    config = config_for(tmp_path, 1, more=more)
    result = CliRunner().invoke(watch, ["--config", str(config)])
    assert result.exit_code == 64
    assert "pbx, second" in result.stderr
    wrong = CliRunner().invoke(watch, ["--config", str(config), "--pbx", "third"])
    assert "there is no PBX 'third'" in wrong.stderr
