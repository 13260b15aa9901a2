"""A simulated PBX: an AMI server that plays calls, for the demo and the tests."""

from textback.asterisk.simulator.script import (
    Scenario,
    UnknownScenario,
    own_scenario,
    scenarios,
)
from textback.asterisk.simulator.simulator import FAULTS, PbxSimulator, UnknownFault

__all__ = [
    "FAULTS",
    "PbxSimulator",
    "Scenario",
    "UnknownFault",
    "UnknownScenario",
    "own_scenario",
    "scenarios",
]
