"""A call to the SIM's own number, as a finding like any other missed call."""

from datetime import datetime

from textback.core.calls import CallEnded, LostIn, Outcome


def trunk(modem: str) -> str:
    """What calls to a modem's SIM come over, as a line can be recognised by it."""
    return f"GSM/{modem}"


def sim_call(modem: str, called: str, caller: str, at: datetime) -> CallEnded:
    """A call that was hung up `at` once; `caller` is "" where the number was withheld.

    `called` is the SIM's own number, "" where it is not known.
    """
    uniqueid = f"{trunk(modem)}-{at.timestamp():.6f}"
    return CallEnded(
        uniqueid=uniqueid,
        linkedid=uniqueid,
        caller=caller,
        withheld=not caller,
        did=called,
        trunk=trunk(modem),
        outcome=Outcome.NO_ANSWER,
        lost_in=LostIn.SIM,
        person_reached=False,
        started_at=at,
        ended_at=at,
    )
