"""The commands about texts and modems."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.modem.pdus import PICTURE, deliver_hex
from textback import wiring
from textback.cli.modem import modem
from textback.cli.simulate_modem import modem as simulate_modem
from textback.cli.simulate_modem import obey
from textback.cli.sms import sms
from textback.config import load
from textback.core.links import LinkReport, LinkState
from textback.modem.simulator import ModemSimulator
from textback.store import links

TO = "+15551234567"
START = "from textback.cli.simulate_modem import modem; modem()"


def test_encode_prints_pdus_that_decode_reads() -> None:
    encoded = CliRunner().invoke(sms, ["encode", "--to", "+1 (555) 123-4567", "hi 👍" * 30])
    told = json.loads(encoded.output)
    assert (told["encoding"], told["segments"], len(told["pdus"])) == ("ucs2", 3, 3)
    texts = []
    for number, pdu in enumerate(told["pdus"], 1):
        read = json.loads(CliRunner().invoke(sms, ["decode", pdu["pdu"]]).output)
        assert (read["type"], read["recipient"]) == ("submit", TO)
        assert (read["concat"]["number"], read["concat"]["total"]) == (number, 3)
        assert pdu["length"] == len(pdu["pdu"]) // 2 - 1
        texts.append(read["text"])
    assert "".join(texts) == "hi 👍" * 30


def test_decode_tells_what_is_no_text() -> None:
    read = json.loads(CliRunner().invoke(sms, ["decode", PICTURE]).output)
    assert (read["port"], read["pushed"]) == (2948, "application/vnd.wap.mms-message")
    read = json.loads(CliRunner().invoke(sms, ["decode", deliver_hex("C8", "00")]).output)
    assert read["waiting"] == {"for": "voicemail", "active": True, "discard": True}


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["encode", "--to", "nobody", "hi"], "'n' at position 1"),
        (["encode", "--to", TO, "a" * 40000], "at most 255"),
        (["decode", "0001000B91515521"], "octet 6"),
        (["decode", "zz"], "octet 1"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(arguments: list[str], why: str) -> None:
    result = CliRunner().invoke(sms, arguments)
    assert result.exit_code == 65
    assert result.stdout == ""
    assert why in result.stderr
    assert result.stderr.count("\n") == 1


def test_send_tells_the_references(simulator: ModemSimulator) -> None:
    result = CliRunner().invoke(modem, ["send", "--port", simulator.path, "--json", TO, "x" * 200])
    assert json.loads(result.output) == {"state": "sent", "refs": [0, 1]}
    assert [text.text for text in simulator.sent] == ["x" * 200]


@pytest.mark.parametrize(
    ("fault", "code", "exit_code"),
    [("cms-error", 304, 65), ("cms-error", 38, 75), ("cms-error", 310, 69)],
)
def test_send_ends_with_a_code_that_says_what_to_do(
    simulator: ModemSimulator, fault: str, code: int, exit_code: int
) -> None:
    simulator.fault(fault, code=code)
    result = CliRunner().invoke(modem, ["send", "--port", simulator.path, TO, "hi"])
    assert result.exit_code == exit_code
    assert str(code) in result.stderr


def test_a_port_that_is_not_there_is_told() -> None:
    result = CliRunner().invoke(modem, ["send", "--port", "/nowhere", TO, "hi"])
    assert (result.exit_code, result.stderr) == (69, "textback: port /nowhere is not there\n")


def test_a_bad_number_is_told_before_the_port_is_opened() -> None:
    assert CliRunner().invoke(modem, ["send", "--port", "/nowhere", "x", "hi"]).exit_code == 65


def test_status_tells_the_modem(simulator: ModemSimulator) -> None:
    result = CliRunner().invoke(modem, ["status", "--port", simulator.path, "--json"])
    told = json.loads(result.output)
    assert (told["state"], told["registered"], told["storage_used"]) == ("up", True, 0)
    assert (told["registration"], told["imei"]) == ("home", "350000000000006")
    assert told["smsc"] == "+15550000000"


@pytest.fixture
def config(simulator: ModemSimulator, tmp_path: Path) -> Path:
    """A box whose modem is the simulated one; its SIM asks for no PIN."""
    return write_config(tmp_path, simulator.path)


def write_config(folder: Path, port: str, more: str = "") -> Path:
    file = folder / "textback.toml"
    file.write_text(
        f'[database]\nurl = "sqlite:///{folder}/textback.db"\n'
        '[[pbx]]\nhost = "127.0.0.1"\nusername = "textback"\nsecret = "x"\n'
        f'[[modem]]\nname = "sim"\nport = "{port}"\n{more}'
    )
    return file


def test_status_asks_the_configured_modem_while_no_engine_runs(config: Path) -> None:
    result = CliRunner().invoke(modem, ["status", "--config", str(config)])
    assert result.exit_code == 0, result.output
    assert "driven as: Any modem with AT commands" in result.output
    assert "registered: yes" in result.output


def test_status_is_what_a_running_engine_knows_since_it_has_the_port(config: Path) -> None:
    database = wiring.open_database(load(config))
    report = LinkReport(LinkState.DOWN, "the modem does not answer", {"imei": "350000000000006"})
    with database.write() as session:
        links.report(session, "engine", "engine", LinkReport(LinkState.UP), wiring.utc_now())
        links.report(session, "modem", "sim", report, wiring.utc_now())
    database.close()
    result = CliRunner().invoke(modem, ["status", "--config", str(config), "--json"])
    assert json.loads(result.output) == {
        "state": "down",
        "detail": "the modem does not answer",
        "imei": "350000000000006",
    }


@pytest.mark.parametrize(
    "arguments", [["status"], ["status", "--port", "p", "--config", "{config}"]]
)
def test_which_modem_is_meant_must_be_said_once(config: Path, arguments: list[str]) -> None:
    whole = [argument.format(config=config) for argument in arguments]
    result = CliRunner().invoke(modem, whole)
    assert result.exit_code == 2
    assert "Say which modem" in result.output


def test_a_modem_of_another_name_is_refused(config: Path) -> None:
    result = CliRunner().invoke(modem, ["status", "--config", str(config), "--modem", "other"])
    assert (result.exit_code, result.stderr) == (64, "textback: there is no modem 'other': sim\n")


def test_no_command_burns_a_pin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    pin = tmp_path / "pin"
    pin.write_text("9999\n")
    with ModemSimulator(tmp_path / "modem", pin="1234") as simulator:
        by_port = ["status", "--port", simulator.path, "--pin-file", str(pin)]
        for _ in range(3):
            assert CliRunner().invoke(modem, by_port).exit_code == 77
        assert simulator.pin_attempts == 2
        pin.write_text("1234\n")
        assert CliRunner().invoke(modem, by_port).exit_code == 0
        assert simulator.pin_attempts == 3


def test_a_person_may_have_the_configured_pin_tried_again(tmp_path: Path) -> None:
    with ModemSimulator(tmp_path / "modem", pin="1234") as simulator:
        config = write_config(tmp_path, simulator.path, 'pin = "9999"\n')
        arguments = ["status", "--config", str(config)]
        for _ in range(2):
            assert CliRunner().invoke(modem, arguments).exit_code == 77
        assert simulator.pin_attempts == 2
        assert CliRunner().invoke(modem, [*arguments, "--try-pin-again"]).exit_code == 77
        assert simulator.pin_attempts == 1
        assert CliRunner().invoke(modem, [*arguments, "--try-pin-again"]).exit_code == 77
        assert simulator.pin_attempts == 1  # the last one is never used


def test_log_shows_what_the_engine_kept(config: Path, tmp_path: Path) -> None:
    (tmp_path / "modem-sim.log").write_text("one > AT\ntwo < OK\n")
    result = CliRunner().invoke(modem, ["log", "--config", str(config), "--lines", "1"])
    assert result.output == "two < OK\n"


def test_log_says_when_none_is_kept(simulator: ModemSimulator, tmp_path: Path) -> None:
    config = write_config(tmp_path, simulator.path, 'log = "off"\n')
    result = CliRunner().invoke(modem, ["log", "--config", str(config)])
    assert result.exit_code == 64
    assert "set log" in result.stderr


def test_log_shows_a_modem_that_is_free(simulator: ModemSimulator) -> None:
    result = CliRunner().invoke(modem, ["log", "--port", simulator.path])
    assert result.exit_code == 0
    shown = [line.split(" ", 1)[1] for line in result.output.splitlines()]
    assert shown[:2] == ["> AT", "< OK"]
    assert "> AT+COPS?" in shown


@pytest.mark.parametrize(
    ("order", "why"),
    [
        (None, "a line is"),
        ([], "a line is"),
        ({}, "a line is"),
        ({"sms": "x"}, "a line is"),
        ({"sms": {"from": 1, "text": "x"}}, "a line is"),
        ({"sms": {"from": "no such sender!", "text": "x"}}, "not a phone number"),
        ({"ring": {"from": "x"}}, "not a phone number"),
        ({"fault": "gremlins"}, "no fault 'gremlins'"),
        ({"fault": "busy", "name": 1}, "no option 'name'"),
        ({"fault": "busy", "self": 1}, "no option 'self'"),
        ({"fault": "busy", "count": "many"}, "cannot be 'many'"),
    ],
)
def test_orders_that_cannot_be_are_refused(
    simulator: ModemSimulator, order: object, why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        obey(simulator, order)


def test_models_and_faults_are_listed() -> None:
    faults = CliRunner().invoke(simulate_modem, ["--faults"]).output
    assert "cms-error code=515 count=1 after=0: texts are refused" in faults
    models = CliRunner().invoke(simulate_modem, ["--personalities"]).output
    assert "quectel-ec25: LTE module" in models
    assert "  interface 0: diagnostics: silent" in models


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--personality", "nokia"], "no personality 'nokia'"),
        (["--fault", "gremlins"], "no fault 'gremlins'"),
        (["--fault", "hang:seconds=long"], "cannot be 'long'"),
        (["--fault", "hang:hours=1"], "no option 'hours'"),
    ],
)
def test_a_modem_that_cannot_be_is_told_before_it_starts(
    tmp_path: Path, arguments: list[str], why: str
) -> None:
    result = CliRunner().invoke(simulate_modem, ["--link", str(tmp_path / "modem"), *arguments])
    assert result.exit_code == 1
    assert why in result.output
    assert list(tmp_path.iterdir()) == []


def test_a_simulated_modem_lives_from_start_to_sigterm(tmp_path: Path) -> None:
    link = tmp_path / "modem"
    with subprocess.Popen(
        [
            sys.executable,
            "-c",
            START,
            "--link",
            str(link),
            "--taken",
            str(tmp_path / "taken"),
            "--personality",
            "huawei-e173",
            "--fault",
            "extra-after-reference",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write('nonsense\n{"sms": {"from": "+15557654321", "text": "hello"}}\n')
        process.stdin.close()
        assert "error" in json.loads(process.stderr.readline())
        sent = CliRunner().invoke(modem, ["send", "--port", str(link), TO, "hi 👍"])
        assert sent.exit_code == 0, sent.output
        told = json.loads(process.stdout.readline())
        assert told == {"to": TO, "text": "hi 👍", "parts": 1, "refs": [0]}
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    [taken] = (tmp_path / "taken").read_text().splitlines()
    assert json.loads(taken)["to"] == TO
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
