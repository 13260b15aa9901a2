"""AT over serial: port, dialogue, PDU codec, driver, and a simulated modem."""

from textback.modem.bring_up import ModemInfo
from textback.modem.driver import CommandRefused, Modem, ModemSettings, ModemStatus, Stored
from textback.modem.events import Arrived, Incoming, NewStored, Place, Received, Ring, SweepDue
from textback.modem.registration import Registration
from textback.modem.sim_lock import PinGuard

__all__ = [
    "Arrived",
    "CommandRefused",
    "Incoming",
    "Modem",
    "ModemInfo",
    "ModemSettings",
    "ModemStatus",
    "NewStored",
    "PinGuard",
    "Place",
    "Received",
    "Registration",
    "Ring",
    "Stored",
    "SweepDue",
]
