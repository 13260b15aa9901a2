"""One simulated call: what it consists of, and the commonest steps of a scenario.

Each step is a function of the call and of its words in the scenario file.
"""

from collections.abc import Callable
from dataclasses import dataclass

from textback.asterisk.simulator.channels import Emit
from textback.asterisk.simulator.exchange import (
    BUSY,
    DOWN,
    RING,
    RINGING,
    UP,
    Bridge,
    Channel,
    Exchange,
    Numbers,
)

Hide = Callable[[str, str], None]  # channel, and the variable that tells that it is withheld

_DIAL_CAUSES = {"NOANSWER": 0, "BUSY": 17, "CHANUNAVAIL": 20, "CANCEL": 26}
_MARKED = {"CID-CallingPres": "32 (Presentation Prohibited, Not Screened)"}
_TELLTALES = {"withheld": "CALLERID(num-pres)", "hidden": "CALLERID(num-pres)"}
_TELLTALES["overwritten"] = "CALLINGNUMPRES_SV"


@dataclass(slots=True)
class Leg:
    """A phone that was dialled: its channel, and the Local channel before it where there is one.

    `outer` is what was dialled: the phone's own channel, or the Local channel's first half.
    """

    channel: Channel
    outer: Channel
    inner: Channel | None = None
    optimised: bool = False


class SimulatedCall:
    """The state that the steps of one call share. `caller` is the channel that began it."""

    def __init__(self, other: str, did: str, numbers: Numbers, emit: Emit, hide: Hide) -> None:
        self.exchange = Exchange(numbers, emit)
        self.other = other  # the number outside
        self.technology = "PJSIP"
        self.hide = hide
        uniqueid = numbers.uniqueid()
        self.caller = Channel("", uniqueid, uniqueid, other, "from-trunk", did, RING)
        self.legs: dict[str, Leg] = {}
        self.consulting: dict[str, Channel] = {}  # by phone: its second line
        self.queue = ""

    def peer(self, name: str) -> str:
        return f"{self.technology}/{name}"

    def dial_leg(self, peer: str, number: str, dialler: Channel, *, dialled: str = "") -> Channel:
        """A new leg in the dialler's call, dialled."""
        trunk = peer == self.peer("trunk")
        context = "from-trunk" if trunk else "from-internal"
        leg = self.exchange.new(peer, number, dialler, context=context)
        leg.shows = dialler.number
        self.exchange.begin_dial(dialler, leg, dialled)
        return leg


# The caller


def technology(call: SimulatedCall, name: str) -> None:
    call.technology = name


def arrive(call: SimulatedCall, how: str = "") -> None:
    caller = call.caller
    caller.name = call.exchange.numbers.channel(call.peer("trunk"))
    if how == "anonymous":
        caller.number = caller.display = "anonymous"
    if how in _TELLTALES:
        call.hide(caller.name, _TELLTALES[how])
    if call.technology == "SIP":  # chan_sip begins every channel Down
        caller.state = DOWN
    call.exchange.born(caller)
    call.exchange.change_state(caller, RING)
    if how == "withheld":
        call.exchange.say("NewCallerid", caller, _MARKED)
    context(call, f"did-{caller.exten}")


def context(call: SimulatedCall, name: str) -> None:
    call.caller.context, call.caller.exten = name, "s"


def answer(call: SimulatedCall) -> None:
    call.exchange.change_state(call.caller, UP)


def play_busy(call: SimulatedCall) -> None:
    call.exchange.change_state(call.caller, BUSY)


def join_queue(call: SimulatedCall, name: str) -> None:
    call.queue = name
    _in_queue(call, "QueueCallerJoin", {"Count": "1"})


def leave_queue(call: SimulatedCall) -> None:
    _in_queue(call, "QueueCallerLeave", {"Count": "0"})


def abandon_queue(call: SimulatedCall) -> None:
    call.exchange.say("HangupRequest", call.caller)
    _cancel_dials(call)
    _in_queue(call, "QueueCallerAbandon", {"OriginalPosition": "1", "HoldTime": "1"})
    leave_queue(call)


def _in_queue(call: SimulatedCall, event: str, more: dict[str, str]) -> None:
    call.exchange.say(event, call.caller, {"Queue": call.queue, "Position": "1", **more})


def voicemail(call: SimulatedCall, box: str) -> None:
    _enter_voicemail(call, call.caller, box)


def _enter_voicemail(call: SimulatedCall, channel: Channel, box: str) -> None:
    application = {"Application": "VoiceMail", "AppData": f"{box},u"}
    call.exchange.say("Newexten", channel, {"Extension": channel.exten, **application})
    call.exchange.change_state(channel, UP)


def message(call: SimulatedCall, box: str) -> None:
    counts = {"Waiting": "1", "New": "1", "Old": "0"}
    call.exchange.say("MessageWaiting", call.caller, {"Mailbox": box, **counts})


def caller_hangs_up(call: SimulatedCall) -> None:
    gave_up = 0 if call.technology == "SIP" else 127
    cause = 16 if call.caller.state == UP else gave_up
    call.exchange.say("HangupRequest", call.caller, {"Cause": str(cause)})
    end_all(call, cause)


def office_hangs_up(call: SimulatedCall) -> None:
    end_all(call, 17 if call.caller.state == BUSY else 16)


def pbx_stops(call: SimulatedCall) -> None:
    _end_dials(call, "NOANSWER")
    end_all(call, 0)


def end_all(call: SimulatedCall, cause: int) -> None:
    """Every channel of the call ends, the caller's last."""
    _cancel_dials(call)
    others = call.exchange.others(call.caller)
    for channel in (call.caller, *others):
        call.exchange.leave(channel)
    for channel in others:
        call.exchange.hang_up(channel)
    call.exchange.hang_up(call.caller, cause)


