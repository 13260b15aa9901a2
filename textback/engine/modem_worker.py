"""The one thread that owns a modem: sends what is queued, keeps what comes in."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime

from sqlalchemy.exc import OperationalError

from textback.core.errors import AccessRefused, LinkDown
from textback.core.links import LinkReport, LinkState
from textback.core.sim_rules import SimRules
from textback.engine.receiving import Receiver
from textback.engine.sending import Sender
from textback.modem.bring_up import PinGuard
from textback.modem.driver import Modem, ModemSettings, ModemStatus
from textback.store.database import Database

log = logging.getLogger(__name__)

_SWEEP_EVERY = 60.0  # seconds
_NETWORK_AGAIN = 10.0  # seconds between looks for a network that was lost
_SOON = 3.0  # seconds, when something on the SIM could not be kept
_PAUSES = (1.0, 2.0, 5.0, 10.0)  # seconds between tries to open the modem
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
        rules: SimRules | None = None,
    ) -> None:
        self._name = name
        self._settings = settings
        self._report_link = report
        self._now = now
        self._sender = Sender(database, name, now, rules)
        self._receiver = Receiver(database, name, now)
        self._modem: Modem | None = None
        self._pin_guard = PinGuard()
        self._failures = 0
        self._told = ""
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
        try:
            self._work()
        except AccessRefused as error:
            self._tell(LinkReport(LinkState.REFUSED, str(error)))
            return _REFUSED_PAUSE
        except LinkDown as error:
            self._tell(LinkReport(LinkState.DOWN, str(error)))
        except OperationalError as error:
            self._tell(LinkReport(LinkState.DOWN, f"The database cannot be used: {error.orig}"))
        except Exception:
            log.exception("%s: a bug stopped the modem's work; it starts anew", self._name)
            self._tell(LinkReport(LinkState.DOWN, "An error in textback; see its log."))
        finally:
            self._modem = None
        self._failures += 1
        return _PAUSES[min(self._failures, len(_PAUSES)) - 1]

    def _work(self) -> None:
        with closing(Modem.open(self._settings)) as modem:
            modem.bring_up(self._pin_guard)
            self._modem = modem  # from here on a wake reaches it; what came before is found below
            self._failures = 0
            self._sender.recover()
            self._serve(modem)

    def _serve(self, modem: Modem) -> None:
        sweep_at = time.monotonic()
        while not self._stopping.is_set():
            if time.monotonic() >= sweep_at:
                self._look_around(modem)
                sweep_at = time.monotonic() + self._sweep_in()
            # Without a network it takes nothing: another modem may have one.
            sent = self._registered and self._sender.send_next(modem)
            if sent and (self._sender.deferred or self._sender.warning != self._warned):
                self._tell_condition(modem)
            # After a text look only at what has come meanwhile: the next text may be due.
            timeout = 0.0 if sent else self._idle_for(sweep_at)
            for event in modem.wait(timeout):
                self._receiver.take(modem, event)
            if self._receiver.behind:
                sweep_at = min(sweep_at, time.monotonic() + _SOON)

    def _look_around(self, modem: Modem) -> None:
        self._tell_condition(modem)
        self._receiver.sweep(modem)
        self._sender.expire()

    def _sweep_in(self) -> float:
        if self._receiver.behind:
            return _SOON
        return _SWEEP_EVERY if self._registered else _NETWORK_AGAIN

    def _idle_for(self, sweep_at: float) -> float:
        until_sweep = max(sweep_at - time.monotonic(), 0.0)
        until_due = self._sender.wait_for() if self._registered else None
        return until_sweep if until_due is None else min(until_sweep, until_due.total_seconds())

    def _tell_condition(self, modem: Modem) -> None:
        status = modem.status()
        self._registered = status.registered
        self._tell(_health(status))

    def _tell(self, report: LinkReport) -> None:
        """Log a fault once, then quietly."""
        text = f"{report.state}: {report.detail}"
        good = report.state is LinkState.UP
        level = logging.INFO if good else logging.WARNING
        log.log(logging.DEBUG if text == self._told else level, "%s is %s", self._name, text)
        self._told = text
        self._warned = self._sender.warning
        self._report_link(replace(report, warning=self._warned))


def _health(status: ModemStatus) -> LinkReport:
    if not status.registered:
        return LinkReport(LinkState.DOWN, "The modem finds no mobile network: no texts go out.")
    if status.storage_full:
        return LinkReport(LinkState.DOWN, "The SIM's memory is full: no texts come in.")
    signal = "" if status.signal is None else f", signal {status.signal} %"
    return LinkReport(LinkState.UP, f"{status.operator or 'registered'}{signal}")
