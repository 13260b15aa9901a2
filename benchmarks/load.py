"""Every call of a busy real Asterisk is judged, and the link to it holds.

    python -m benchmarks.load [--version 22] [--rate 300] [--seconds 30] [--engine]

SIPp places the calls, each from another number; the office lets each ring for 0.2 s. The listener
is the program's own, with the AMI user of deploy/; --engine adds all behind it, down to SQLite on a
disk. Exit code 1 when a call failed, is missing, or the program complained.
"""

import argparse
import logging
import logging.handlers
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Event, Thread

from sqlalchemy import ColumnElement, func, select

from tests.real_asterisk.pbx import VERSIONS, RealAsterisk
from tests.real_asterisk.waiting import BenchError, wait_until
from textback.asterisk.client import AmiSettings, PbxListener
from textback.core.calls import CallEnded, Finding
from textback.core.links import LinkReport, LinkState
from textback.core.office import Office
from textback.engine.pbx import LoopThread
from textback.engine.service import Engine, Pbx
from textback.store.database import Database
from textback.store.migrate import upgrade
from textback.store.models import Call, Link
from textback.store.office import save_office

# On a slow disk Asterisk cannot write its records as fast, and then takes no further calls.
PBX_FILES = "/dev/shm"
LOAD_NUMBER = "2021"
PATIENCE = 300.0  # seconds after the last call
NOW = partial(datetime.now, UTC)


@contextmanager
def listener(ami: AmiSettings) -> Iterator[Callable[[], int]]:
    """Yield how many calls are judged so far; nothing is kept."""
    findings: list[Finding] = []
    reports: list[LinkReport] = []
    thread = LoopThread("ami", [PbxListener(ami, findings.append, reports.append, NOW).run()])
    thread.start()
    wait_until(lambda: reports[-1:] == [LinkReport(LinkState.UP)], "the link to the PBX")
    yield lambda: len({each.uniqueid for each in findings if isinstance(each, CallEnded)})
    thread.stop()


@contextmanager
def engine(ami: AmiSettings) -> Iterator[Callable[[], int]]:
    """Yield how many calls are in the database so far; a text to each caller is queued there."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/textback.db")
        upgrade(database)
        with database.write() as session:
            save_office(session, Office("Hart & Lowe"))
        is_up = (Link.kind == "pbx") & (Link.state == LinkState.UP)
        stop = Event()
        running = Engine(database, {"office": Pbx(ami)}, {}, NOW)
        thread = Thread(target=running.run, args=(stop,), daemon=True)
        thread.start()
        wait_until(lambda: _count(database, is_up) > 0, "the link to the PBX")
        yield lambda: _count(database, Call.ended.is_(True))
        stop.set()
        thread.join()
        database.close()


def measure(asterisk: RealAsterisk, judged: Callable[[], int], rate: int, seconds: int) -> bool:
    """Place the calls, print what came of them; True when none failed or is missing."""
    began, cpu_began = time.monotonic(), time.process_time()
    load = asterisk.place_load(LOAD_NUMBER, rate=rate, count=rate * seconds)
    load.call.process.wait()
    ended = time.monotonic()
    with suppress(BenchError):  # those missing are shown
        wait_until(lambda: judged() >= load.placed - load.failed, "all calls judged", PATIENCE)
    lag, cpu = time.monotonic() - ended, time.process_time() - cpu_began
    print(f"calls placed by SIPp     {load.placed:>7,}   {load.placed / (ended - began):.0f}/s")
    print(f"failed, says SIPp        {load.failed:>7,}")
    print(f"judged                   {judged():>7,}   the last one {lag:.2f} s after SIPp's end")
    print(f"CPU seconds of textback  {cpu:>7.2f}")
    return load.failed == 0 and judged() == load.placed


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.load")
    parser.add_argument("--version", choices=VERSIONS, default="22")
    parser.add_argument("--rate", type=int, default=300, help="calls a second")
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--engine", action="store_true", help="down to the database")
    options = parser.parse_args(arguments)
    complaints = logging.handlers.BufferingHandler(sys.maxsize)
    logging.getLogger("textback").addHandler(complaints)
    files = tempfile.TemporaryDirectory(dir=PBX_FILES)
    with files as folder, RealAsterisk(options.version, Path(folder)) as asterisk:
        ami = AmiSettings("127.0.0.1", asterisk.ami_port, asterisk.ami_user, asterisk.secret)
        with (engine if options.engine else listener)(ami) as judged:
            all_judged = measure(asterisk, judged, options.rate, options.seconds)
        said = [f"{record.name}: {record.getMessage()}" for record in complaints.buffer]
    lost = sum(each.startswith(PbxListener.__module__) for each in said)
    print(f"reports of a lost link   {lost:>7}", *said, sep="\n")
    return 0 if all_judged and not said else 1


def _count(database: Database, condition: ColumnElement[bool]) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).where(condition)) or 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
