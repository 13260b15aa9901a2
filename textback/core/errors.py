"""Errors, sorted by what happens next."""

from collections.abc import Iterable
from dataclasses import dataclass


class TextbackError(Exception):
    """Anything this program expects to go wrong; its text is one line fit for a log or a banner."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One bad setting: where it stands and what is wrong with it."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


class ConfigError(TextbackError):
    """Bad settings, all at once. The program ends with exit code 78 and is not restarted."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class LinkDown(TextbackError):
    """Socket or serial line lost, or no answer in time: close, reopen, back off."""


class AccessRefused(TextbackError):
    """The other side knows us and says no (AMI login, SIM PIN): back off long, tell a person."""


class SendDeferred(TextbackError):
    """The network cannot take the text now: try again later, up to a cap and the text's expiry."""


class SendRefused(TextbackError):
    """This text will never be taken (bad number, barred): it failed, the queue goes on."""


class SendUnconfirmed(TextbackError):
    """The PDU left and no answer came: it may or may not have gone out; never resent blindly."""
