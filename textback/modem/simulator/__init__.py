"""A simulated GSM modem: a port that speaks AT, and the phones on the far side of its network."""

from textback.modem.simulator.faults import FAULTS
from textback.modem.simulator.modem import ModemSimulator
from textback.modem.simulator.network import SentSms

__all__ = ["FAULTS", "ModemSimulator", "SentSms"]
