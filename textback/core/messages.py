"""The states of a text, and the one table of legal moves between them."""

from enum import StrEnum


class Direction(StrEnum):
    """Which way a text went."""

    IN = "in"
    OUT = "out"


class Kind(StrEnum):
    """Why a text exists. Every kind but REPLY is automatic."""

    GREETING = "greeting"  # answers a missed call
    OPT_OUT_CONFIRMATION = "opt_out_confirmation"  # the one text that passes the opt-out
    REPLY = "reply"  # written by staff
    INCOMING = "incoming"


# A SIM's limits do not hold these back: what a person writes, and the one answer to STOP.
BEYOND_LIMITS = frozenset({Kind.REPLY, Kind.OPT_OUT_CONFIRMATION})


class MessageState(StrEnum):
    """Each state says what it guarantees."""

    QUEUED = "queued"  # no byte has left
    SENDING = "sending"  # claimed by one modem; a byte may have left
    SENT = "sent"  # the network took every part
    DELIVERED = "delivered"  # every part reached the phone
    UNDELIVERED = "undelivered"  # the network gave up on at least one part
    FAILED = "failed"  # refused for good, not sent
    UNCONFIRMED = "unconfirmed"  # may or may not have gone out; a report or a person decides
    CANCELLED = "cancelled"  # withdrawn before any byte left
    RECEIVED = "received"


S = MessageState
LEGAL_MOVES: dict[MessageState, frozenset[MessageState]] = {
    S.QUEUED: frozenset({S.SENDING, S.CANCELLED}),
    S.SENDING: frozenset({S.SENT, S.QUEUED, S.FAILED, S.UNCONFIRMED, S.CANCELLED}),
    S.SENT: frozenset({S.DELIVERED, S.UNDELIVERED}),
    S.UNCONFIRMED: frozenset({S.SENT, S.DELIVERED, S.UNDELIVERED, S.QUEUED, S.FAILED}),
    S.UNDELIVERED: frozenset({S.DELIVERED}),  # a late report may still bring good news
    S.DELIVERED: frozenset(),
    S.FAILED: frozenset(),
    S.CANCELLED: frozenset(),
    S.RECEIVED: frozenset(),
}
del S


class IllegalMove(Exception):
    """A bug: some code tried a move that the table does not have."""


def check_move(before: MessageState, after: MessageState) -> None:
    """Raise IllegalMove unless a text may go from `before` to `after`."""
    if after not in LEGAL_MOVES[before]:
        raise IllegalMove(f"a text cannot go from {before} to {after}")


class PartState(StrEnum):
    """What is known of one SMS of a text."""

    PLANNED = "planned"  # not handed to the modem
    OUT = "out"  # the network gave it a reference
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"


def state_by_reports(parts: list[PartState]) -> MessageState | None:
    """What the status reports say of a whole text, None while they leave it open."""
    if PartState.UNDELIVERED in parts:
        return MessageState.UNDELIVERED
    if parts and all(part is PartState.DELIVERED for part in parts):
        return MessageState.DELIVERED
    return None
