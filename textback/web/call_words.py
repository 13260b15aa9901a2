"""The particulars of a call: how long, by whom, in which queue."""

from collections.abc import Iterator

from textback.core.calls import LostIn, Outcome
from textback.store.entries import CallEntry
from textback.web import times
from textback.web.shortening import shortened

LONGEST = 40  # characters shown of what a phone system calls its queues and phones
LOST_LATE = {  # a person spoke with the caller, and then…
    LostIn.TRANSFER.value: "Missed call: answered, then lost in a transfer",
    LostIn.PARKING.value: "Missed call: answered, then lost while parked",
}


def called(call: CallEntry) -> str:
    """What became of a call from the office."""
    by = f"Called by {phone(call.answered_by)}" if call.answered_by else "Called"
    if call.answered_at is None:
        return f"{by}, no answer"
    return f"{by}, talked {times.duration(call.talked)}"


def answered(call: CallEntry) -> str:
    """How an inbound call went that somebody took."""
    if call.lost_in in LOST_LATE:
        return LOST_LATE[call.lost_in]
    return "Answered outside the office" if call.forwarded else "Answered call"


def particulars(call: CallEntry) -> str:
    """The rest in one line, "" where there is none: 'waited 42 s · queue sales'."""
    return " · ".join(_particulars(call))


def phone(channel: str) -> str:
    """A phone as people call it: 101 for PJSIP/101 and for Local/101@from-queue."""
    return shortened(channel.partition("/")[2].partition("@")[0] or channel, LONGEST)


def _particulars(call: CallEntry) -> Iterator[str]:
    if call.outbound or call.lost_in == LostIn.SIM:
        return  # what happened says it all
    spent = "waited" if call.outcome is not Outcome.VOICEMAIL or not call.ended else "on the line"
    yield f"{spent} {times.duration(call.waited)}"
    if call.queue:
        yield f"queue {shortened(call.queue, LONGEST)}"
    if call.answered_by:
        yield f"answered by {phone(call.answered_by)}"
    if call.answered_at is not None and call.ended:
        yield f"talked {times.duration(call.talked)}"
