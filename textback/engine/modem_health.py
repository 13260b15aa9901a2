"""A modem's condition as a link's state, in words a receptionist can read out."""

from textback.core.links import LinkReport, LinkState
from textback.modem.driver import ModemStatus
from textback.modem.registration import Registration


def health(status: ModemStatus) -> LinkReport:
    """UP means that texts can go out and come in."""
    if status.registration is Registration.REFUSED:
        return LinkReport(LinkState.DOWN, "The mobile network refuses the SIM: no texts go out.")
    if not status.registered:
        return LinkReport(LinkState.DOWN, "The modem finds no mobile network: no texts go out.")
    if status.storage_full:
        return LinkReport(LinkState.DOWN, "The SIM's memory is full: no texts come in.")
    roaming = "roaming" if status.registration is Registration.ROAMING else ""
    signal = "" if status.signal is None else f"signal {status.signal} %"
    told = (status.operator or "registered", status.technology, roaming, signal)
    return LinkReport(LinkState.UP, ", ".join(filter(None, told)))
