"""A modem's condition as a link's state, in words a receptionist can read out."""

from textback.core.links import LinkReport, LinkState
from textback.modem.registration import Registration
from textback.modem.status import FULL, ModemStatus, StorageUse

WARN_FROM = 80  # per cent; what textback has read it deletes, so something else lies there
_MEMORIES = {"SM": "The SIM's memory", "ME": "The modem's memory", "MT": "The memory for texts"}


def health(status: ModemStatus) -> LinkReport:
    """UP means that texts can go out and come in."""
    if status.registration is Registration.REFUSED:
        return LinkReport(LinkState.DOWN, "The mobile network refuses the SIM: no texts go out.")
    if not status.registered:
        return LinkReport(LinkState.DOWN, "The modem finds no mobile network: no texts go out.")
    if status.receiving is not None and status.storage_full:
        return LinkReport(LinkState.DOWN, f"{_filling(status.receiving)}: no texts come in.")
    roaming = "roaming" if status.registration is Registration.ROAMING else ""
    signal = "" if status.signal is None else f"signal {status.signal} %"
    told = (status.operator or "registered", status.technology, roaming, signal)
    filling = (_filling(use) for use in status.storages if use.percent >= WARN_FROM)
    return LinkReport(LinkState.UP, ". ".join([", ".join(filter(None, told)), *filling]))


def _filling(use: StorageUse) -> str:
    """'The SIM's memory is 80 % full (24 of 30)'; textback deletes what it has read."""
    share = "full" if use.percent >= FULL else f"{use.percent} % full"
    return f"{_MEMORIES.get(use.name, use.name)} is {share} ({use.used} of {use.capacity})"
