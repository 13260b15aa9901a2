"""From the Hangup on the AMI socket to the first byte of the text on the serial port.

    python -m benchmarks.latency [--idle 60] [--rate 20] [--busy 400] [--gammu 5]

The engine is a process of its own, `textback run --only engine`, with no grace; a raw AMI server
and the simulated modem, without a pace, are here. What it takes includes two durable commits, so
the disk's own durable commit is measured in the same run. So is gammu-smsd on the same modem, where
it is installed, from the end of gammu-smsd-inject on. The other way, a text is timed from +CMTI to
the AT+CMGD that follows its commit. Times are in milliseconds.
"""

import argparse
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

from benchmarks.gammu import TUNED, Gammu, gammu_smsd
from benchmarks.raw_ami import RawAmi
from textback.core.lines import LineRules
from textback.core.office import Office
from textback.modem.simulator import ModemSimulator
from textback.store.database import Database
from textback.store.lines import save_default_rules
from textback.store.migrate import upgrade
from textback.store.office import save_office

DID = "+12125550100"
RINGING_SECONDS = 0.2
PATIENCE = 60.0
_SEND = (b"AT+CMGS=", b"AT+CMGW=")
_DELETE = (b"AT+CMGD=",)


@dataclass(slots=True)
class SerialSide:
    """When the modem was told to send, and to delete, by time.perf_counter()."""

    sends: list[float] = field(default_factory=list)
    deletes: list[float] = field(default_factory=list)

    def typed(self, data: bytes) -> None:
        at = time.perf_counter()
        # A command arrives in one read, and gammu's ESC before it, too.
        command = data.lstrip(b"\x1b\r")
        if command.startswith(_SEND):
            self.sends.append(at)
        elif command.startswith(_DELETE):
            self.deletes.append(at)


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.latency")
    parser.add_argument("--idle", type=int, default=60, help="calls, one a second")
    parser.add_argument("--rate", type=float, default=20.0, help="calls a second")
    parser.add_argument("--busy", type=int, default=400, help="calls at that rate")
    parser.add_argument("--gammu", type=int, default=5, help="texts by gammu-smsd, each way")
    options = parser.parse_args(arguments)
    sys.setswitchinterval(0.0002)  # the threads here must not keep the clock waiting
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        commit = commit_times(folder, 500)
        rows = {"a durable commit here": commit, **of_textback(folder, options)}
        if shutil.which("gammu-smsd"):
            rows |= of_gammu(folder, options.gammu)
    show(rows, median(commit))