# Phones


def dial(call: SimulatedCall, *phones: str) -> None:
    for phone in phones:
        leg = call.dial_leg(call.peer(phone), phone, call.caller)
        call.legs[phone] = Leg(leg, leg)
    for phone in phones:
        call.exchange.change_state(call.legs[phone].channel, RINGING)


def dial_local(call: SimulatedCall, *phones: str) -> None:
    for phone in phones:
        _dial_behind_local(call, phone, f"{phone}@from-queue", optimised=False)


def dial_group(call: SimulatedCall, *phones: str) -> None:
    for phone in phones:
        _dial_behind_local(call, phone, f"{phone}@ext-local", optimised=True)


def _dial_behind_local(call: SimulatedCall, phone: str, local: str, *, optimised: bool) -> None:
    outer, inner = local_channel(call, local, optimised=optimised)
    leg = call.dial_leg(call.peer(phone), phone, inner)
    call.exchange.change_state(leg, RINGING)
    call.exchange.change_state(outer, RINGING)
    call.legs[phone] = Leg(leg, outer, inner, optimised)


def local_channel(call: SimulatedCall, local: str, *, optimised: bool) -> tuple[Channel, Channel]:
    """Both halves of a Local channel ("101@ext-local") that the caller dials."""
    exten, _, place = local.partition("@")
    base = call.exchange.numbers.channel(f"Local/{local}")
    outer, inner = (
        call.exchange.named(
            f"{base};{half}", "", call.caller, context=place, exten=exten, state=state
        )
        for half, state in ((1, DOWN), (2, RING))
    )
    outer.number, outer.shows, inner.number = exten, call.caller.number, call.caller.number
    call.exchange.say("NewCallerid", outer)
    call.exchange.say("NewCallerid", inner)
    halves = {**outer.headers("LocalOne"), **inner.headers("LocalTwo")}
    how = {"Context": place, "Exten": exten, "LocalOptimization": "Yes" if optimised else "No"}
    call.exchange.tell("LocalBridge", {**halves, **how})
    call.exchange.begin_dial(call.caller, outer, local if optimised else f"{local}/n")
    return outer, inner


def take(call: SimulatedCall, phone: str) -> None:
    """A phone is answered, and whoever dialled it hears it; the other phones stop."""
    leg, exchange = call.legs[phone], call.exchange
    dialler = exchange.dialler_of(leg.outer)
    exchange.change_state(leg.channel, UP)
    if leg.inner:
        exchange.end_dial(leg.channel, "ANSWER")
        exchange.change_state(leg.outer, UP)
        exchange.change_state(leg.inner, UP)
    _stop_others(call, phone, dialler)
    exchange.end_dial(leg.outer, "ANSWER")
    exchange.change_state(dialler, UP)
    bridge = exchange.talk(leg.channel, leg.inner or dialler)
    if leg.inner:
        exchange.talk(leg.outer, dialler)
        if leg.optimised:
            _optimise(exchange, dialler, leg.outer, leg.inner, bridge)


def _stop_others(call: SimulatedCall, taken: str, dialler: Channel) -> None:
    ringing = call.exchange.dialled_by(dialler)
    for phone, leg in tuple(call.legs.items()):
        if phone != taken and leg.outer in ringing:
            _hang_up_leg(call, phone, "CANCEL")


def _optimise(
    exchange: Exchange, dialler: Channel, outer: Channel, inner: Channel, bridge: Bridge
) -> None:
    """The Local channel leaves from between two channels that talk."""
    halves = {**outer.headers("LocalOne"), **inner.headers("LocalTwo")}
    exchange.tell("LocalOptimizationBegin", halves)
    exchange.leave(dialler)
    exchange.leave(inner)
    exchange.enter(dialler, bridge)
    exchange.tell("LocalOptimizationEnd", halves)
    exchange.hang_up(outer)
    exchange.hang_up(inner)


def member_voicemail(call: SimulatedCall, phone: str, box: str) -> None:
    """Behind a Local channel, a phone's own voicemail answers for it."""
    leg, exchange = call.legs.pop(phone), call.exchange
    if leg.inner is None:
        raise ValueError(f"{phone} does not ring behind a Local channel")
    dialler = exchange.dialler_of(leg.outer)
    exchange.end_dial(leg.channel, "NOANSWER")
    exchange.hang_up(leg.channel, 0)
    _enter_voicemail(call, leg.inner, box)
    exchange.change_state(leg.outer, UP)
    exchange.end_dial(leg.outer, "ANSWER")
    exchange.change_state(dialler, UP)
    exchange.talk(leg.outer, dialler)


def end(call: SimulatedCall, status: str, *phones: str) -> None:
    for phone in phones:
        _hang_up_leg(call, phone, status)


def _hang_up_leg(call: SimulatedCall, phone: str, status: str) -> None:
    leg = call.legs.pop(phone)
    cause = _DIAL_CAUSES.get(status, 0)
    call.exchange.end_dial(leg.outer, status)
    if leg.inner:
        call.exchange.end_dial(leg.channel, status)
        call.exchange.hang_up(leg.outer, cause)
        call.exchange.hang_up(leg.inner, cause)
    call.exchange.hang_up(leg.channel, cause)


def _cancel_dials(call: SimulatedCall) -> None:
    _end_dials(call, "CANCEL")


def _end_dials(call: SimulatedCall, status: str) -> None:
    for leg in call.legs.values():
        call.exchange.end_dial(leg.outer, status)
        call.exchange.end_dial(leg.channel, status)
