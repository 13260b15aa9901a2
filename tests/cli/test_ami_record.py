"""`textback ami record`: a stream saved for a bug report."""

import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.cli.boxes import SECRET, config_for, play, start
from tests.waiting import wait_until
from textback.asterisk.inbound import rule_for
from textback.asterisk.simulator import PbxSimulator, scenarios
from textback.cli.ami import ami
from textback.cli.replay import judged_calls

LAST = Path(__file__).parents[1] / "fixtures" / "ami" / "22" / "phone_busy.ami"
CALLER, SECOND_CALLER, DID, MOBILE = "+12125550123", "2125550199", "2125550100", "5550777"


@contextmanager
def _recording(folder: Path, *options: str) -> Iterator[tuple[PbxSimulator, Path]]:
    """A simulated PBX that is being recorded; at the end the recording is, too."""
    file = folder / "calls.ami"
    with PbxSimulator(secret=SECRET, speed=100) as simulator:
        config = config_for(folder, simulator.port)
        arguments = ("record", str(file), "--config", str(config), *options)
        with start("textback.cli.ami:ami", *arguments) as process:
            wait_until(lambda: b"StatusComplete" in _content(file), "the login")
            yield simulator, file
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    assert "ended calls" in err
    assert "Traceback" not in err


def _content(file: Path) -> bytes:
    return file.read_bytes() if file.exists() else b""


def _record(folder: Path, scenario: str, *options: str) -> bytes:
    with _recording(folder, *options) as (simulator, file):
        play(simulator, scenario, CALLER)
        wait_until(lambda: _content(file).count(b"Event: Hangup") >= 2, "the end of the call")
    return file.read_bytes()


def _verdicts(stream: bytes) -> list[tuple[object, ...]]:
    calls = judged_calls([stream, b"\n\n"], rule_for())
    return [
        (call.outcome, call.person_reached, call.voicemail, call.lost_in, call.rang, call.withheld)
        for call in calls
    ]


def test_the_stream_is_saved_byte_for_byte_without_the_secret(tmp_path: Path) -> None:
    saved = _record(tmp_path, "answered")
    assert saved.startswith(b"Asterisk Call Manager/11.0.0\r\n")
    assert f"CallerIDNum: {CALLER}\r\n".encode() in saved
    assert SECRET.encode() not in saved
    assert [verdict[1] for verdict in _verdicts(saved)] == [True]


@pytest.mark.parametrize("scenario", ["withheld-unmarked", "withheld-freepbx"])
def test_replay_reads_the_recorded_answers_about_a_withheld_number(
    tmp_path: Path, scenario: str
) -> None:
    saved = _record(tmp_path, scenario)
    assert [verdict[-1] for verdict in _verdicts(saved)] == [True]


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    _record(tmp_path, "busy")
    assert stat.S_IMODE((tmp_path / "calls.ami").stat().st_mode) == 0o600


def _record_all(folder: Path, *options: str) -> bytes:
    folder.mkdir()
    with _recording(folder, *options) as (simulator, file):
        for name in scenarios():
            if name != "restart":  # it ends the connection
                play(simulator, name, CALLER)
        simulator.play(LAST)
        wait_until(lambda: b"\nDID: 2001" in _content(file), "the last event of the recording")
    return _content(file)


def test_masked_every_scenario_is_judged_the_same_and_tells_no_number(tmp_path: Path) -> None:
    plain = _record_all(tmp_path / "plain")
    masked = _record_all(tmp_path / "masked", "--mask")
    assert len(_verdicts(plain)) > 40
    assert _verdicts(masked) == _verdicts(plain)
    for number in (CALLER, SECOND_CALLER, DID, MOBILE):
        assert number.encode() in plain
        assert number[-7:].encode() not in masked


def test_it_ends_by_itself_after_the_given_time(tmp_path: Path) -> None:
    with PbxSimulator(secret=SECRET) as simulator:
        config = config_for(tmp_path, simulator.port)
        arguments = ["record", str(tmp_path / "x.ami"), "--config", str(config), "--seconds", "0.3"]
        result = CliRunner().invoke(ami, arguments)
    assert result.exit_code == 0
    assert "0 ended calls" in result.stderr


def test_a_file_that_exists_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "precious.ami"
    file.write_text("precious")
    config = config_for(tmp_path, 1)
    result = CliRunner().invoke(ami, ["record", str(file), "--config", str(config)])
    assert result.exit_code == 73
    assert "not overwritten" in result.stderr
    assert file.read_text() == "precious"


@pytest.mark.parametrize(("secret", "code"), [("wrong", 77), (SECRET, 69)])
def test_a_refused_login_and_a_lost_connection_have_codes_of_their_own(
    tmp_path: Path, secret: str, code: int
) -> None:
    with PbxSimulator(secret=SECRET) as simulator:
        config = config_for(tmp_path, simulator.port, secret)
        if code == 69:
            simulator.stop()
        arguments = ["record", str(tmp_path / "x.ami"), "--config", str(config)]
        result = CliRunner().invoke(ami, arguments)
    assert result.exit_code == code
    assert "Traceback" not in result.stderr
