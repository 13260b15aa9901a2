"""A modem's condition in words: how full its storages are, and what that means."""

import pytest

from textback.core.links import LinkState
from textback.engine.modem_health import health
from textback.modem.registration import Registration
from textback.modem.status import ModemStatus, StorageUse


def status(*storages: StorageUse) -> ModemStatus:
    return ModemStatus(Registration.HOME, "LTE", 60, "Net", storages)


def sim(used: int) -> StorageUse:
    return StorageUse("SM", used, 30, receives=True)


def own(used: int) -> StorageUse:
    return StorageUse("ME", used, 23, receives=False)


@pytest.mark.parametrize(
    ("storages", "state", "detail"),
    [
        ((sim(23), own(0)), "up", "Net, LTE, signal 60 %"),
        (
            (sim(24), own(0)),
            "up",
            "Net, LTE, signal 60 %. The SIM's memory is 80 % full (24 of 30)",
        ),
        (
            (sim(0), own(23)),
            "up",
            "Net, LTE, signal 60 %. The modem's memory is full (23 of 23)",
        ),
        ((sim(30), own(0)), "down", "The SIM's memory is full (30 of 30): no texts come in."),
        ((StorageUse("SM", 0, 0, receives=True),), "up", "Net, LTE, signal 60 %"),
        ((), "up", "Net, LTE, signal 60 %"),
    ],
)
def test_how_full_the_storages_are(
    storages: tuple[StorageUse, ...], state: str, detail: str
) -> None:
    report = health(status(*storages))
    assert (report.state, report.detail) == (LinkState(state), detail)
