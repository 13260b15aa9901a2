"""The engine is killed with -9 in the middle of twenty texts and replies, and started again.

TEXTBACK_CRASHES=500 kills it at that many random instants with each modem; TEXTBACK_SEED repeats
a run.
"""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.chance import amount, seed
from tests.crash.office import KILLED_WITHIN, MortalOffice, mortal_office
from tests.crash.traffic import Balance
from textback.modem.simulator.personality import Personality, personality

Arm = Callable[[MortalOffice, random.Random], None]  # has the engine killed at some instant

REMEMBERS = personality("generic")
FORGETS = replace(REMEMBERS, keeps_sent=False)
CANNOT_STORE = replace(REMEMBERS, keeps_sent=False, refuses=frozenset({"+CMGW", "+CMSS"}))
MODELS = [
    pytest.param(REMEMBERS, id="remembers-what-it-sent"),
    pytest.param(FORGETS, id="forgets-what-it-sent"),
    pytest.param(CANNOT_STORE, id="cannot-store"),
]
SEED = seed()


def kill_at_random(office: MortalOffice, rng: random.Random) -> None:
    """By what was typed, so that the modem's work is covered evenly, and some time after that."""
    countdown, delay = rng.randrange(office.typed_in_all), rng.choice((0.0, rng.random() * 0.05))
    due = threading.Event()

    def typed(_data: bytes) -> None:
        nonlocal countdown
        countdown -= 1
        if countdown < 0:
            due.set()
            if not delay:
                office.engine.kill()

    def kill() -> None:
        if due.wait(KILLED_WITHIN) and not delay:
            return  # killed already, and perhaps started again
        time.sleep(delay)
        office.engine.kill()

    office.triggers.typed = typed
    threading.Thread(target=kill).start()


def kill_at_its_first_command(office: MortalOffice, _rng: random.Random) -> None:
    """While the modem is brought up, before there is any traffic."""
    office.triggers.typed = lambda _: office.engine.kill()


def kill_when_typed(beginning: bytes) -> Arm:
    """Before the modem looks at the first line that begins so, once texts are being sent."""

    def arm(office: MortalOffice, _rng: random.Random) -> None:
        def typed(data: bytes) -> None:
            if office.traffic.modem.taken and data.startswith(beginning):
                office.engine.kill()

        office.triggers.typed = typed

    return arm


def kill_when_taken(office: MortalOffice, rng: random.Random) -> None:
    """When the network has the SUBMIT and the modem has not said so."""
    nth = rng.randrange(1, 10)

    def taken() -> None:
        if len(office.traffic.modem.taken) >= nth:
            office.engine.kill()

    office.triggers.taken = taken


def kill_when_the_answer_is_lost(office: MortalOffice, rng: random.Random) -> None:
    """A little later than the network has the SUBMIT, of which the modem never says so."""

    def taken() -> None:
        office.triggers.taken = lambda: None
        threading.Thread(target=office.traffic.modem.fault, args=("no-answer-after-send",)).start()
        threading.Timer(0.2 + rng.random() * 0.2, office.engine.kill).start()

    office.triggers.taken = taken


def one_run(folder: Path, model: Personality, arm: Arm, rng: random.Random) -> Balance:
    pace = rng.choice((0.0, rng.random() * 0.03))
    with mortal_office(folder, model, seconds_per_part=pace) as office:
        arm(office, rng)
        office.engine.start()
        traffic = office.let_happen(rng)
        assert office.engine.wait_for_death(2 * KILLED_WITHIN), f"not killed; see {office.log}"
        office.triggers.disarm()
        traffic.result()
        return office.finish()


@pytest.mark.parametrize("model", MODELS)
def test_killed_at_random_instants_it_loses_nothing_and_doubles_nothing(
    tmp_path: Path, model: Personality, capsys: pytest.CaptureFixture[str]
) -> None:
    unconfirmed = list[str]()
    for run in range(amount("TEXTBACK_CRASHES", 1)):
        name = f"{SEED}-{run}"
        folder = tmp_path / name
        folder.mkdir()
        balance = one_run(folder, model, kill_at_random, random.Random(name))
        assert balance.flawless, f"TEXTBACK_SEED={SEED}, run {run}: {balance}"
        unconfirmed += balance.unconfirmed
    with capsys.disabled():
        print(f"\nTEXTBACK_SEED={SEED}, in doubt: {len(unconfirmed)}", *unconfirmed, sep="\n  ")
    assert not (model.keeps_sent and unconfirmed)


POINTS: dict[str, Arm] = {
    "brought-up": kill_at_its_first_command,
    "asked-to-store": kill_when_typed(b"AT+CMGW"),
    "told-to-send-what-is-stored": kill_when_typed(b"AT+CMSS"),
    "taken-by-the-network": kill_when_taken,
    "told-to-delete": kill_when_typed(b"AT+CMGD"),
    "asked-for-an-incoming-text": kill_when_typed(b"AT+CMGR"),
    "the-answer-is-lost": kill_when_the_answer_is_lost,
}


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_each_step_nothing_is_in_doubt_where_the_modem_remembers(
    tmp_path: Path, point: str
) -> None:
    balance = one_run(tmp_path, REMEMBERS, POINTS[point], random.Random(f"{SEED}"))
    assert balance == Balance((), (), (), ()), f"TEXTBACK_SEED={SEED}"


def test_killed_before_the_pdu_is_in_the_text_stands_as_unconfirmed(tmp_path: Path) -> None:
    arm = kill_when_typed(b"AT+CMGS")
    balance = one_run(tmp_path, CANNOT_STORE, arm, random.Random(f"{SEED}"))
    assert balance.flawless, f"TEXTBACK_SEED={SEED}: {balance}"
    assert len(balance.unconfirmed) == 1


def test_killed_after_the_network_has_it_a_status_report_tells(tmp_path: Path) -> None:
    balance = one_run(tmp_path, CANNOT_STORE, kill_when_taken, random.Random(f"{SEED}"))
    assert balance == Balance((), (), (), ()), f"TEXTBACK_SEED={SEED}"
