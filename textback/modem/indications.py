"""What a modem was asked to tell by itself: whether it still does, and that it was heard."""

import re

from textback.modem.asking import Asking
from textback.modem.refusals import error_code

_TOLD = re.compile(r"\+CNMI:\s*([\d,\s]*)")
_MT, _DS = 1, 3  # the places of <mt> and <ds> in AT+CNMI
_NO_ACKNOWLEDGEMENT_EXPECTED = 340


class Indications:
    """`values` are those that AT+CNMI took, `acknowledges` whether AT+CSMS=1 is in force
    (3GPP TS 27.005, clauses 3.2.1 and 3.4.1). Every method may raise LinkDown.
    """

    def __init__(self, asking: Asking, values: str = "", *, acknowledges: bool = False) -> None:
        self._asking = asking
        self._values = values
        self._acknowledges = acknowledges
        self._told = self._ask() if values else ""

    def are_forgotten(self) -> bool:
        """Whether the modem lost them, as in a restart of its own.

        Where it only switched them off because nobody acknowledged (3.4.4), they are set again.
        """
        told = self._ask()
        if told != self._told and told == _switched_off(self._told):
            self._set()
            return False
        return told != self._told

    def acknowledge(self) -> None:
        """Tells the network that what came without being stored arrived (AT+CNMA).

        A modem for which this comes too late has switched its routing off (27.005, 3.4.4); one that
        cannot do it is not asked to wait for it any more.
        """
        if not self._acknowledges:
            return
        answer = self._asking.ask("AT+CNMA")
        if answer.ok:
            return
        if error_code(answer.final) != _NO_ACKNOWLEDGEMENT_EXPECTED:
            self._acknowledges = not self._asking.optional("AT+CSMS=0")
        self._set()

    def _set(self) -> None:
        self._asking.optional(f"AT+CNMI={self._values}")

    def _ask(self) -> str:
        return self._asking.told("AT+CNMI?", _TOLD).replace(" ", "")


def _switched_off(told: str) -> str:
    """The same values with neither texts nor status reports."""
    values = told.split(",")
    return ",".join("0" if at in (_MT, _DS) else value for at, value in enumerate(values))
