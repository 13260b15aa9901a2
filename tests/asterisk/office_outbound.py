"""Calls that the office makes itself."""

from tests.asterisk.office_call import DOWN, RING, Call


def outbound(call: Call) -> None:
    phone = call.channel("PJSIP/101", Context="from-internal", Exten="5550777")
    call.say("Newchannel", phone, ChannelState=RING)
    call.truth.outbound = f"555{phone['Uniqueid'].rpartition('.')[2]:0>7}"
    string = f"{call.truth.outbound}@provider"
    if call.random.random() < 0.3:  # the first trunk is full
        full = call.leg(phone, "PJSIP/provider", "from-trunk")
        call.dial(phone, full, string, rings=False)
        call.dial_ends(phone, full, "CONGESTION")
        call.say("Hangup", full, Cause="34")
    trunk = call.leg(phone, "SIP/gateway", "from-trunk")
    call.dial(phone, trunk, string)
    if call.random.random() < 0.5:
        call.answer(phone, trunk)
        bridge = call.bridge(trunk, phone)
        call.truth.outbound_spoke = True
        call.leave(bridge, trunk, phone)
    call.hang_up(phone, trunk)


def originated(call: Call) -> None:
    """Click to call: the phone is rung first, then the number."""
    phone = call.channel("PJSIP/101", Context="from-internal", Exten="s")
    call.say("Newchannel", phone, ChannelState=DOWN)
    dest = {f"Dest{name}": value for name, value in phone.items()}
    call.say("DialBegin", dest, DialString="101")
    call.up(phone)
    call.truth.outbound = f"556{phone['Uniqueid'].rpartition('.')[2]:0>7}"
    trunk = call.leg(phone, "PJSIP/provider", "from-trunk")
    call.dial(phone, trunk, f"{call.truth.outbound}@provider")
    if call.random.random() < 0.5:
        call.answer(phone, trunk)
        bridge = call.bridge(trunk, phone)
        call.truth.outbound_spoke = True
        call.leave(bridge, trunk, phone)
    call.hang_up(phone, trunk)


def internal(call: Call) -> None:
    phone = call.channel("PJSIP/101", Context="from-internal", Exten="102")
    call.say("Newchannel", phone, ChannelState=RING)
    (other,) = call.ring(phone, "102")
    call.answer(phone, other)
    bridge = call.bridge(other, phone)
    call.leave(bridge, other, phone)
    call.hang_up(phone, other)
