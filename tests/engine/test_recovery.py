"""What is done about a modem that does not serve."""

import pytest

from textback.core.errors import LinkDown
from textback.engine.recovery import Patience, Recovery, Remedy, Trouble, trouble_of
from textback.modem.dialogue import Hung, NoAnswer
from textback.modem.port import PortGone

REOPEN, RESTART, RESET = Remedy.REOPEN, Remedy.RESTART, Remedy.RESET
EVERY = 20.0  # seconds between two failures


def remedies(
    recovery: Recovery, trouble: Trouble, count: int, every: float = EVERY
) -> list[Remedy]:
    return [recovery.failed(trouble, number * every) for number in range(count)]


def test_a_hung_modem_is_opened_again_twice_then_restarted_then_reset() -> None:
    done = remedies(Recovery(can_reset=True), Trouble.HUNG, 7)
    assert done == [REOPEN, REOPEN, RESTART, REOPEN, REOPEN, RESET, REOPEN]


def test_restarts_and_resets_keep_their_distance() -> None:
    done = remedies(Recovery(can_reset=True), Trouble.HUNG, 40)
    assert [n for n, remedy in enumerate(done) if remedy is RESET] == [5, 35]
    assert [n for n, remedy in enumerate(done) if remedy is RESTART] == [2, 8, 14, 20, 26, 32, 38]


def test_without_a_reset_command_it_is_restarted_again_and_again() -> None:
    done = remedies(Recovery(can_reset=False), Trouble.HUNG, 20)
    assert RESET not in done
    assert done.count(RESTART) == 3


def test_a_modem_that_serves_again_starts_from_the_mildest() -> None:
    recovery = Recovery(can_reset=True)
    remedies(recovery, Trouble.HUNG, 2)
    recovery.serves()
    assert recovery.failed(Trouble.HUNG, 1000) is REOPEN
    assert recovery.pause == 1.0


def test_a_port_that_is_gone_for_a_minute_is_reset_and_never_restarted() -> None:
    done = remedies(Recovery(can_reset=True), Trouble.GONE, 10, every=15)
    assert done == [REOPEN] * 4 + [RESET] + [REOPEN] * 5


def test_a_port_that_another_program_has_is_only_tried_again() -> None:
    assert set(remedies(Recovery(can_reset=True), Trouble.OTHER, 50)) == {REOPEN}


def test_a_modem_that_vanishes_while_it_restarts_is_still_the_hung_one() -> None:
    recovery = Recovery(can_reset=True)
    remedies(recovery, Trouble.HUNG, 3)
    recovery.failed(Trouble.GONE, 61)
    done = [recovery.failed(Trouble.HUNG, 70 + n * EVERY) for n in range(3)]
    assert done == [REOPEN, REOPEN, RESET]


def test_the_pauses_grow() -> None:
    recovery, pauses = Recovery(can_reset=False), []
    for _ in range(6):
        recovery.failed(Trouble.GONE, 0)
        pauses.append(recovery.pause)
    assert pauses == [1, 2, 5, 10, 10, 10]


def test_a_modem_long_without_a_network_is_restarted_then_once_an_hour() -> None:
    recovery = Recovery(can_reset=False)
    minutes = [n for n in range(150) if recovery.network(False, n * 60) is RESTART]
    assert minutes == [15, 75, 135]


def test_a_network_that_came_back_counts_anew() -> None:
    recovery = Recovery(can_reset=False, patience=Patience(unregistered_to_restart=10))
    recovery.network(False, 0)
    recovery.network(True, 5)
    assert recovery.network(False, 12) is REOPEN
    assert recovery.network(False, 21) is REOPEN
    assert recovery.network(False, 22) is RESTART


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (PortGone("port x is not there"), Trouble.GONE),
        (Hung("the modem does not answer"), Trouble.HUNG),
        (NoAnswer("no answer to AT+CSQ"), Trouble.HUNG),
        (LinkDown("port x is in use"), Trouble.OTHER),
    ],
)
def test_an_error_says_what_is_wrong(error: LinkDown, trouble: Trouble) -> None:
    assert trouble_of(error) is trouble
