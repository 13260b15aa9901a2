"""Every call of a busy real Asterisk must be judged, and the link to it must hold.

    python -m benchmarks.load [--version 22] [--rate 300] [--seconds 30] [--engine]

SIPp places the calls, each from another number; the office lets each ring for 0.2 s. The listener
runs as in the program, with the AMI user of deploy/; --engine adds all behind it, down to SQLite
with its disk. Exit code 1 when a call is missing, was judged twice, or anything was lost.
"""

import argparse
import contextlib
import logging
import re
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from tests.real_asterisk.pbx import VERSIONS, RealAsterisk
from tests.real_asterisk.waiting import BenchError, wait_until
from textback.asterisk.client import AmiSettings, PbxListener
from textback.core.calls import CallEnded, Finding
from textback.core.links import LinkReport, LinkState
from textback.core.office import Office
from textback.engine.pbx import LoopThread
from textback.engine.service import Engine, Pbx
from textback.store.database import Database
from textback.store.links import links
from textback.store.migrate import upgrade
from textback.store.models import Call
from textback.store.office import save_office

LOAD_NUMBER = "2021"
PATIENCE = 300.0  # seconds after the last call

Judged = Callable[[], int]


class Complaints(logging.Handler):
    """Keeps what the program logs when anything is wrong; a lost link is logged once each time."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(f"{record.name}: {record.getMessage()}")


@dataclass(frozen=True, slots=True)
class Figures:
    """What one run came to; times in seconds."""

    placed: int
    failed: int
    accepted: int  # by Asterisk's own count
    judged: int
    placing: float
    lag: float
    cpu: float


def main(arguments: list[str]) -> int:
    options = parsed(arguments)
    logging.getLogger("textback").addHandler(complaints := Complaints())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with RealAsterisk(options.version, folder) as asterisk:
            listening = engine if options.engine else listener
            with listening(ami_of(asterisk), folder) as judged:
                figures = measure(asterisk, judged, options.rate, options.seconds)
    show(figures, complaints.said)
    return 0 if figures.judged == figures.accepted and not complaints.said else 1
