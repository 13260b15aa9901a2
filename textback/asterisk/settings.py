"""What the AMI client needs to know of a PBX."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from textback.asterisk.inbound import BUILT_IN_CONTEXTS, InboundRule


@dataclass(frozen=True, slots=True)
class Timings:
    """All in seconds."""

    connect: float = 5.0
    answer: float = 10.0  # the longest wait for an answer to an action
    inquiry: float = 2.0  # the longest a finished call waits for what was asked about its caller
    audit: float = 60.0  # between two lists of all channels, held against those we know
    first_audit: float = 5.0  # the same until a first call was heard: are we allowed to hear any?
    ping_after: float = 10.0  # of silence
    silent_after: float = 25.0  # without a byte the peer counts as gone
    first_retry: float = 1.0  # doubles at each further failure
    last_retry: float = 30.0
    refused_retry: float = 60.0


@dataclass(frozen=True, slots=True)
class AmiSettings:
    """One PBX: where it is, who we are there, and which calls are from outside.

    Raises ValueError when the user name or the secret holds a line break: it would be another AMI
    header.
    """

    host: str
    port: int
    username: str
    secret: str = field(repr=False)
    inbound_contexts: Sequence[str] = BUILT_IN_CONTEXTS
    trunks: Sequence[str] = ()
    timings: Timings = Timings()

    def __post_init__(self) -> None:
        for name, value in (("username", self.username), ("secret", self.secret)):
            if "\r" in value or "\n" in value:
                raise ValueError(f"the AMI {name} holds a line break")

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def inbound(self) -> InboundRule:
        return InboundRule(tuple(self.inbound_contexts), tuple(self.trunks))
