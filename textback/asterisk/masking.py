"""Recorded AMI streams without phone numbers, names and mailboxes, still judged the same.

The same number becomes the same other number everywhere; its country and area stay, only its last
seven digits change. Contexts, short extensions, channels and Uniqueids stay as they are.
"""

import re
from collections.abc import Callable, Mapping
from itertools import count

from textback.asterisk.frames import FrameReader, parse

_LEAST_DIGITS = 6  # shorter numbers are extensions
_LAST_DIGITS = 7
_LEAST_NAME = 3
_RUN = re.compile(
    r"(?P<keep>"
    r"(?<!\d)1\d{9}\.\d+(?!\d)"  # a Uniqueid or a time
    r"|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"  # a bridge
    r"|-00[0-9a-f]{6}(?![0-9a-f])"  # the end of a channel's name
    r"|\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?"
    r")|\d{" + str(_LEAST_DIGITS) + r",}"
)
_NUMBER_HEADER = re.compile(r"(calleridnum|connectedlinenum|calleridani|calleridrdnis)$", re.I)
_NAME_HEADER = re.compile(
    r"(^name|calleridname|connectedlinename|callername|fullname|membername)$", re.I
)
_BOX_HEADER = re.compile(r"(mailbox|origmailbox)$", re.I)
_NAMED = re.compile(r'^"(?P<name>.*)" <(?P<number>[^>]*)>$')  # CallerID of a Cdr
_SPELT_NUMBER = re.compile(r"[+(]*[0-9][0-9 ().\-/]*")
_NOBODY = frozenset(
    {"", "<unknown>", "unknown", "anonymous", "restricted", "private", "unavailable", "s"}
)
_FREE_TEXT = frozenset({"AppData", "ApplicationData", "Value", "LastData", "Extra", "UserField"})
_PRESENTATION = re.compile(
    r"(CALLERID\((num-)?pres\)|CALLINGNUMPRES_SV)=|(allowed|prohib|unavailable)|\d{1,2}( \(|$)"
)


class Masker:
    """Takes a stream as it comes, in whatever pieces, and gives back its masked frames."""

    def __init__(self) -> None:
        self._frames = FrameReader()
        self._numbers: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._boxes: dict[str, str] = {}
        self._fresh = count(1)

    def feed(self, data: bytes) -> bytes:
        """The frames that these bytes complete, masked; what is no whole frame is kept back."""
        return b"".join(self._frame(frame) for frame in self._frames.feed(data))

    def _frame(self, frame: bytes) -> bytes:
        lines = frame.decode("utf-8", "replace").replace("\r", "").split("\n")
        headers = parse(frame)
        masked = [self._line(line, headers) for line in lines]
        return "".join(f"{line}\r\n" for line in [*masked, ""]).encode()

    def _line(self, line: str, frame: Mapping[str, str]) -> str:
        name, colon, value = line.partition(":")
        if not colon or not value.strip():
            return line
        return f"{name}: {self._value(name, value.strip(), frame)}"

    def _value(self, name: str, value: str, frame: Mapping[str, str]) -> str:
        if _NAME_HEADER.search(name):
            return self._name(value)
        if _NUMBER_HEADER.search(name) or name in ("Source", "CallerID"):
            return self._caller(value)
        if _BOX_HEADER.search(name):
            return self._mailboxes(value)
        if name in _FREE_TEXT:
            return self._free_text(name, value, frame)
        if name == "ChanVariable":
            return value if _PRESENTATION.match(value) else f"{value.partition('=')[0]}=masked"
        return self._without_names(self._digits(value))

    def _free_text(self, name: str, value: str, frame: Mapping[str, str]) -> str:
        """What is needed of it: mailboxes, a queue's name, the answer to Getvar."""
        application = frame.get("Application", "").lower()
        if name == "AppData" and application == "voicemail":
            return self._mailboxes(value)
        if name == "AppData" and application == "queue":
            return self._without_names(self._digits(value.partition(",")[0]))
        is_answer = "Event" not in frame and _PRESENTATION.match(value)
        return value if is_answer else "masked"

    def _caller(self, value: str) -> str:
        """A caller's number, however it is spelt, or a name in its place."""
        if named := _NAMED.match(value):
            return f'"{self._name(named["name"])}" <{self._caller(named["number"])}>'
        if not _SPELT_NUMBER.fullmatch(value):
            return self._name(value)
        digits = re.sub(r"\D", "", value)
        if len(digits) < _LEAST_DIGITS:
            return value
        masked = iter(self._number(digits))
        return re.sub(r"\d", lambda _: next(masked), value)

    def _digits(self, text: str) -> str:
        return _RUN.sub(lambda m: m["keep"] or self._number(m[0]), text)

    def _number(self, digits: str) -> str:
        kept, last = digits[:-_LAST_DIGITS], digits[-_LAST_DIGITS:]
        return kept + self._once(self._numbers, last, lambda n: f"2{n:0{len(last) - 1}}")

    def _name(self, value: str) -> str:
        if value.lower() in _NOBODY:
            return value
        if _SPELT_NUMBER.fullmatch(value):
            return self._caller(value)
        return self._once(self._names, value, lambda n: f"Name {n}")

    def _without_names(self, text: str) -> str:
        for name, masked in self._names.items():
            if len(name) >= _LEAST_NAME and name in text:
                text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", masked, text)
        return text

    def _mailboxes(self, value: str) -> str:
        """ "101@default&102@default,u": the boxes change, the context and the options stay."""
        boxes, comma, options = value.partition(",")
        return "&".join(self._mailbox(box) for box in boxes.split("&")) + comma + options

    def _mailbox(self, box: str) -> str:
        number, at, context = box.partition("@")
        return self._once(self._boxes, number, lambda n: f"box{n}") + at + context

    def _once(self, known: dict[str, str], old: str, make: Callable[[int], str]) -> str:
        if old not in known:
            known[old] = make(next(self._fresh))
        return known[old]
