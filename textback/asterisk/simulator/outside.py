"""Steps in which the office calls somebody outside: calls out, mobiles that calls go on to."""

from textback.asterisk.simulator.call import Leg, SimulatedCall, local_channel
from textback.asterisk.simulator.exchange import DOWN, RING, RINGING, UP, Channel

OUTSIDE = "outside"  # what scenarios call the phone out there


def call_out(call: SimulatedCall, phone: str) -> None:
    """A phone dials the number outside; it is the caller from then on."""
    _call_from(call, phone, RING)


def originate(call: SimulatedCall, phone: str) -> None:
    """Somebody clicked on a number: first the own phone rings (the AMI action Originate)."""
    _call_from(call, phone, DOWN)
    call.exchange.tell("DialBegin", {**call.caller.headers("Dest"), "DialString": phone})
    call.exchange.change_state(call.caller, RINGING)


def phone_answers(call: SimulatedCall) -> None:
    """The own phone that rang after a click is answered."""
    call.exchange.change_state(call.caller, UP)
    call.exchange.tell("DialEnd", {**call.caller.headers("Dest"), "DialStatus": "ANSWER"})


def _call_from(call: SimulatedCall, phone: str, state: int) -> None:
    caller = call.caller
    caller.name, caller.number = call.exchange.numbers.channel(call.peer(phone)), phone
    caller.context, caller.exten, caller.state = "from-internal", call.other, state
    call.exchange.born(caller)


def dial_outside(call: SimulatedCall, number: str = "") -> None:
    """A number outside rings: this one, or the one that the call is to."""
    leg = _trunk_leg(call, number or call.other, call.caller)
    call.legs[OUTSIDE] = Leg(leg, leg)


def dial_mobile(call: SimulatedCall, number: str) -> None:
    """Follow-me: a mobile rings, whose owner must accept the call by a key."""
    outer, inner = local_channel(call, f"{number}@followme-confirm", optimised=False)
    leg = _trunk_leg(call, number, inner)
    call.exchange.change_state(outer, RINGING)
    call.legs[OUTSIDE] = Leg(leg, outer, inner)


def _trunk_leg(call: SimulatedCall, number: str, dialler: Channel) -> Channel:
    leg = call.dial_leg(call.peer("trunk"), number, dialler, dialled=f"{number}@trunk")
    call.exchange.change_state(leg, RINGING)
    return leg


def mobile_asked(call: SimulatedCall) -> None:
    """The mobile is answered, by a person or its voicemail, and asked to press a key."""
    call.exchange.change_state(call.legs[OUTSIDE].channel, UP)
