"""Calls from outside: who is rung for them, and where they end."""

from tests.asterisk.office_call import Call


def answered(call: Call) -> None:
    caller = call.arrive()
    phone, bridge = call.answered_by_101(caller)
    call.leave(bridge, caller, phone)
    call.hang_up(caller, phone)


def nobody_answers(call: Call) -> None:
    caller = call.arrive()
    legs = call.ring(caller, *call.random.sample(["101", "102", "103"], call.random.randint(1, 3)))
    status = call.random.choice(["NOANSWER", "CANCEL", "BUSY"])
    late = call.random.random() < 0.2
    for leg in legs if not late else ():
        call.dial_ends(caller, leg, status)
    call.hang_up(caller, *legs, cause=call.random.choice(["16", "127", "0", "17"]))
    for leg in legs if late else ():  # seen on real PBXs: DialEnd after the caller's Hangup
        call.dial_ends(caller, leg, status)


def unregistered(call: Call) -> None:
    call.hang_up(call.arrive(), cause="3")


def menu_or_announcement(call: Call) -> None:
    caller = call.arrive()
    call.up(caller)
    call.hang_up(caller)


def voicemail(call: Call) -> None:
    caller = call.arrive()
    call.truth.voicemail = True
    (leg,) = call.ring(caller, "101")
    call.dial_ends(caller, leg, "NOANSWER")
    call.say("Hangup", leg, Cause="0")
    call.enter_voicemail(caller)
    if call.random.random() < 0.5:
        call.say("MessageWaiting", caller, Mailbox="101@default", Waiting="1")
    call.hang_up(caller)


def group_over_local(call: Call) -> None:
    caller = call.arrive()
    one, two = call.local(caller)
    call.dial(caller, one, "101@ext-local/n")
    (phone,) = call.ring(two, "101")
    call.answer(two, phone)
    inner = call.bridge(phone, two)
    call.answer(caller, one)
    outer = call.bridge(one, caller)
    call.talk()
    call.leave(outer, caller, one)
    call.leave(inner, two, phone)
    call.hang_up(caller, one, two, phone)


def local_that_optimises_itself_away(call: Call) -> None:
    caller = call.arrive()
    one, two = call.local(caller)
    (phone,) = call.ring(two, "101")
    call.answer(two, phone)
    inner = call.bridge(phone, two)
    outer = call.bridge(one, caller)
    call.talk()
    call.leave(inner, phone, two)
    call.enter(phone, outer)
    call.leave(outer, one)
    for half in call.shuffled((one, two)):
        call.say("Hangup", half, Cause="16")
    call.leave(outer, caller, phone)
    call.hang_up(caller, phone)


def members_own_voicemail(call: Call) -> None:
    caller = call.arrive()
    call.truth.voicemail = True
    one, two = call.local(caller)
    call.dial(caller, one, "101@ext-vm/n")
    call.enter_voicemail(two)
    call.answer(caller, one)
    outer = call.bridge(one, caller)
    call.leave(outer, caller, one)
    call.hang_up(caller, one, two)


def voicemail_the_caller_never_heard(call: Call) -> None:
    caller = call.arrive()
    one, two = call.local(caller)
    call.enter_voicemail(two)
    call.hang_up(caller, one, two)


def queue_abandoned(call: Call) -> None:
    caller = call.arrive()
    call.up(caller)
    call.say("QueueCallerJoin", caller, Queue="sales")
    legs = call.ring(caller, "101", "102")
    for leg in legs:
        call.dial_ends(caller, leg, call.random.choice(["NOANSWER", "CANCEL"]))
    call.say("QueueCallerAbandon", caller, Queue="sales")
    call.say("QueueCallerLeave", caller, Queue="sales")
    call.hang_up(caller, *legs)


def queue_with_local_members(call: Call) -> None:
    caller = call.arrive()
    call.say("Newexten", caller, Application="Queue", AppData="sales,t,,,8")
    members = [call.local(caller, f"{phone}@from-queue/n") for phone in ("101", "102")]
    phones = [call.ring(two, "101")[0] for _, two in members]
    (one, two), phone = members[1], phones[1]
    call.answer(two, phone)
    inner = call.bridge(phone, two)
    call.answer(caller, one)
    outer = call.bridge(caller, one)
    call.talk()
    call.leave(outer, caller, one)
    call.leave(inner, two, phone)
    call.hang_up(caller, *members[0], *members[1], *phones)


def follow_me(call: Call) -> None:
    caller = call.arrive()
    one, two = call.local(caller, "mobile@follow-me/n")
    call.dial(caller, one, "mobile@follow-me/n")
    mobile = call.leg(two, "PJSIP/provider", "from-trunk")
    call.dial(two, mobile, "5550777@provider")
    call.up(mobile)  # answered, and asked to press 1
    if call.random.random() < 0.5:
        call.dial_ends(two, mobile, "ANSWER")
        inner = call.bridge(mobile, two)
        call.answer(caller, one)
        outer = call.bridge(one, caller)
        call.talk()
        call.truth.mobile = True
        call.leave(outer, caller, one)
        call.leave(inner, mobile, two)
        call.hang_up(caller, one, two, mobile)
        return
    call.dial_ends(two, mobile, "CONGESTION")
    for channel in (mobile, two, one):
        call.say("Hangup", channel, Cause="16")
    call.truth.voicemail = True
    call.enter_voicemail(caller)
    call.hang_up(caller)


def forwarded_twice(call: Call) -> None:
    """101 has forwarded to 102, who has forwarded to 103: a Local behind a Local."""
    caller = call.arrive()
    first, second = call.local(caller), call.local(caller, "102@ext-local")
    call.dial(caller, first[0])
    call.dial(first[1], second[0])
    (phone,) = call.ring(second[1], "103")
    bridges: list[str] = []
    if call.random.random() < 0.5:
        call.answer(second[1], phone)
        pairs = [(phone, second[1]), (second[0], first[1]), (first[0], caller)]
        bridges = [call.bridge(*pair) for pair in call.random.sample(pairs, 3)]
        call.talk()
        for bridge, pair in zip(bridges, pairs, strict=True):
            call.leave(bridge, *pair)
    call.hang_up(caller, *first, *second, phone)
