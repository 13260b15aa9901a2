"""The steps that scenario files may contain, by name.

arrive [withheld|hidden|overwritten|anonymous]
                        the caller's channel appears on the trunk; the number comes with a mark
                        that it is withheld, with none although it is (only Getvar tells), with
                        none because FreePBX overwrote it, or as "anonymous"
technology SIP          what the phones and the trunk speak, before anything else; else PJSIP
context NAME            the dialplan goes on in another context
answer                  the dialplan answers (a menu, an announcement, music)
play-busy               the dialplan plays the busy tone
queue NAME, leave-queue, abandon-queue
voicemail BOX, message BOX              the caller enters voicemail; a message was left

dial PHONE...           phones ring
dial-group PHONE...     phones ring behind Local channels that vanish when somebody answers
dial-local PHONE...     phones ring behind Local channels that stay, as in FreePBX's queues
take PHONE              a phone is answered and talks to whoever dialled it; the others stop
member-voicemail PHONE BOX              its own voicemail answers for a phone (dial-local)
end STATUS PHONE...     phones stop ringing: NOANSWER, BUSY, CHANUNAVAIL, ...

blind-transfer PHONE TARGET             the phone sends the caller on; dial TARGET comes next
consult PHONE TARGET                    on a second line, the phone rings a colleague
attended-transfer PHONE TARGET          the colleague gets the caller, or rings for the caller
pick-up PHONE RINGING                   a phone fetches the call that rings on another
park PHONE SPACE, retrieve PHONE SPACE
conference ROOM, join PHONE             the caller is in a conference room; a phone comes, too

call-out PHONE          a phone calls the number outside: dial-outside comes next
originate PHONE         the same by a click: first the phone itself rings, then phone-answers
dial-outside [NUMBER]   a number outside rings, called "outside" in steps such as take
dial-mobile NUMBER      the same for a mobile that must accept the call by a key
mobile-asked            the mobile was answered and is asked for the key; take: it was pressed

wait SECONDS
also NUMBER SCENARIO    another call begins, to the same line, and goes on by itself
caller-hangs-up, office-hangs-up, pbx-stops         the end, always the last step
"""

from collections.abc import Callable, Mapping
from inspect import signature

from textback.asterisk.simulator import call, outside, passing_on

# Not of one call, but of the PBX that plays it.
WAIT, ALSO, STOP = "wait", "also", "pbx-stops"

STEPS: Mapping[str, Callable[..., None]] = {
    "arrive": call.arrive,
    "technology": call.technology,
    "context": call.context,
    "answer": call.answer,
    "play-busy": call.play_busy,
    "queue": call.join_queue,
    "leave-queue": call.leave_queue,
    "abandon-queue": call.abandon_queue,
    "voicemail": call.voicemail,
    "message": call.message,
    "dial": call.dial,
    "dial-group": call.dial_group,
    "dial-local": call.dial_local,
    "take": call.take,
    "end": call.end,
    "member-voicemail": call.member_voicemail,
    "caller-hangs-up": call.caller_hangs_up,
    "office-hangs-up": call.office_hangs_up,
    STOP: call.pbx_stops,
    "blind-transfer": passing_on.blind_transfer,
    "consult": passing_on.consult,
    "attended-transfer": passing_on.attended_transfer,
    "pick-up": passing_on.pick_up,
    "park": passing_on.park,
    "retrieve": passing_on.retrieve,
    "conference": passing_on.conference,
    "join": passing_on.join,
    "call-out": outside.call_out,
    "originate": outside.originate,
    "phone-answers": outside.phone_answers,
    "dial-outside": outside.dial_outside,
    "dial-mobile": outside.dial_mobile,
    "mobile-asked": outside.mobile_asked,
}
LAST = frozenset({"caller-hangs-up", "office-hangs-up", STOP})

_OF_THE_PBX = {WAIT: 1, ALSO: 2}


def is_step(verb: str) -> bool:
    return verb in STEPS or verb in _OF_THE_PBX


def takes(verb: str, arguments: tuple[str, ...]) -> bool:
    """Whether a step may have these words after its name."""
    if verb in _OF_THE_PBX:
        return len(arguments) == _OF_THE_PBX[verb]
    try:
        signature(STEPS[verb]).bind(None, *arguments)
    except TypeError:
        return False
    return True
