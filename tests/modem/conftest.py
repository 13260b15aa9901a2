"""A simulated modem, and the driver on it."""

from collections.abc import Iterator

import pytest

from tests.modem.terminal import Line
from textback.modem import Modem, ModemSettings, PinGuard
from textback.modem.simulator import ModemSimulator


@pytest.fixture
def simulator() -> Iterator[ModemSimulator]:
    """A modem with a phone network behind it."""
    with ModemSimulator() as simulator:
        yield simulator


@pytest.fixture
def modem(simulator: ModemSimulator) -> Iterator[Modem]:
    """The driver, brought up, with short patience."""
    modem = Modem.open(
        ModemSettings(simulator.path, command_timeout=2, prompt_timeout=0.3, send_timeout=0.3)
    )
    modem.bring_up(PinGuard())
    yield modem
    modem.close()


@pytest.fixture
def line(simulator: ModemSimulator) -> Iterator[Line]:
    """A person at the simulated modem's port, without echo."""
    with Line(simulator.path) as line:
        line.ask("ATE0")
        yield line
