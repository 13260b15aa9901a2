"""Character sets between a simulated modem and its client (AT+CSCS; 3GPP TS 27.007, clause 5.5).

A line is a string of characters up to U+00FF, one for each byte on the port.
"""

from textback.core import gsm7, segments

CHARSETS = ("GSM", "IRA", "HEX", "UCS2", "8859-1")


def show(text: str, charset: str) -> str:
    """`text` as the client wants to read it; what it cannot be shown is '?'."""
    if charset == "UCS2":
        return text.encode("utf-16-be", "surrogatepass").hex().upper()
    if charset == "HEX":
        return _septets(text).hex().upper()
    if charset == "GSM":
        return _septets(text).decode("latin-1")
    return text.encode("ascii" if charset == "IRA" else "latin-1", "replace").decode("latin-1")


def read(typed: str, charset: str) -> str:
    """What the client means. Raises ValueError when it is no text in `charset`."""
    if charset == "UCS2":
        return segments.clean(bytes.fromhex(typed).decode("utf-16-be", "surrogatepass"))
    if charset == "HEX":
        return _text(bytes.fromhex(typed))
    if charset == "GSM":
        return _text(typed.encode("latin-1"))
    if charset == "IRA" and not typed.isascii():
        raise ValueError("not in the International Reference Alphabet")
    return typed


def _text(septets: bytes) -> str:
    if any(septet > 0x7F for septet in septets):
        raise ValueError("not in the GSM 7-bit alphabet")
    return gsm7.join([gsm7.decode(septets)])


def _septets(text: str) -> bytes:
    return b"".join(gsm7.encode(char if gsm7.is_gsm7(char) else "?") for char in text)
