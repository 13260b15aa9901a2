"""What +CMS ERROR and +CME ERROR mean for a text (3GPP TS 27.005, 3.2.5; TS 27.007, 9.2)."""

import re
from collections.abc import Mapping

from textback.core.errors import (
    LinkDown,
    SendDeferred,
    SendRefused,
    SendUnconfirmed,
    TextbackError,
)

Next = type[SendDeferred] | type[SendRefused] | type[SendUnconfirmed] | type[LinkDown]

_ERROR = re.compile(r"\+(CM[ES]) ERROR:\s*(\d+)?\s*(.*)")

_CMS: Mapping[int, tuple[Next, str]] = {
    # from the network: TS 24.011, annex E
    1: (SendRefused, "no such number"),
    8: (SendRefused, "barred by the operator"),
    10: (SendRefused, "call barred"),
    17: (SendDeferred, "network failure"),
    21: (SendRefused, "rejected by the network"),
    22: (SendDeferred, "congestion"),
    27: (SendDeferred, "destination out of service"),
    28: (SendRefused, "unidentified subscriber"),
    29: (SendRefused, "facility rejected"),
    30: (SendRefused, "unknown subscriber"),
    38: (SendDeferred, "network out of order"),
    41: (SendDeferred, "temporary network failure"),
    42: (SendDeferred, "network congested"),
    47: (SendDeferred, "network resources unavailable"),
    50: (SendRefused, "SMS not subscribed"),
    69: (SendRefused, "SMS not provided"),
    95: (SendRefused, "invalid message"),
    96: (SendRefused, "invalid mandatory information"),
    97: (SendRefused, "message type not known"),
    111: (SendDeferred, "protocol error"),
    127: (SendDeferred, "interworking trouble"),
    # from the service centre: TS 23.040, clause 9.2.3.22
    192: (SendDeferred, "service centre busy"),
    193: (SendRefused, "no subscription at the service centre"),
    194: (SendDeferred, "service centre failure"),
    195: (SendRefused, "invalid address"),
    196: (SendRefused, "destination barred"),
    197: (SendRefused, "rejected as a duplicate"),
    208: (SendDeferred, "SIM storage full"),
    212: (SendDeferred, "SIM busy"),
    # from the modem: TS 27.005
    300: (LinkDown, "modem failure"),
    301: (SendDeferred, "SMS service reserved"),
    302: (SendDeferred, "operation not allowed now"),
    303: (SendRefused, "operation not supported"),
    304: (SendRefused, "invalid PDU"),
    305: (SendRefused, "invalid text parameter"),
    310: (LinkDown, "no SIM"),
    311: (LinkDown, "SIM PIN required"),
    312: (LinkDown, "phone-to-SIM PIN required"),
    313: (LinkDown, "SIM failure"),
    314: (SendDeferred, "SIM busy"),
    315: (LinkDown, "wrong SIM"),
    316: (LinkDown, "SIM PUK required"),
    320: (SendDeferred, "memory failure"),
    322: (SendDeferred, "memory full"),
    330: (SendDeferred, "service centre's number unknown"),
    331: (SendDeferred, "no network"),
    332: (SendUnconfirmed, "network time-out"),  # it was sent, and no one said what became of it
    500: (SendDeferred, "unknown error"),
    515: (SendDeferred, "modem busy"),
}

_CME: Mapping[int, tuple[Next, str]] = {
    0: (LinkDown, "modem failure"),
    1: (LinkDown, "no connection to the modem"),
    3: (SendDeferred, "operation not allowed now"),
    4: (SendRefused, "operation not supported"),
    10: (LinkDown, "no SIM"),
    11: (LinkDown, "SIM PIN required"),
    12: (LinkDown, "SIM PUK required"),
    13: (LinkDown, "SIM failure"),
    14: (SendDeferred, "SIM busy"),
    15: (LinkDown, "wrong SIM"),
    20: (SendDeferred, "memory full"),
    30: (SendDeferred, "no network"),
    31: (SendUnconfirmed, "network time-out"),
    32: (SendDeferred, "emergency calls only"),
    515: (SendDeferred, "modem busy"),
}


def refusal(final: str) -> TextbackError:
    """What happens next with a text after a final result that is not OK.

    A number that is not in the table may pass by itself, so it is deferred; the cap on attempts
    ends it. So is a bare ERROR.
    """
    match = _ERROR.match(final)
    if not match or match[2] is None:
        return SendDeferred(f"the modem said {final}")
    table = _CMS if match[1] == "CMS" else _CME
    what_next, meaning = table.get(int(match[2]), _outside_the_table(match[1], int(match[2])))
    return what_next(f"{meaning} (+{match[1]} ERROR {match[2]})")


def error_code(final: str) -> int | None:
    """The number in a +CMS or +CME ERROR, None when there is none."""
    match = _ERROR.match(final)
    return int(match[2]) if match and match[2] else None


def _outside_the_table(kind: str, code: int) -> tuple[Next, str]:
    # TP-FCS: 128-143 a bad protocol identifier, 144-159 a bad coding, 160-175 a bad command.
    if kind == "CMS" and 128 <= code <= 175:
        return SendRefused, "not taken by the service centre"
    return SendDeferred, "unknown error"
