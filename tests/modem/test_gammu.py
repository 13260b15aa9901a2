"""gammu and its daemon, unmodified, drive the simulated modem."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.waiting import wait_until
from textback.modem.simulator import ModemSimulator, personalities

TO, FROM = "+15551234567", "+15557654321"


class Gammu:
    """The command line program, set up for one port."""

    def __init__(self, program: str, port: str, folder: Path) -> None:
        self._program = program
        self._config = folder / "gammurc"
        self._config.write_text(f"[gammu]\ndevice = {port}\nconnection = at115200\n")

    def run(self, *arguments: str) -> str:
        ran = subprocess.run(
            [self._program, "--config", str(self._config), *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout


def program(name: str) -> str:
    """Where it is; skips where it is not installed, unless TEXTBACK_INSIST=1."""
    found = shutil.which(name)
    if found is None:
        if os.environ.get("TEXTBACK_INSIST") == "1":
            pytest.fail(f"{name} is not installed, and TEXTBACK_INSIST=1 wants it")
        pytest.skip(f"{name} is not installed")
    return found


def gammu_on(simulator: ModemSimulator, folder: Path) -> Gammu:
    return Gammu(program("gammu"), simulator.path, folder)


@pytest.fixture
def gammu(simulator: ModemSimulator, tmp_path: Path) -> Gammu:
    return gammu_on(simulator, tmp_path)


@pytest.mark.parametrize("model", personalities())
def test_it_identifies_each_model(model: str, tmp_path: Path) -> None:
    with ModemSimulator(model=model) as simulator:
        shown = gammu_on(simulator, tmp_path).run("identify")
        assert simulator.model.imei in shown
        assert simulator.model.revision in shown


@pytest.mark.parametrize(
    ("text", "options", "parts"),
    [("a long text " * 20, (), 2), ("👍 Grüße, Zoë " * 10, ("-unicode",), 3)],
)
def test_it_sends_a_long_text(
    gammu: Gammu, simulator: ModemSimulator, text: str, options: tuple[str, ...], parts: int
) -> None:
    gammu.run("sendsms", "TEXT", TO, *options, "-len", "400", "-text", text)
    [sms] = simulator.wait_for_sent(1)
    assert (sms.to, sms.text, sms.parts) == (TO, text, parts)


def test_it_reads_and_deletes_what_came_in(gammu: Gammu, simulator: ModemSimulator) -> None:
    text = "👍 see you at 10 " * 6
    simulator.receive_sms(FROM, text)
    wait_until(lambda: simulator.stored["SM"] == 2, "both parts")
    shown = gammu.run("getallsms")
    assert shown.count("👍") == text.count("👍")
    assert "2 SMS parts" in shown
    gammu.run("deleteallsms", "1")
    assert simulator.stored["SM"] == 0


def test_it_stores_a_text_to_be_sent(gammu: Gammu, simulator: ModemSimulator) -> None:
    gammu.run("savesms", "TEXT", "-folder", "2", "-unsent", "-sender", TO, "-text", "for later")
    assert simulator.stored["SM"] == 1
    shown = gammu.run("getallsms")
    assert "UnSent" in shown
    assert "for later" in shown


@contextmanager
def smsd_on(simulator: ModemSimulator, folder: Path) -> Iterator[list[str]]:
    """The daemon with folders in `folder`; what puts a text into its outbox."""
    daemon, inject = program("gammu-smsd"), program("gammu-smsd-inject")
    config = folder / "smsdrc"
    boxes = {"inbox": "inbox", "outbox": "outbox", "sentsms": "sent", "errorsms": "error"}
    paths = "".join(f"{name}path = {folder}/{box}/\n" for name, box in boxes.items())
    for box in boxes.values():
        (folder / box).mkdir()
    config.write_text(
        f"[gammu]\ndevice = {simulator.path}\nconnection = at115200\n"
        f"[smsd]\nservice = files\nlogfile = {folder}/log\nchecksecurity = 0\n"
        f"commtimeout = 1\nreceivefrequency = 1\nstatusfrequency = 0\n{paths}"
    )
    with subprocess.Popen([daemon, "--config", str(config)], stderr=subprocess.DEVNULL) as process:
        try:
            yield [inject, "--config", str(config)]
        finally:
            process.terminate()


def test_the_daemon_sends_and_receives(simulator: ModemSimulator, tmp_path: Path) -> None:
    with smsd_on(simulator, tmp_path) as inject:
        text = "a long text " * 20
        words = ["TEXT", TO, "-len", "400", "-text", text]
        subprocess.run([*inject, *words], check=True, capture_output=True, timeout=30)
        simulator.receive_sms(FROM, "an answer")
        [sms] = simulator.wait_for_sent(1, timeout=60)
        assert (sms.to, sms.text, len(simulator.taken)) == (TO, text, 2)
        inbox = tmp_path / "inbox"
        wait_until(lambda: simulator.stored["SM"] == 0, "the daemon's delete", timeout=60)
        assert [file.read_text() for file in inbox.iterdir()] == ["an answer"]
