"""The commands about texts and modems."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.modem.pdus import PICTURE, deliver_hex
from textback.cli.modem import modem
from textback.cli.simulate_modem import modem as simulate_modem
from textback.cli.simulate_modem import obey
from textback.cli.sms import sms
from textback.modem.simulator import ModemSimulator

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
    assert (told["registered"], told["storage_used"]) == (True, 0)


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
