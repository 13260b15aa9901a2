"""AT exchanges made fit for a log: no text, no PDU, no number, no PIN."""

import re

_SHORTEST_PDU = 16  # hexadecimal digits
_PDU = re.compile(rf"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{{2}}){{{_SHORTEST_PDU // 2},}}(?![0-9A-Za-z])")
_NUMBER = re.compile(r"\+?\d(?:[ -]?\d){4,}")
_QUOTED = re.compile(r'"[^"]*(?:"|$)')
_NAME = re.compile(r"(?:AT)?([+^*%$&#]\w+)")
# What stands in quotes there is a storage, a network, a setting.
_OPEN = frozenset(
    {
        *("+CPMS", "+CMTI", "+CDSI", "+COPS", "+CREG", "+CGREG", "+CEREG", "+CSCS", "+CPBS"),
        *("+CGMI", "+CGMM", "+CGMR", "+QURCCFG", "+CPIN", "+CRING", "+CPINR", "+CME", "+CMS"),
    }
)
_SECRET = frozenset({"+CPIN", "+CPWD", "+CLCK", "^CPIN"})
_WORDS = frozenset(
    {
        *("OK", "ERROR", "RING", "NO CARRIER", "BUSY", "NO ANSWER", "NO DIALTONE", "CONNECT"),
        *("RDY", "Call Ready", "SMS Ready", "COMMAND NOT SUPPORT", "AT", ">"),
    }
)


def masked_line(line: str, *, answers: bool = False) -> str:
    """A command or a line from a modem; `answers` is one that fits the command in hand.

    What fits none and is not well known may be a stray text: no word of it is shown.
    """
    if line in _WORDS:
        return line
    name = _NAME.match(line)
    if line.startswith("AT") and name and name[1] in _SECRET and "=" in line:
        return f"{line.partition('=')[0]}=…"
    if not (name or answers or re.fullmatch(r"AT[A-Z&][\w&=?,]*", line)):
        return f"({len(line)} characters)"
    if not (name and name[1] in _OPEN):
        line = _QUOTED.sub('"…"', line)
        if not answers and not line.startswith("AT") and re.search(r":.*[^\W\d]", line):
            return f"{line.partition(':')[0]}: …"
    return _NUMBER.sub(_masked_number, _PDU.sub(_masked_pdu, line))


def masked_pdu(pdu: str) -> str:
    """How long a PDU is."""
    return f"(a PDU of {len(pdu) // 2} octets)"


def _masked_pdu(found: re.Match[str]) -> str:
    return masked_pdu(found[0])


def _masked_number(found: re.Match[str]) -> str:
    return f"…{found[0][-2:]}"
