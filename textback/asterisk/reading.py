"""AMI headers to typed events. Missing or odd headers never raise."""

from collections.abc import Callable, Mapping

from textback.asterisk.events import (
    BlindTransfer,
    BridgeDestroy,
    BridgeEnter,
    BridgeLeave,
    BridgeListItem,
    CoreShowChannel,
    CoreShowChannelsComplete,
    DialBegin,
    DialEnd,
    Event,
    FullyBooted,
    Hangup,
    HangupRequest,
    Headers,
    Leg,
    LocalBridge,
    MessageWaiting,
    NewCallerid,
    Newchannel,
    Newstate,
    QueueCallerAbandon,
    QueueCallerJoin,
    QueueCallerLeave,
    Rename,
    Shutdown,
    Status,
    VoicemailEntered,
)
from textback.asterisk.frames import event_name, parse


def read_event(frame: bytes) -> Event | None:
    """The typed event of a frame; a frame the tracker does not listen to is not even parsed."""
    return to_event(parse(frame)) if listened_to(event_name(frame), frame) else None


def to_event(headers: Headers) -> Event | None:
    """The typed event, None when the tracker does not listen to it."""
    make = _MAKERS.get(headers.get("Event", ""))
    return make(headers) if make else None


def presentation_prohibited(value: str) -> bool:
    """Whether a presentation says "do not show".

    `value` is AMI's number with words ("32 (Presentation Prohibited, Not Screened)") or the
    dialplan's name ("prohib_not_screened"). Bits 6 and 7 of Q.931 octet 3a: 01 is "restricted".
    """
    code = _integer(value.partition(" ")[0])
    if code is None:
        return value.startswith("prohib")
    return code & 0x60 == 0x20


def _text(headers: Headers, name: str) -> str:
    value = headers.get(name, "")
    return "" if value == "<unknown>" else value


