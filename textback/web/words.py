"""What happened, in words that a receptionist would use."""

from collections.abc import Mapping

from textback.core import phone, policy
from textback.core.calls import LostIn, Outcome, Voicemail
from textback.core.links import Fact
from textback.core.messages import Direction, Kind, MessageState
from textback.store.entries import CallEntry, Entry, TextEntry
from textback.store.inbox import Row
from textback.web import call_words
from textback.web.shortening import shortened

LONGEST_NAME = 60  # characters shown of a name that a caller's network sent
SNIPPET = 120
LONGEST_BODY = 5000

_OUTCOMES = {
    Outcome.NO_ANSWER: "Missed call: nobody answered",
    Outcome.BUSY: "Missed call: the line was busy",
    Outcome.CLOSED: "Call outside hours: heard the announcement",
    Outcome.FAILED: "Call that could not be put through",
    Outcome.UNKNOWN: "Call with unknown end: the phone system was out of reach",
}
_VOICEMAIL = {
    Voicemail.LEFT: "Left a voicemail",
    Voicemail.ENTERED: "Missed call: reached voicemail, left no message",
    Voicemail.NONE: "Missed call: sent to voicemail",
}
_GAVE_UP = {
    LostIn.RINGING: "Missed call: gave up while it rang",
    LostIn.PARKING: "Missed call: gave up while parked",
    LostIn.QUEUE: "Missed call: gave up in the queue",
    LostIn.MENU: "Missed call: gave up in the menu",
    LostIn.VOICEMAIL: "Missed call: gave up at voicemail",
    LostIn.ANNOUNCEMENT: "Missed call: gave up during the announcement",
}
_STATES = {
    MessageState.QUEUED: "Waiting to be sent",
    MessageState.SENDING: "Sending",
    MessageState.SENT: "Sent",
    MessageState.DELIVERED: "Delivered",
    MessageState.UNDELIVERED: "Not delivered",
    MessageState.FAILED: "Not sent",
    MessageState.UNCONFIRMED: "May not have arrived",
    MessageState.CANCELLED: "Not sent, withdrawn",
    MessageState.RECEIVED: "Received",
}
_AUTOMATIC = {
    Kind.GREETING: "Automatic text",
    Kind.OPT_OUT_CONFIRMATION: "Automatic confirmation",
}
_LINK_STATES = {
    "up": "Working",
    "connecting": "Connecting",
    "down": "Not connected, trying again",
    "refused": "Refused, somebody must act",
    "stopped": "Not running",
    "unknown": "Not known while the engine does not run",
}
_FACTS = {
    "registration": "Network",
    "operator": "Operator",
    "technology": "Technology",
    "signal": "Signal",
    "own_number": "Number",
    "smsc": "Message centre",
    "storages": "Texts in its memories",
    "status_reports": "Delivery reports",
    "remembers_sent": "Remembers sent texts",
    "manufacturer": "Maker",
    "model": "Model",
    "firmware": "Firmware",
    "driven_as": "Driven as",
    "imei": "IMEI",
    "iccid": "SIM (ICCID)",
    "port": "Port",
}
# Embeddings, overrides and isolates: they can make a text read as something it does not say, and
# right-to-left languages do without them.
_TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
TROUBLED = frozenset({MessageState.UNDELIVERED, MessageState.FAILED, MessageState.UNCONFIRMED})


def outcome(call: CallEntry) -> str:
    """How a call went."""
    if call.outbound:
        return call_words.called(call)
    if call.lost_in == LostIn.SIM:
        return "They called the number we text from"
    if call.outcome is Outcome.ANSWERED:
        return call_words.answered(call)
    if call.outcome is Outcome.VOICEMAIL and not call.ended:
        return "Missed call: in voicemail now"
    if call.outcome is Outcome.VOICEMAIL:
        return _VOICEMAIL[call.voicemail]
    if call.outcome is Outcome.ABANDONED:
        gave_up = {place.value: words for place, words in _GAVE_UP.items()}
        return gave_up.get(call.lost_in, "Missed call: the caller gave up")
    return _OUTCOMES[call.outcome]


def texted(call: CallEntry) -> str:
    """Whether the caller was texted, and if not, why; "" of a call from the office."""
    if call.outbound:
        return ""
    return "Texted" if call.texted else f"Not texted. {policy.words(call.decision)}"


def why(call: CallEntry) -> str:
    """Why the caller was texted, or was not."""
    return policy.words(call.decision)


def state(text: TextEntry) -> str:
    """What became of a text, with the reason where there is one."""
    return f"{_STATES[text.state]}: {text.detail}" if text.detail else _STATES[text.state]


def through(text: TextEntry) -> str:
    """That a text came from another number than the person knows; "" as a rule."""
    if not text.instead_of or text.direction is Direction.IN:
        return ""
    return f"through {text.modem}, because {text.instead_of} was not working"


def state_word(text: TextEntry) -> str:
    """What became of a text, without the reason."""
    return _STATES[text.state]


def author(text: TextEntry) -> str:
    """Who wrote one of our texts."""
    return text.author or _AUTOMATIC.get(text.kind, "Automatic text")


def snippet(entry: Entry | None) -> str:
    """One line for the list."""
    match entry:
        case TextEntry(direction=Direction.OUT):
            return f"{author(entry)}: {shortened(entry.body, SNIPPET)}"
        case TextEntry():
            return shortened(entry.body, SNIPPET)
        case CallEntry():
            return outcome(entry)
        case None:
            return "Nothing yet"


def body(text: TextEntry) -> str:
    """What a text says, in bounds: 255 joined parts have up to 39,015 characters."""
    shown = text.body.translate(_TURNING)
    return shown if len(shown) <= LONGEST_BODY else f"{shown[:LONGEST_BODY]}…"


def link(kind: str) -> str:
    """What a link is, from the receptionist's side."""
    return {"engine": "Engine", "pbx": "Phone system", "modem": "Modem"}.get(kind, kind)


def facts(told: Mapping[str, Fact]) -> list[tuple[str, str]]:
    """What is known of a modem, what changes comes first."""
    return [(words, _fact(name, told[name])) for name, words in _FACTS.items() if name in told]


def _fact(name: str, value: Fact) -> str:
    if value is None:
        return "not told"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value} %" if name == "signal" else shortened(str(value), LONGEST_NAME)


def link_state(state: str) -> str:
    return _LINK_STATES.get(state, state)


def title(row: Row, country: str) -> str:
    """Who a conversation is with: the name if there is one, else the number."""
    return shortened(row.name, LONGEST_NAME) or number(row.number, country)


def number(stored: str, country: str) -> str:
    """A number in national format; what is no number is shown as it came, in bounds."""
    return shortened(phone.displayed(stored, country), LONGEST_NAME)


def caller(call: CallEntry, country: str) -> str:
    """Who called."""
    if call.withheld or not call.caller:
        return "Number withheld"
    valid = phone.e164(call.caller, country)
    return number(valid or call.caller, country)
