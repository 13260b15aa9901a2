"""Each fault of the simulated modem in the middle of twenty texts and replies: the same balance."""

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.chance import seed
from tests.crash.traffic import Traffic
from tests.e2e.office import simulated_office
from tests.waiting import wait_until
from textback.engine import modem_worker, recovery, sending
from textback.modem.simulator.faults import FAULTS, Option
from textback.modem.simulator.modem import ModemSimulator
from textback.modem.simulator.personality import personality
from textback.store import doubts
from textback.store.database import Database

SEED = seed()
# What ends a fault, once all of the traffic has happened.
ENDS = {
    "network-lost": "network-back",
    "sim-out": "sim-in",
    "storage-full": "storage-space",
    "unannounced": "announced",
    "dribble": "no-dribble",
}
BRIEFLY: Mapping[str, Mapping[str, Option]] = {
    "late-prompt": {"seconds": 0.5},
    "late-answer-after-send": {"seconds": 0.5},
    "hang": {"seconds": 1.5},
    "reports-late": {"seconds": 0.5},
    "unplug": {"seconds": 0.3},
    "unplug-after-pdu": {"seconds": 0.3},
    "unplug-after-send": {"seconds": 0.3},
}
# A text that comes in cut off, or never comes whole, and a SIM that a person must unlock: what is
# shown of those stands in tests/engine and tests/modem.
ELSEWHERE = frozenset({"corrupt-pdu", "part-missing", "sim-blocked"})
# The modem lost its power, or the answer, when it may have sent: a report or a person tells.
MAY_DOUBT = frozenset(
    {"no-answer-after-send", "late-answer-after-send", "error-after-send", "reset", "cms-error"}
    | {name for name in FAULTS if name.startswith(("unplug", "hang"))}
)


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "RETRIES", (timedelta(seconds=0.3),) * 5)
    monkeypatch.setattr(modem_worker, "_SWEEP_EVERY", 0.5)
    monkeypatch.setattr(recovery, "_PAUSES", (0.1,))


EACH = [(fault, True) for fault in FAULTS if fault not in ELSEWHERE]
EACH += [(fault, False) for fault in FAULTS if fault in MAY_DOUBT]


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize(("fault", "remembers"), EACH)
def test_a_fault_in_traffic_costs_no_text_and_doubles_none(
    database: Database, tmp_path: Path, fault: str, remembers: bool
) -> None:
    kind = personality("generic")
    refused = frozenset[str]() if remembers else frozenset({"+CMGW", "+CMSS"})
    with simulated_office(
        database,
        tmp_path,
        model=replace(kind, keeps_sent=remembers, refuses=refused),
        command_timeout=1,
        prompt_timeout=0.4,
        send_timeout=1,
    ) as office:
        with database.write() as session:
            doubts.learn_remembers_sent(session, kind.imei, remembers)
        traffic = Traffic(database, office.pbx, office.modem, office.staff_id)
        happen = traffic.all(random.Random(SEED))
        with office.running():
            office.pbx.wait_for_client()
            for number, thing in enumerate(happen):
                thing()
                if number == len(happen) // 3:
                    office.modem.wait_for_sent(1)
                    office.modem.fault(fault, **BRIEFLY.get(fault, {}))
            end(office.modem, fault)
            wait_until(traffic.settled, f"the rest (TEXTBACK_SEED={SEED})")
    balance = traffic.balance()
    assert balance.flawless, f"TEXTBACK_SEED={SEED}: {balance}"
    assert not balance.given_up
    assert fault in MAY_DOUBT or not balance.unconfirmed


def end(modem: ModemSimulator, fault: str) -> None:
    if fault in ENDS:
        modem.fault(ENDS[fault])