def _integer(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None


_STATES = {str(number): number for number in range(11)}  # Asterisk has no others


def _leg(headers: Headers) -> Leg:
    uniqueid = headers.get("Uniqueid", "")
    return Leg(
        uniqueid=uniqueid,
        linkedid=headers.get("Linkedid", "") or uniqueid,
        channel=headers.get("Channel", ""),
        state=_STATES.get(headers.get("ChannelState", "")),
        number=_text(headers, "CallerIDNum"),
        name=_text(headers, "CallerIDName"),
        context=headers.get("Context", ""),
        exten=headers.get("Exten", ""),
        withheld=_says_withheld(headers),
    )


_PRESENTATION = ("CALLERID(num-pres)", "CALLERID(pres)", "CALLINGNUMPRES_SV")


def _says_withheld(headers: Headers) -> bool:
    if "CID-CallingPres" in headers and presentation_prohibited(headers["CID-CallingPres"]):
        return True
    if "ChanVariable" not in headers:
        return False
    # `channelvars` of manager.conf adds them to every channel event. FreePBX overwrites the first
    # and saves it in the last: one that says so is enough.
    variables = (line.partition("=") for line in headers["ChanVariable"].split("\n"))
    return any(name in _PRESENTATION and presentation_prohibited(v) for name, _, v in variables)


def _holds(headers: Headers) -> bool:
    return "holding_bridge" in (headers.get("BridgeTechnology"), headers.get("Technology"))


def _dialled_for(headers: Headers) -> str:
    return headers.get("DestLinkedid", "") or headers.get("Linkedid", "")


def _step(headers: Headers) -> Event | None:
    """A step of the dialplan: voicemail and queues are all that matters of them."""
    first_argument = headers.get("AppData", "").partition(",")[0]
    match headers.get("Application", "").lower():
        case "voicemail":
            return VoicemailEntered(headers, _leg(headers), first_argument)
        case "queue":
            return QueueCallerJoin(headers, _leg(headers), first_argument)
    return None


def _message_waiting(headers: Headers) -> Event:
    waiting = headers.get("Waiting", "0") not in ("", "0")
    return MessageWaiting(headers, _leg(headers), headers.get("Mailbox", ""), waiting)


def _local_bridge(headers: Headers) -> Event:
    return LocalBridge(
        headers,
        one=headers.get("LocalOneUniqueid", ""),
        two=headers.get("LocalTwoUniqueid", ""),
        linkedid=headers.get("LocalOneLinkedid", ""),
    )


def _dial_begin(headers: Headers) -> Event:
    return DialBegin(
        headers,
        linkedid=_dialled_for(headers),
        dialler=headers.get("Uniqueid", ""),
        destination=headers.get("DestUniqueid", ""),
        destination_channel=headers.get("DestChannel", ""),
        destination_context=headers.get("DestContext", ""),
        dial_string=headers.get("DialString", ""),
    )


def _dial_end(headers: Headers) -> Event:
    return DialEnd(
        headers,
        linkedid=_dialled_for(headers),
        dialler=headers.get("Uniqueid", ""),
        destination=headers.get("DestUniqueid", ""),
        destination_channel=headers.get("DestChannel", ""),
        status=headers.get("DialStatus", ""),
    )


def _core_show_channel(headers: Headers) -> Event:
    return CoreShowChannel(
        headers,
        leg=_leg(headers),
        bridge=headers.get("BridgeId", "") or headers.get("BridgeID", ""),
        application=headers.get("Application", ""),
        arguments=headers.get("ApplicationData", ""),
        seconds=_seconds(headers.get("Duration", "")),
    )


def _seconds(clock: str) -> int:
    total = 0
    for part in clock.split(":"):
        total = total * 60 + (_integer(part) or 0)
    return min(total, 365 * 24 * 3600)


_MAKERS: Mapping[str, Callable[[Headers], Event | None]] = {
    "Newchannel": lambda h: Newchannel(h, _leg(h)),
    "Newstate": lambda h: Newstate(h, _leg(h)),
    "NewCallerid": lambda h: NewCallerid(h, _leg(h)),
    "Rename": lambda h: Rename(h, h.get("Uniqueid", ""), h.get("Newname", "")),
    "BridgeEnter": lambda h: BridgeEnter(h, _leg(h), h.get("BridgeUniqueid", ""), _holds(h)),
    "BridgeLeave": lambda h: BridgeLeave(h, _leg(h), h.get("BridgeUniqueid", "")),
    "BridgeDestroy": lambda h: BridgeDestroy(h, h.get("BridgeUniqueid", "")),
    "LocalBridge": _local_bridge,
    "DialBegin": _dial_begin,
    "DialEnd": _dial_end,
    "Newexten": _step,
    "BlindTransfer": lambda h: BlindTransfer(h, h.get("TransfereeUniqueid", "")),
    "MessageWaiting": _message_waiting,
    "QueueCallerJoin": lambda h: QueueCallerJoin(h, _leg(h), h.get("Queue", "")),
    "QueueCallerLeave": lambda h: QueueCallerLeave(h, _leg(h)),
    "QueueCallerAbandon": lambda h: QueueCallerAbandon(h, _leg(h)),
    "HangupRequest": lambda h: HangupRequest(h, _leg(h)),
    "Hangup": lambda h: Hangup(h, _leg(h), _integer(h.get("Cause", ""))),
    "Shutdown": Shutdown,
    "FullyBooted": lambda h: FullyBooted(h, _integer(h.get("Uptime", ""))),
    "CoreShowChannel": _core_show_channel,
    "CoreShowChannelsComplete": CoreShowChannelsComplete,
    "Status": lambda h: Status(h, h.get("Uniqueid", ""), _text(h, "DNID")),
    "BridgeListItem": lambda h: BridgeListItem(h, h.get("BridgeUniqueid", ""), _holds(h)),
}

_LISTENED = frozenset(name.encode() for name in _MAKERS)


def listened_to(name: bytes, frame: bytes) -> bool:
    """Whether a frame with this event name can become an event; spares parsing the others."""
    if name == b"Newexten":
        # With read class dialplan and no filter, every step of the dialplan comes as Newexten.
        return b"\nApplication: VoiceMail" in frame or b"\nApplication: Queue" in frame
    return name in _LISTENED
