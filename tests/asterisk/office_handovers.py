"""Calls that go from one person to another: transfers, pick-up, parking, conference."""

from tests.asterisk.office_call import RING, UP, Call


def blind_transfer(call: Call) -> None:
    caller = call.arrive()
    phone, bridge = call.answered_by_101(caller)
    caller.update({"Context": "from-internal", "Exten": "103"})
    call.leave(bridge, caller, phone)
    call.say("Hangup", phone, Cause="16")
    call.truth.lost = True
    answered = call.random.random() < 0.5
    reachable = answered or call.random.random() < 0.7
    if not reachable:
        call.hang_up(caller)
        return
    (other,) = call.ring(caller, "103")
    if not answered:
        call.dial_ends(caller, other, "NOANSWER")
        call.hang_up(caller, other)
        return
    call.answer(caller, other)
    second = call.bridge(other, caller)
    call.talk()
    call.leave(second, caller, other)
    call.hang_up(caller, other)


def attended_transfer(call: Call) -> None:
    caller = call.arrive()
    phone, bridge = call.answered_by_101(caller)
    consult = call.channel("PJSIP/101", Context="from-internal", Exten="103")
    call.say("Newchannel", consult, ChannelState=RING)
    (other,) = call.ring(consult, "103")
    call.answer(consult, other)
    second = call.bridge(other, consult)
    call.leave(bridge, caller)
    call.leave(second, consult)
    call.enter(caller, second)
    call.leave(bridge, phone)
    call.say("Hangup", phone, Cause="16")
    call.say("Hangup", consult, Cause="16")
    other["Linkedid"] = caller["Linkedid"]
    call.leave(second, caller, other)
    call.hang_up(caller, other)


def blonde_transfer(call: Call) -> None:
    """The transferer leaves while the colleague still rings; a Local takes the leg's place."""
    caller = call.arrive()
    phone, bridge = call.answered_by_101(caller)
    consult = call.channel("PJSIP/101", Context="from-internal", Exten="103")
    call.say("Newchannel", consult, ChannelState=RING)
    (other,) = call.ring(consult, "103")
    one, two = call.local(caller, "_attended@transfer/m")
    call.enter(one, bridge)
    call.leave(bridge, phone)
    call.say("Hangup", phone, Cause="16")
    call.say("Hangup", consult, Cause="16")
    other["Linkedid"] = caller["Linkedid"]
    call.truth.lost = True
    if call.random.random() < 0.5:
        call.answer(two, other)
        second = call.bridge(other, two)
        call.talk()
        call.leave(second, other, two)
    else:
        call.dial_ends(two, other, "NOANSWER")
    call.leave(bridge, caller, one)
    call.hang_up(caller, one, two, other)


def picked_up(call: Call) -> None:
    caller = call.arrive()
    (ringing,) = call.ring(caller, "101")
    picker = call.channel("PJSIP/102", Context="from-internal", Exten="*8")
    call.say("Newchannel", picker, ChannelState=RING)
    call.say("Hangup", ringing, Cause="16")
    call.answer(caller, picker)
    bridge = call.bridge(picker, caller)
    call.talk()
    call.leave(bridge, caller, picker)
    call.hang_up(caller, picker)


def parked(call: Call) -> None:
    caller = call.arrive()
    phone, bridge = call.answered_by_101(caller)
    call.leave(bridge, caller)
    # All who are parked wait in one bridge, and hear music only.
    call.enter(caller, "parking-lot", "holding_bridge")
    call.leave(bridge, phone)
    call.say("Hangup", phone, Cause="16")
    call.truth.lost = True
    if call.random.random() < 0.5:
        call.leave("parking-lot", caller)
        call.hang_up(caller)
        return
    finder = call.channel("PJSIP/103", Context="from-internal", Exten="701")
    call.say("Newchannel", finder, ChannelState=RING)
    call.leave("parking-lot", caller)
    caller["Linkedid"] = finder["Linkedid"]
    second = call.bridge(caller, finder)
    call.talk()
    call.leave(second, caller, finder)
    call.hang_up(caller, finder)


def conference(call: Call) -> None:
    caller = call.arrive()
    call.up(caller)
    announcer = call.channel("CBAnn/1", Context="default")
    call.say("Newchannel", announcer, ChannelState=UP)
    room = call.bridge(caller, announcer, technology="softmix")
    staff = []
    if call.random.random() < 0.5:
        staff.append(call.channel("PJSIP/101", Context="from-internal", Exten="800"))
        call.say("Newchannel", staff[0], ChannelState=RING)
        call.enter(staff[0], room, "softmix")
        call.talk()
    call.leave(room, caller, announcer, *staff)
    call.hang_up(caller, announcer, *staff)
