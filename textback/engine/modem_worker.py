"""The one thread that owns a modem: sends what is queued, keeps what comes in."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime

from sqlalchemy.exc import OperationalError

from textback.core.calls import CallEnded
from textback.core.errors import AccessRefused, LinkDown
from textback.core.links import Fact, LinkReport, LinkState
from textback.core.sim_rules import SimRules
from textback.engine.modem_health import health
from textback.engine.pin_guard import KeptPinGuard
from textback.engine.receiving import Receiver
from textback.engine.recovery import Recovery, Remedy, Trouble, trouble_of
from textback.engine.remedies import apply
from textback.engine.sending import Sender
from textback.modem.driver import Modem, ModemSettings, ModemStatus
from textback.modem.exchange_log import ExchangeLog
from textback.modem.facts import condition, identity
from textback.store.database import Database

log = logging.getLogger(__name__)

_SWEEP_EVERY = 60.0  # seconds
_NETWORK_AGAIN = 10.0  # seconds between looks for a network that was lost
_SOON = 3.0  # seconds, when something on the SIM could not be kept
_REFUSED_PAUSE = 300.0


class ModemWorker:
    """Keeps one modem working through every loss of its link."""

    def __init__(
        self,
        database: Database,
        name: str,
        settings: ModemSettings,
        report: Callable[[LinkReport], None],
        now: Callable[[], datetime],
        on_call: Callable[[CallEnded], None],
        recovery: Recovery | None = None,
        rules: SimRules | None = None,
    ) -> None:
        self._name = name
        self._settings = settings
        self._report_link = report
        self._now = now
        self._sender = Sender(database, name, now, rules)
        self._receiver = Receiver(database, name, now, on_call)
        self._modem: Modem | None = None
        self._pin_guard = KeptPinGuard(database)
        self._recovery = recovery or Recovery(can_reset=bool(settings.reset_command))
        self._exchanges = ExchangeLog(settings.log) if settings.log else None
        self._port = ""  # where it was last seen
        self._facts: dict[str, Fact] = {}
        self._told = ("", "")
        self._warned = ""
        self._registered = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"modem-{name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finish the text in hand, then end."""
        self._stopping.set()
        self.wake()
        self._thread.join()

    def wake(self) -> None:
        """There may be something to send; any thread may say so."""
        modem = self._modem
        if modem is not None:
            modem.wake()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._stopping.wait(self._live())

    def _live(self) -> float:
        """One life of the link; how many seconds to wait before the next."""
        trouble = Trouble.OTHER
        try:
            self._work()
        except AccessRefused as error:
            self._tell(LinkReport(LinkState.REFUSED, str(error)))
            return _REFUSED_PAUSE
        except LinkDown as error:
            trouble = trouble_of(error)
            self._tell(LinkReport(LinkState.DOWN, str(error)))
        except OperationalError as error:
            self._tell(LinkReport(LinkState.DOWN, f"The database cannot be used: {error.orig}"))
        except Exception:
            log.exception("%s: a bug stopped the modem's work; it starts anew", self._name)
            self._tell(LinkReport(LinkState.DOWN, "An error in textback; see its log."))
        finally:
            self._modem = None
        if not self._stopping.is_set():
            remedy = self._recovery.failed(trouble, time.monotonic())
            apply(remedy, self._name, self._settings, self._port)
        return self._recovery.pause

    def _work(self) -> None:
        tell = self._exchanges.write if self._exchanges else None
        with closing(Modem.open(self._settings, tell)) as modem:
            try:
                self._port = modem.port
                self._facts = identity(modem.bring_up(self._pin_guard), modem.port)
                self._modem = modem  # a wake reaches it; what came before is found below
                self._sender.recover(modem)
                self._serve(modem)
            finally:  # what a lost link has told of already may lie nowhere else
                self._receiver.keep(modem, modem.heard())

    def _serve(self, modem: Modem) -> None:
        sweep_at = time.monotonic()
        while not self._stopping.is_set():
            if time.monotonic() >= sweep_at:
                self._look_around(modem)
                sweep_at = time.monotonic() + self._sweep_in()
            # Without a network it takes nothing: another modem may have one.
            sent = self._registered and self._sender.send_next(modem)
            if sent and (self._sender.deferred or self._sender.warning != self._warned):
                self._tell_health(modem.status())
            # After a text look only at what has come meanwhile: the next text may be due.
            timeout = 0.0 if sent else self._idle_for(sweep_at)
            self._receiver.take(modem, modem.wait(timeout))
            if self._receiver.behind:
                sweep_at = min(sweep_at, time.monotonic() + _SOON)

    def _look_around(self, modem: Modem) -> None:
        if modem.has_forgotten():
            raise LinkDown("The modem restarted by itself; it is set up anew.")
        self._receiver.sweep(modem)
        status = modem.status()  # after the sweep: now the storages are as full as they stay
        self._tell_health(status)
        self._sender.expire()
        self._recovery.serves()
        if self._recovery.network(status.registered, time.monotonic()) is Remedy.RESTART:
            modem.restart()
            raise LinkDown("The modem found no mobile network for long and was restarted.")

    def _sweep_in(self) -> float:
        if self._receiver.behind:
            return _SOON
        return _SWEEP_EVERY if self._registered else _NETWORK_AGAIN

    def _idle_for(self, sweep_at: float) -> float:
        until_sweep = max(sweep_at - time.monotonic(), 0.0)
        until_due = self._sender.wait_for() if self._registered else None
        return until_sweep if until_due is None else min(until_sweep, until_due.total_seconds())

    def _tell_health(self, status: ModemStatus) -> None:
        report = health(status)
        self._registered = status.registered
        if self._modem is not None:
            self._facts["remembers_sent"] = self._modem.keeps_status
        self._tell(LinkReport(report.state, report.detail, self._facts | condition(status)))

    def _tell(self, report: LinkReport) -> None:
        """Log a fault once, then quietly; that all is well is logged once, whatever the signal."""
        good = report.state is LinkState.UP
        told = (report.state.value, "" if good else report.detail)
        level = logging.DEBUG if told == self._told else logging.INFO if good else logging.WARNING
        log.log(level, "%s is %s: %s", self._name, report.state, report.detail)
        self._told = told
        self._warned = self._sender.warning
        facts = report.facts or self._facts
        self._report_link(replace(report, facts=facts, warning=self._warned))
