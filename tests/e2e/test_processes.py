"""The program as it is started: processes, signals, exit codes, and the demo."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

import pytest

from tests.e2e.office import DID, LEAD, OTHER_LEAD, SECRET, SimulatedOffice
from tests.postgresql import Postgresql
from tests.waiting import wait_until
from textback.core.links import LinkState
from textback.demo.ports import free_port

TEXTBACK = [sys.executable, "-m", "textback"]


@pytest.fixture
def config(office: SimulatedOffice, tmp_path: Path) -> Path:
    file = tmp_path / "textback.toml"
    box = 'box = "here"' if office.database.shared else ""
    file.write_text(
        f"""
[database]
url = "{office.database.url.render_as_string()}"
{box}
[web]
listen = "127.0.0.1:{free_port(0)}"
[[pbx]]
host = "127.0.0.1"
port = {office.pbx.port}
username = "textback"
secret = "{SECRET}"
[[modem]]
port = "{office.modem.path}"
"""
    )
    return file


@contextmanager
def started(*arguments: str) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen([*TEXTBACK, *arguments], stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def inbox_answers(config: Path) -> bool:
    (address,) = re.findall(r'listen = "(.*)"', config.read_text())
    try:
        with urllib.request.urlopen(f"http://{address}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def process_id(config: Path, part: str) -> int | None:
    """The id of the engine's or the web's process."""
    found = subprocess.run(
        ["pgrep", "-f", f"{config} --only {part}"], capture_output=True, text=True, check=False
    )
    return int(found.stdout.split()[0]) if found.stdout.strip() else None


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*TEXTBACK, *arguments], capture_output=True, text=True, check=False, timeout=60
    )


BOTH = pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
POSTGRESQL = pytest.mark.parametrize("backend", ["postgresql"])


@BOTH
def test_run_starts_engine_and_web_and_sigterm_ends_both(
    office: SimulatedOffice, config: Path
) -> None:
    with started("run", "--config", str(config)):
        wait_until(lambda: inbox_answers(config), "the inbox")
        office.wait_for_link("pbx", LinkState.UP)
        office.call("no-answer")
        assert office.modem.wait_for_sent(1)[0].to == LEAD
    assert process_id(config, "engine") is None
    assert process_id(config, "web") is None
    assert office.link("engine")[0] is LinkState.DOWN


def test_a_crash_of_the_web_does_not_stop_the_engine_and_it_comes_back(
    office: SimulatedOffice, config: Path
) -> None:
    with started("run", "--config", str(config)):
        wait_until(lambda: inbox_answers(config), "the inbox")
        web, engine = process_id(config, "web"), process_id(config, "engine")
        assert web is not None
        os.kill(web, signal.SIGKILL)
        wait_until(lambda: process_id(config, "web") not in (None, web), "a new web process")
        office.call("no-answer")
        office.modem.wait_for_sent(1)
        assert process_id(config, "engine") == engine
        wait_until(lambda: inbox_answers(config), "the inbox again")


def test_a_taken_web_port_is_waited_for_and_the_engine_works_on(
    office: SimulatedOffice, config: Path
) -> None:
    (port,) = re.findall(r'listen = "127.0.0.1:(\d+)"', config.read_text())
    other = socket.create_server(("127.0.0.1", int(port)))
    with started("run", "--config", str(config)):
        office.call("no-answer")
        office.modem.wait_for_sent(1)
        other.close()
        wait_until(lambda: inbox_answers(config), "the inbox, once the port is free")


def test_when_the_supervisor_is_killed_its_processes_end(config: Path) -> None:
    process = subprocess.Popen([*TEXTBACK, "run", "--config", str(config)])
    wait_until(lambda: inbox_answers(config), "the inbox")
    process.kill()
    process.wait()
    wait_until(lambda: process_id(config, "web") is None, "the web to end")
    wait_until(lambda: process_id(config, "engine") is None, "the engine to end")


def test_check_names_every_fault_with_file_and_key(tmp_path: Path) -> None:
    file = tmp_path / "broken.toml"
    file.write_text('[[pbx]]\nhost = 7\nusername = "x"\n[[modem]]\nprot = "/dev/ttyUSB0"\n')
    for command in ("check", "run"):
        result = run(command, "--config", str(file))
        assert result.returncode == 78
        faults = sorted(line.removeprefix(f"{file}: ") for line in result.stderr.splitlines())
        assert [fault.partition(": ")[0] for fault in faults] == [
            "modem[1].port",
            "modem[1].prot",
            "pbx[1].host",
            "pbx[1].secret",
        ]


def test_check_is_content_with_a_good_file(config: Path) -> None:
    assert run("check", "--config", str(config)).returncode == 0


def test_a_database_that_cannot_be_opened_is_a_bad_setting(config: Path) -> None:
    config.write_text(
        re.sub(r'url = ".*"', 'url = "sqlite:////nowhere/at/all.db"', config.read_text())
    )
    result = run("run", "--config", str(config))
    assert result.returncode == 78
    assert "database.url" in result.stderr
    assert "Traceback" not in result.stderr


@POSTGRESQL
def test_a_database_server_that_is_away_is_waited_for(
    office: SimulatedOffice, config: Path, postgresql: Postgresql
) -> None:
    postgresql.stop()
    status = run("status", "--config", str(config))
    assert status.returncode == 75
    assert "database.url" in status.stderr
    assert "Traceback" not in status.stderr
    with started("run", "--config", str(config)):
        postgresql.start()
        wait_until(lambda: inbox_answers(config), "the inbox")
        office.call("no-answer")
        office.modem.wait_for_sent(1)


@POSTGRESQL
def test_a_database_without_rights_to_make_tables_is_a_bad_setting(
    config: Path, postgresql: Postgresql
) -> None:
    postgresql.sql("DROP DATABASE IF EXISTS bare")
    postgresql.sql("CREATE DATABASE bare")
    postgresql.sql("DROP ROLE IF EXISTS guest")
    postgresql.sql("CREATE ROLE guest LOGIN")
    url = postgresql.url("bare").replace("textback@", "guest@")
    config.write_text(re.sub(r'url = ".*"', f'url = "{url}"', config.read_text()))
    result = run("run", "--config", str(config))
    assert result.returncode == 78
    assert "database.url: permission denied" in result.stderr


def test_status_calls_and_messages_tell_what_happened(
    office: SimulatedOffice, config: Path
) -> None:
    with office.running():
        office.call("no-answer")
        office.call("answered", caller=OTHER_LEAD)
        office.modem.wait_for_sent(1)

    def told(command: str) -> list[dict[str, object]]:
        result = run(command, "--config", str(config), "--since", "1h", "--json")
        return [json.loads(line) for line in result.stdout.splitlines()]

    assert [(c["caller"], c["outcome"], c["would_text"]) for c in told("calls")] == [
        (LEAD, "no_answer", True),
        (OTHER_LEAD, "answered", False),
    ]
    (message,) = told("messages")
    assert (message["direction"], message["number"]) == ("out", LEAD)
    status = json.loads(run("status", "--config", str(config), "--json").stdout)
    assert {link["kind"] for link in status["links"]} == {"engine", "pbx", "modem"}


class Phone:
    """The demo's page, used as a browser would."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor()).open

    def look(self) -> str:
        return str(self._open(f"{self._url}screen").read().decode())

    def press(self, path: str, **fields: str) -> None:
        page = self._open(self._url).read().decode()
        (token, *_) = re.findall(r'name="csrf_token" value="([^"]+)"', page)
        body = urllib.parse.urlencode({"csrf_token": token, **fields}).encode()
        self._open(f"{self._url}{path}", body).close()


def test_the_demo_texts_whoever_calls_and_nobody_answers() -> None:
    with started("demo", "--port", str(free_port(0))) as demo:
        assert demo.stdout is not None
        shown = ""
        for line in demo.stdout:
            shown += line
            if "Ctrl-C" in line:
                break
        (url,) = re.findall(r"caller's phone\s+(http\S+)", shown)
        phone = Phone(url)
        phone.press("call", line=DID, what="hangup-ringing", **{"from": "+16175550135"})
        wait_until(lambda: "Sorry we missed your call" in phone.look(), "the text on the phone")
        phone.press("text", text="Can I come by tomorrow?")
        assert "Can I come by tomorrow?" in phone.look()
