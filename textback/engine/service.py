"""The running engine: calls in, texts out, answers in."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

from textback.asterisk.client import PbxListener
from textback.asterisk.settings import AmiSettings
from textback.core.links import LinkReport, LinkState
from textback.core.sim_rules import SimRules
from textback.engine.call_queue import CallQueue
from textback.engine.calls import CallBook
from textback.engine.catch_up import LOOKS, CatchUp, History
from textback.engine.links import LinkBoard
from textback.engine.modem_worker import ModemWorker
from textback.engine.pbx import LoopThread
from textback.engine.sim_call import trunk
from textback.modem.driver import ModemSettings
from textback.store import doubts
from textback.store.changes import Changes, Topic
from textback.store.database import Database


class Startable(Protocol):
    """A part with threads of its own."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Pbx:
    """A PBX to listen to, and its own records, if they are to be had.

    `text_recovered` says that callers found in the records may be texted, `looks` how long to
    wait before each look into them, in seconds.
    """

    ami: AmiSettings
    history: History | None = None
    text_recovered: bool = True
    looks: Sequence[float] = LOOKS


class Engine:
    """Everything the engine process does, by the names its links have in the database.

    `box` is this box's name, "" where it has the database for itself. `sims` are the rules of the
    modems' SIMs, where they have any.
    """

    def __init__(
        self,
        database: Database,
        pbxes: Mapping[str, Pbx],
        modems: Mapping[str, ModemSettings],
        now: Callable[[], datetime],
        box: str = "",
        sims: Mapping[str, SimRules] | None = None,
    ) -> None:
        self._database = database
        self._now = now
        self._board = LinkBoard(database, now, box)
        rules = {name: SimRules() for name in modems} | dict(sims or {})
        self._calls = CallQueue(CallBook(database, now, box, pbxes), self._wake_modems)
        self._workers = [self._worker(name, modem, rules[name]) for name, modem in modems.items()]
        self._listeners = [self._listener(name, pbx) for name, pbx in pbxes.items()]
        self._changes = Changes(database)  # a reply written in the web process
        self._changes.on_change(Topic.OUTBOX, self._wake_modems)
        for name in pbxes:
            self._board.expect("pbx", name)
        for name in modems:
            self._board.expect("modem", name, rules[name].failover_after)

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set, then finish what is in hand.

        Raises LinkDown when this box's name is taken.
        """
        self._board.start()  # from here on everybody knows whose modems these are
        loop = LoopThread("ami", [listener.run() for listener in self._listeners])
        # Stopped in the reverse order: first nothing new comes in, then what came is kept.
        parts: list[Startable] = [self._calls, *self._workers, self._changes, loop]
        with self._database.write() as session:
            doubts.orphaned(session, self._now())
        for part in parts:
            part.start()
        stop.wait()
        for part in reversed(parts):
            part.stop()
        self._board.stop()

    def _worker(self, name: str, modem: ModemSettings, rules: SimRules) -> ModemWorker:
        show = partial(self._board.report, "modem", name)
        on_call = partial(self._calls.put, trunk(name))
        return ModemWorker(self._database, name, modem, show, self._now, on_call, rules=rules)

    def _listener(self, name: str, pbx: Pbx) -> PbxListener:
        put = partial(self._calls.put, name)
        catch_up = CatchUp(
            *(self._database, name, pbx.history, put, self._now),
            trusted=pbx.text_recovered,
            looks=pbx.looks,
            booted_at=lambda: listener.booted_at,
        )

        def on_link(report: LinkReport) -> None:
            show = partial(self._board.report, "pbx", name, report)
            if report.state is LinkState.UP:
                catch_up.link_is_up(then=show)
            else:
                catch_up.link_is_lost()
                show()

        listener = PbxListener(pbx.ami, catch_up.take, on_link, self._now)
        return listener

    def _wake_modems(self) -> None:
        for worker in self._workers:
            worker.wake()
