"""Steps in which a caller is passed on: transfers, pick-up, parking, conference."""

from textback.asterisk.simulator.call import Leg, SimulatedCall
from textback.asterisk.simulator.exchange import RING, RINGING, UP, Channel


def blind_transfer(call: SimulatedCall, phone: str, target: str) -> None:
    """The phone leaves; the caller goes on in the dialplan at the target, not yet dialled."""
    exchange, leg = call.exchange, call.legs.pop(phone)
    parties = {**leg.channel.headers("Transferer"), **call.caller.headers("Transferee")}
    where = {"Context": "from-internal", "Extension": target, "IsExternal": "Yes"}
    bridge = leg.channel.bridge.headers() if leg.channel.bridge else {}
    exchange.tell("BlindTransfer", {"Result": "Success", **parties, **bridge, **where})
    call.caller.context, call.caller.exten = "from-internal", target
    exchange.leave(call.caller)
    exchange.hang_up(leg.channel)


def consult(call: SimulatedCall, phone: str, target: str) -> None:
    """On a second line, the phone calls a colleague, who rings."""
    second = call.exchange.new(call.peer(phone), phone, exten=target, state=RING)
    leg = call.dial_leg(call.peer(target), target, second)
    call.exchange.change_state(leg, RINGING)
    call.legs[target] = Leg(leg, leg)
    call.consulting[phone] = second


def attended_transfer(call: SimulatedCall, phone: str, target: str) -> None:
    """The caller takes the place of the phone's second line, in its talk or while it rings."""
    exchange, first = call.exchange, call.legs.pop(phone).channel
    second, wanted = call.consulting.pop(phone), call.legs[target].channel
    if second.bridge:
        bridge = second.bridge
        exchange.leave(call.caller)
        exchange.leave(second)
        exchange.enter(call.caller, bridge)
        _tell_transfer(call, first, second, wanted, "Bridge")
    else:
        _masquerade(call, second)
        _tell_transfer(call, first, second, wanted, "App")
    exchange.hang_up(first)
    exchange.hang_up(second)


def _masquerade(call: SimulatedCall, second: Channel) -> None:
    """The caller's channel gets into the application of another one (ast_do_masquerade)."""
    exchange, caller = call.exchange, call.caller
    exchange.leave(caller)
    names = (
        (caller.name, f"{caller.name}<MASQ>", caller.uniqueid),
        (second.name, caller.name, second.uniqueid),
        (f"{caller.name}<MASQ>", f"{second.name}<ZOMBIE>", second.uniqueid),
    )
    for old, new, uniqueid in names:
        exchange.tell("Rename", {"Channel": old, "Newname": new, "Uniqueid": uniqueid})
    second.name = f"{second.name}<ZOMBIE>"
    exchange.take_over_dials(second, caller)


def _tell_transfer(
    call: SimulatedCall, first: Channel, second: Channel, target: Channel, how: str
) -> None:
    parties = {
        **first.headers("OrigTransferer"),
        **second.headers("SecondTransferer"),
        **call.caller.headers("Transferee"),
        **target.headers("TransferTarget"),
    }
    whither = {"IsExternal": "No", "DestType": how}
    call.exchange.tell("AttendedTransfer", {"Result": "Success", **parties, **whither})


def pick_up(call: SimulatedCall, phone: str, ringing: str) -> None:
    """A phone fetches the call that rings on another one (*8)."""
    exchange, old = call.exchange, call.legs.pop(ringing).channel
    dialler = exchange.dialler_of(old)
    new = exchange.new(call.peer(phone), phone, exten="*8", state=RING)
    new.shows = dialler.number
    exchange.change_state(new, UP)
    exchange.say("Pickup", new, old.headers("Target"))
    exchange.end_dial(old, "ANSWER", instead=new)
    exchange.hang_up(old)
    exchange.change_state(dialler, UP)
    exchange.talk(new, dialler)
    call.legs[phone] = Leg(new, new)


def park(call: SimulatedCall, phone: str, space: str) -> None:
    """The caller waits in a parking space, where nobody hears him; the phone is free."""
    exchange, leg = call.exchange, call.legs.pop(phone)
    parked = {**call.caller.headers("Parkee"), "ParkerDialString": call.peer(phone)}
    exchange.tell("ParkedCall", {**parked, "Parkinglot": "default", "ParkingSpace": space})
    exchange.enter(call.caller, exchange.new_bridge("parking"))
    exchange.hang_up(leg.channel)


def retrieve(call: SimulatedCall, phone: str, space: str) -> None:
    """A phone dials the parking space and talks to the caller."""
    exchange = call.exchange
    channel = exchange.new(call.peer(phone), phone, exten=space, state=RING)
    parked = {**call.caller.headers("Parkee"), **channel.headers("Retriever")}
    exchange.tell("UnParkedCall", {**parked, "Parkinglot": "default", "ParkingSpace": space})
    exchange.change_state(channel, UP)
    exchange.talk(call.caller, channel)
    call.legs[phone] = Leg(channel, channel)


def conference(call: SimulatedCall, room: str) -> None:
    """The caller is in a conference room; so far only Asterisk's own announcer is there."""
    exchange = call.exchange
    exchange.change_state(call.caller, UP)
    bridge = exchange.new_bridge("base", room)
    exchange.tell("ConfbridgeStart", {"Conference": room, **bridge.headers()})
    exchange.enter(call.caller, bridge)
    exchange.say("ConfbridgeJoin", call.caller, {"Conference": room, **bridge.headers()})


def join(call: SimulatedCall, phone: str) -> None:
    """A phone dials into the conference where the caller is."""
    bridge = call.caller.bridge
    if bridge is None:
        raise ValueError("the caller is in no conference")
    channel = call.exchange.new(call.peer(phone), phone, exten=bridge.name, state=RING)
    call.exchange.change_state(channel, UP)
    call.exchange.enter(channel, bridge)
    call.exchange.say("ConfbridgeJoin", channel, {"Conference": bridge.name, **bridge.headers()})
    call.legs[phone] = Leg(channel, channel)