def commit_times(folder: Path, count: int) -> list[float]:
    """How long SQLite takes to commit a row so that it outlives a power cut."""
    database = sqlite3.connect(folder / "commits.db", isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE row (text)")
    times = []
    for _ in range(count):
        began = time.perf_counter()
        database.execute("INSERT INTO row VALUES ('a text')")
        times.append(time.perf_counter() - began)
    database.close()
    return times


def of_textback(folder: Path, options: argparse.Namespace) -> dict[str, list[float]]:
    serial = SerialSide()
    with (
        RawAmi(DID) as ami,
        ModemSimulator(folder / "modem", on_typed=serial.typed) as modem,
        engine(folder, ami.port, modem.path),
    ):
        ami.wait_for_client()
        measure_calls(ami, modem, serial, 5, 1.0)  # the first calls find nothing compiled
        return {
            "textback, a call a second": measure_calls(ami, modem, serial, options.idle, 1.0),
            f"textback, {options.rate:g} calls a second": measure_calls(
                ami, modem, serial, options.busy, 1 / options.rate
            ),
            "textback, +CMTI -> committed": measure_incoming(modem, serial, options.idle),
        }


@contextmanager
def engine(folder: Path, ami_port: int, modem: str) -> Iterator[None]:
    """The real program, set up."""
    url = f"sqlite:///{folder}/textback.db"
    database = Database(url)
    upgrade(database)
    with database.write() as session:
        save_office(session, Office("Hart & Lowe"))
        save_default_rules(session, LineRules(grace=0))
    database.close()
    config = folder / "textback.toml"
    config.write_text(
        f'[database]\nurl = "{url}"\n'
        f'[[pbx]]\nhost = "127.0.0.1"\nport = {ami_port}\nusername = "textback"\nsecret = "-"\n'
        f'[[modem]]\nport = "{modem}"\ninterval = 0\nper_day = 0\n'
    )
    command = [sys.executable, "-m", "textback", "run", "--only", "engine", "--config", str(config)]
    with (folder / "engine.log").open("wb") as log:
        process = subprocess.Popen(command, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


def measure_calls(
    ami: RawAmi, modem: ModemSimulator, serial: SerialSide, count: int, seconds_apart: float
) -> list[float]:
    """Missed calls at this pace, each from another number: seconds from Hangup to AT+CMGS."""
    first, told = len(modem.taken), len(serial.sends)
    hung_up: dict[str, float] = {}
    rung: list[tuple[str, bytes]] = []
    begin = time.perf_counter()
    lead = max(1, round(RINGING_SECONDS / seconds_apart))  # calls that ring at the same time
    for number in range(count + lead):
        _sleep_until(begin + number * seconds_apart)
        if number >= lead:
            caller, hangup = rung[number - lead]
            hung_up[caller] = time.perf_counter()
            ami.send(hangup)
        if number < count:
            _sleep_until(begin + (number + 0.5) * seconds_apart)  # its events are no Hangup's load
            caller = f"+1212556{first + number:04}"
            rung.append((caller, ami.ring(caller)))
    modem.wait_for_sent(first + count, PATIENCE)
    # Texts of one part: the nth of them to be stored or sent is the nth to be taken.
    to = [taken.to for taken in modem.taken]
    return [serial.sends[told + n] - hung_up[to[first + n]] for n in range(count)]


def measure_incoming(modem: ModemSimulator, serial: SerialSide, count: int) -> list[float]:
    return [one_incoming(modem, serial, f"+1212557{number:04}") for number in range(count)]


def one_incoming(modem: ModemSimulator, serial: SerialSide, from_: str) -> float:
    time.sleep(0.1)
    told = len(serial.deletes)
    began = time.perf_counter()
    modem.receive_sms(from_, "Please call me back")
    modem.wait_for(lambda: len(serial.deletes) > told, PATIENCE)
    return serial.deletes[told] - began


def of_gammu(folder: Path, count: int) -> dict[str, list[float]]:
    rows = {}
    for name, settings, looks_every in (("as installed", "", 30.0), ("tuned, safe", TUNED, 1.5)):
        serial = SerialSide()
        with (
            ModemSimulator(folder / "gammu-modem", on_typed=serial.typed) as modem,
            gammu_smsd(folder / f"gammu {name}", modem.path, settings) as gammu,
        ):
            measure_injected(gammu, modem, serial)  # this one waits for the start
            # Calls come when they come, not right after the last text.
            pauses = [looks_every * (n + 0.5) / count for n in range(count)]
            times = [measure_injected(gammu, modem, serial, pause) for pause in pauses]
        rows[f"gammu-smsd, {name}"] = times
    return rows


def measure_injected(
    gammu: Gammu, modem: ModemSimulator, serial: SerialSide, pause: float = 0.0
) -> float:
    time.sleep(pause)
    told, sent = len(serial.sends), len(modem.sent)
    gammu.inject("+12125550143", "Sorry we missed your call")
    injected = time.perf_counter()
    modem.wait_for_sent(sent + 1, PATIENCE)
    return serial.sends[told] - injected


def median(times: list[float]) -> float:
    return sorted(times)[len(times) // 2]


def show(rows: dict[str, list[float]], commit: float) -> None:
    print(f"{'milliseconds':32} {'n':>5} {'p50':>9} {'p99':>9} {'most':>9}  p50 in commits")
    for name, times in rows.items():
        p99 = quantiles(times, n=100, method="inclusive")[98]
        figures = (median(times), p99, max(times))
        columns = " ".join(f"{1000 * seconds:>9.2f}" for seconds in figures)
        print(f"{name:32} {len(times):>5} {columns}  {median(times) / commit:>9,.1f}")


def _sleep_until(at: float) -> None:
    time.sleep(max(at - time.perf_counter(), 0))


if __name__ == "__main__":
    main(sys.argv[1:])
