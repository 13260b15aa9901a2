"""What an AMI user may not do, told apart and named for the admin who can change it."""

from typing import Any

_ADVICE = "see deploy/asterisk for the user textback needs"

READ_CALL = (
    "The AMI user lacks read class call: the phone system has calls under way whose events do not "
    f"reach us ({_ADVICE})"
)
READ_DIALPLAN = (
    "The AMI user lacks read class dialplan: nobody tells us that a caller enters voicemail, so "
    f"their text waits until they hang up ({_ADVICE})"
)
WRITE_REPORTING = (
    "The AMI user lacks write class reporting: calls under way at login and withheld numbers "
    f"cannot be seen ({_ADVICE})"
)


def is_denied(answer: Any) -> bool:
    """Whether an AMI response says that the user has no right to the action."""
    return not answer.success and "permission denied" in str(answer["Message"]).lower()
