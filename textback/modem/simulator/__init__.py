"""A simulated GSM modem: ports that speak AT, and the phones on the far side of its network."""

from textback.modem.simulator.faults import FAULTS
from textback.modem.simulator.modem import ModemSimulator
from textback.modem.simulator.network import Network, SentSms, Taken
from textback.modem.simulator.personality import Personality, personalities, personality
from textback.modem.simulator.routing import Patience

__all__ = [
    "FAULTS",
    "ModemSimulator",
    "Network",
    "Patience",
    "Personality",
    "SentSms",
    "Taken",
    "personalities",
    "personality",
]
