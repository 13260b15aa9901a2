"""What is dialled: how the dialled devices answered, and which number a dial string names."""

import re

_TOKEN = re.compile(r"[^/@:;,]+")
_NUMBER = re.compile(r"\+?[0-9]{3,20}")
_LEAST_DIGITS_OUTSIDE = 6


class Dials:
    """Devices that were rung: which still ring, and how the others ended (DialStatus)."""

    def __init__(self) -> None:
        self._ringing: set[str] = set()
        self._statuses: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self._ringing or self._statuses)

    def began(self, destination: str) -> None:
        self._ringing.add(destination)

    def ended(self, destination: str, status: str) -> None:
        # A queue reports an attempt's end twice, the second time as CANCEL: the first one counts.
        if destination in self._ringing:
            self._ringing.discard(destination)
            self._statuses.add(status)

    def still_ring(self) -> bool:
        return bool(self._ringing)

    def all_busy(self) -> bool:
        return not self._ringing and self._statuses == {"BUSY"}

    def broken_off(self) -> bool:
        return bool(self._ringing) or "CANCEL" in self._statuses


def dialled_number(dial_string: str) -> str:
    """The number in a dial string, "" when there is none.

    "5550777@trunk" (PJSIP), "trunk/5550777" (SIP, IAX2) and "g0/5550777" (DAHDI) are all 5550777.
    """
    tokens = [token.lstrip("wW") for token in _TOKEN.findall(dial_string)]
    return max((token for token in tokens if _NUMBER.fullmatch(token)), key=len, default="")


def dials_outside(dial_string: str, endpoint: str) -> bool:
    """Whether a dial string alone shows that a number is called over a trunk.

    So it does when it has a number apart from the endpoint's name, too long for an extension; a
    phone's registered address ("101/sip:48151623@10.0.0.7") is none.
    """
    number = dialled_number(dial_string)
    long_enough = len(number.lstrip("+")) >= _LEAST_DIGITS_OUTSIDE
    return long_enough and number != endpoint and "sip:" not in dial_string
