"""A line's rules, in the words of an office."""

from collections.abc import Sequence

from textback.core.lines import LineRules, Loss, MatchBy, VoicemailTiming, WhoseHours

RECOGNISED_BY = {
    MatchBy.DID: "Number dialled",
    MatchBy.QUEUE: "Queue",
    MatchBy.TRUNK: "Trunk",
}

# Voicemail is not among the switches: when its callers are texted has an answer of its own.
SWITCHES = {
    Loss.NO_ANSWER: (
        "Nobody answered",
        "The phones rang and nobody took the call, or it could not be put through.",
    ),
    Loss.BUSY: ("Busy", "Everybody was on the phone."),
    Loss.GAVE_UP_RINGING: (
        "Gave up while it rang",
        "The caller hung up before anybody took the call.",
    ),
    Loss.GAVE_UP_IN_QUEUE: (
        "Gave up in a queue",
        "The caller hung up while waiting for the next free person, in a queue or parked.",
    ),
    Loss.GAVE_UP_IN_MENU: (
        "Gave up in a menu",
        "The caller hung up while choosing: “press 1 for appointments”.",
    ),
    Loss.ANNOUNCEMENT: (
        "Heard an announcement only",
        "Such as “we are closed”, with nobody to speak to.",
    ),
    Loss.LOST_IN_TRANSFER: (
        "Lost in a transfer",
        "Somebody spoke with the caller, and lost them while passing on or parking the call.",
    ),
    Loss.FORWARDED: (
        "Answered outside the office",
        "A mobile or another outside number took the call; it may have been its voicemail.",
    ),
    Loss.SIM_CALLED: (
        "Called the number we text from",
        "Nobody can answer there; they get a text of its own, which stands under Settings.",
    ),
}

VOICEMAIL = {
    VoicemailTiming.AT_ENTRY: "As soon as they reach voicemail",
    VoicemailTiming.AT_HANGUP: "When they hang up",
    VoicemailTiming.NO_MESSAGE: "When they hang up, if they left no message",
    VoicemailTiming.NEVER: "Never",
}
HOURS = {
    WhoseHours.OFFICE: "The office’s hours",
    WhoseHours.OWN: "Hours of its own",
}
ANY_MODEM = "Any that is free"
_NAMES = {loss: name for loss, (name, _) in SWITCHES.items()} | {Loss.VOICEMAIL: "Voicemail"}


def voicemail(rules: LineRules) -> VoicemailTiming:
    """When callers in voicemail are texted, both switches taken together."""
    return rules.voicemail if Loss.VOICEMAIL in rules.texted else VoicemailTiming.NEVER


def modems(known: Sequence[str], chosen: str) -> dict[str, str]:
    """What can be chosen to text a line's callers; nothing where there is no choice."""
    if len(known) < 2 and not chosen:
        return {}
    gone = {} if chosen in (*known, "") else {chosen: f"{chosen} (not there any more)"}
    return {"": ANY_MODEM} | {name: name for name in known} | gone


def texted(rules: LineRules) -> str:
    """In short, who is texted."""
    unheard = voicemail(rules) is VoicemailTiming.NEVER
    off = [loss for loss in _NAMES if loss not in rules.texted]
    if unheard and Loss.VOICEMAIL not in off:
        off.append(Loss.VOICEMAIL)
    on = [loss for loss in _NAMES if loss not in off]
    if not on:
        return "Nobody is texted"
    if not off:
        return "Every lost caller"
    return f"Only: {_listed(on)}" if len(on) < len(off) else f"All but: {_listed(off)}"


def _listed(losses: list[Loss]) -> str:
    return ", ".join(_NAMES[loss].lower() for loss in losses)
