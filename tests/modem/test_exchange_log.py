"""The exchanges with a modem are kept, in bounds, and nothing private is in them."""

from contextlib import closing
from pathlib import Path

import pytest

from tests.modem.stories import LEAD, send, take
from textback.cli.tail import added_lines, last_lines
from textback.modem import Modem, ModemSettings, PinGuard
from textback.modem.exchange_log import ExchangeLog, older
from textback.modem.simulator import ModemSimulator


def test_each_exchange_is_told_and_nothing_private() -> None:
    told: list[str] = []
    with ModemSimulator(pin="4321") as simulator:
        settings = ModemSettings(simulator.path, pin="4321", command_timeout=2)
        with closing(Modem.open(settings, told.append)) as modem:
            modem.bring_up(PinGuard())
            send(modem, "are you well?")
            simulator.receive_sms(LEAD, "quite well")
            take(modem, 1)
    lines = "\n".join(told)
    assert "> AT+CPIN=…" in told
    assert [line for line in told if line.startswith("< +CMGS:")]
    assert '* +CMTI: "SM",1' in told
    assert "(a PDU of " in lines
    for private in ("4321", LEAD, LEAD[1:], "15550001111", "350000000000006", "well"):
        assert private not in lines


def test_a_time_out_is_told() -> None:
    told: list[str] = []
    with ModemSimulator() as simulator:
        settings = ModemSettings(simulator.path, prompt_timeout=0.1)
        with closing(Modem.open(settings, told.append)) as modem:
            modem.bring_up(PinGuard())
            simulator.fault("late-prompt", seconds=0.3)
            with pytest.raises(Exception, match="no prompt"):
                send(modem)
    assert [line for line in told if line.startswith("! no prompt for AT+CMGS")]


def test_a_log_has_two_files_of_bounded_size(tmp_path: Path) -> None:
    path = tmp_path / "modem.log"
    log = ExchangeLog(path, largest=1000)
    for number in range(200):
        log.write(f"> AT number {number}")
    log.close()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["modem.log", "modem.log.1"]
    assert max(path.stat().st_size, older(path).stat().st_size) < 1100
    assert path.stat().st_mode & 0o007 == 0
    assert [line.split()[-1] for line in last_lines(path, 30)] == [str(n) for n in range(170, 200)]


def test_a_log_that_cannot_be_written_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log = ExchangeLog(tmp_path / "nowhere" / "modem.log")
    for _ in range(3):
        log.write("> AT")
    warnings = [record for record in caplog.records if record.levelname == "WARNING"]
    assert [str(tmp_path) in record.getMessage() for record in warnings] == [True]


def test_what_is_added_is_followed_into_the_next_file(tmp_path: Path) -> None:
    path = tmp_path / "modem.log"
    log = ExchangeLog(path, largest=40)
    log.write("old")
    more = iter(["one", "two", "three"])

    def write_more() -> None:
        log.write(next(more))

    found = added_lines(path, write_more)
    assert [next(found).split()[-1] for _ in range(3)] == ["one", "two", "three"]
    assert older(path).exists()


def test_a_log_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "modem.log"
    assert last_lines(path, 10) == []
    assert next(added_lines(path, lambda: ExchangeLog(path).write("first"))).endswith("first")
