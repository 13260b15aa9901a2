"""A modem hangs, moves to another port, loses its network: it is got back and it is shown."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.office import SimulatedOffice, utc_now
from tests.waiting import wait_until
from textback.core.links import LinkReport, LinkState
from textback.engine.modem_worker import ModemWorker
from textback.engine.recovery import Patience, Recovery
from textback.modem.driver import ModemSettings
from textback.modem.simulator import ModemSimulator
from textback.store.database import Database
from textback.store.links import links


class Watched:
    """A modem's worker, and what it reports."""

    def __init__(self, database: Database, settings: ModemSettings, recovery: Recovery) -> None:
        self.reports: list[LinkReport] = []
        self._worker = ModemWorker(
            database, "sim", settings, self.reports.append, utc_now, lambda _: None, recovery
        )

    @contextmanager
    def running(self) -> Iterator[None]:
        self._worker.start()
        try:
            yield
        finally:
            self._worker.stop()

    def wait_for(self, state: LinkState) -> LinkReport:
        wait_until(
            lambda: bool(self.reports) and self.reports[-1].state is state, f"the modem {state}"
        )
        return self.reports[-1]


def quickly(*, can_reset: bool) -> Recovery:
    patience = Patience(failures_to_restart=1, failures_to_reset=2, between_restarts=0)
    return Recovery(can_reset=can_reset, patience=patience)


def test_a_hung_modem_is_reset_by_the_command_and_comes_back(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ran = tmp_path / "ran"
    command = (sys.executable, "-c", "import sys; open(sys.argv[1], 'w')", str(ran))
    with ModemSimulator(tmp_path / "modem") as simulator:
        settings = ModemSettings(simulator.path, command_timeout=0.1, reset_command=command)
        modem = Watched(database, settings, quickly(can_reset=True))
        simulator.fault("hang", seconds=3600)
        with modem.running():
            wait_until(ran.exists, "the reset_command")
            assert modem.wait_for(LinkState.DOWN).detail == "the modem does not answer"
            simulator.fault("reset")  # what the command does to a real one
            modem.wait_for(LinkState.UP)
    warnings = [r.getMessage() for r in caplog.records if r.levelname == "WARNING"]
    assert sum("is down: the modem does not answer" in text for text in warnings) == 1
    assert sum("AT+CFUN=1,1" in text for text in warnings) == 1
    assert sum("reset_command" in text for text in warnings) == 1


def test_a_modem_that_hangs_until_it_is_restarted_comes_back(
    database: Database, tmp_path: Path
) -> None:
    with ModemSimulator(tmp_path / "modem") as simulator:
        settings = ModemSettings(simulator.path, command_timeout=0.1)
        modem = Watched(database, settings, quickly(can_reset=False))
        simulator.fault("hang-until-restart")
        with modem.running():
            modem.wait_for(LinkState.DOWN)
            modem.wait_for(LinkState.UP)


def test_a_reset_command_that_cannot_be_run_is_told_and_does_no_harm(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = ModemSettings(
        str(tmp_path / "modem"), reset_command=(str(tmp_path / "no-such-program"),)
    )
    recovery = Recovery(can_reset=True, patience=Patience(gone_to_reset=0))
    modem = Watched(database, settings, recovery)
    with modem.running():
        wait_until(lambda: "cannot be run" in caplog.text, "the complaint")
        with ModemSimulator(tmp_path / "modem"):
            modem.wait_for(LinkState.UP)


def test_a_modem_back_under_another_port_is_found_by_its_imei(
    database: Database, tmp_path: Path
) -> None:
    settings = ModemSettings(str(tmp_path / "ttyUSB*"), "350000000000006", command_timeout=1)
    modem = Watched(database, settings, Recovery(can_reset=False))
    with modem.running():
        for name in ("ttyUSB2", "ttyUSB5"):
            with ModemSimulator(tmp_path / name):
                assert modem.wait_for(LinkState.UP).facts["port"] == str(tmp_path / name)
            modem.wait_for(LinkState.DOWN)


def test_what_a_modem_tells_of_itself_is_kept_for_the_status_page(office: SimulatedOffice) -> None:
    with office.running():
        office.wait_for_link("modem", LinkState.UP)
        with office.database.read() as session:
            [facts] = [link.facts for link in links(session) if link.kind == "modem"]
    assert facts["own_number"] == "+15550001111"
    assert facts["imei"] == "350000000000006"
    assert (facts["registration"], facts["registered"]) == ("home", True)


def test_the_exchanges_are_kept_where_they_are_asked_for(
    office: SimulatedOffice, tmp_path: Path
) -> None:
    log = tmp_path / "modem.log"
    office.modem_options["log"] = log
    with office.running():
        office.call("no-answer")
        office.modem.wait_for_sent(1)
    text = log.read_text(encoding="utf-8")
    assert "> AT+CMGS=" in text
    assert "> (a PDU of " in text
