"""Where a modem stands with the network (3GPP TS 27.007, clauses 7.2, 10.1.20 and 10.1.22)."""

import re
from collections.abc import Iterable
from enum import StrEnum

# An answer to AT+CREG? has the mode before the state; an unsolicited line does not.
REGISTRATION = re.compile(r"\+C(?:G|E)?REG:\s*\d\s*,\s*\d{1,2}\s*(?:,|$)")
_STATE = re.compile(r"\+C(?:G|E)?REG:\s*\d\s*,\s*(\d{1,2})")
_HEX = r'\s*,\s*"?[0-9A-Fa-f]+"?'
_ACCESS = re.compile(rf"\+C(?:G|E)?REG:\s*\d\s*,\s*\d{{1,2}}{_HEX}{_HEX}\s*,\s*(\d{{1,2}})\b")


class Registration(StrEnum):
    """Each state says what it guarantees."""

    HOME = "home"  # the SIM's own network takes texts
    ROAMING = "roaming"  # another network takes texts
    SMS_ONLY = "sms only"  # the network takes texts and no calls
    SEARCHING = "searching"  # no network yet; the modem goes on looking
    REFUSED = "refused"  # the network does not want this SIM or modem; a person must act
    NONE = "none"  # no network, and the modem does not look for one
    UNKNOWN = "unknown"  # the modem does not say

    @property
    def registered(self) -> bool:
        """Whether texts can go out and come in."""
        return self in (Registration.HOME, Registration.ROAMING, Registration.SMS_ONLY)


_STATES = {
    0: Registration.NONE,
    1: Registration.HOME,
    2: Registration.SEARCHING,
    3: Registration.REFUSED,
    5: Registration.ROAMING,
    6: Registration.SMS_ONLY,
    7: Registration.SMS_ONLY,
    9: Registration.HOME,  # 9 and 10: on LTE, calls are better made elsewhere
    10: Registration.ROAMING,
}
_GENERATIONS = {
    **dict.fromkeys((0, 1, 3, 8), "2G"),
    **dict.fromkeys((2, 4, 5, 6), "3G"),
    **dict.fromkeys((7, 9), "LTE"),
    **dict.fromkeys((10, 11, 12, 13), "5G"),
}


def registration(answers: Iterable[str]) -> Registration:
    """The best of what AT+CREG?, AT+CGREG? and AT+CEREG? say: one network that takes texts will
    do."""
    told = [int(state[1]) for answer in answers if (state := _STATE.match(answer))]
    states = {_STATES.get(number, Registration.UNKNOWN) for number in told}
    return next((state for state in Registration if state in states), Registration.UNKNOWN)


def access_of(answers: Iterable[str]) -> str:
    """The network's generation ("LTE") by the AcT fields of registered answers, "" without any."""
    for answer in answers:
        access = _ACCESS.match(answer)
        if access and registration([answer]).registered:
            return generation(int(access[1]))
    return ""


def generation(access: int) -> str:
    """What people call an access technology (AcT): 2G, 3G, LTE, 5G."""
    return _GENERATIONS.get(access, "")
