"""Calls from the office to outside numbers, while they last: a call back belongs in the inbox."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime

from textback.core.calls import CallBegan, Finding, OutboundEnded, PersonReached


@dataclass(slots=True)
class LiveOutbound:
    """One number called for one dialler; each trunk that is tried for it is a leg."""

    uniqueid: str  # of the first leg
    linkedid: str
    number: str
    dialler: str  # "" when there is none, or none any more
    by: str
    started_at: datetime
    answered_at: datetime | None = None
    legs: set[str] = field(default_factory=set)

    @property
    def is_over(self) -> bool:
        # While the dialler goes on unanswered, the dialplan may try the next trunk.
        return not self.legs and (not self.dialler or self.answered_at is not None)

    def ended(self, now: datetime) -> OutboundEnded:
        return OutboundEnded(
            uniqueid=self.uniqueid,
            linkedid=self.linkedid,
            number=self.number,
            by=self.by,
            started_at=self.started_at,
            ended_at=now,
            answered_at=self.answered_at,
        )


class OutboundCalls:
    """The outbound calls under way; each lives as long as its legs and its dialler."""

    def __init__(self) -> None:
        self._by_leg: dict[str, LiveOutbound] = {}
        self._by_dialler: dict[str, list[LiveOutbound]] = {}

    def size(self) -> int:
        return len(self._by_leg) + len(self._by_dialler)

    def legs(self) -> AbstractSet[str]:
        """The Uniqueids of the trunk channels that called."""
        return self._by_leg.keys()

    def under_way(self) -> list[CallBegan]:
        calls = {id(call): call for call in self._by_leg.values()}
        return [CallBegan(call.uniqueid, call.number) for call in calls.values()]

    def began(
        self, leg: str, linkedid: str, *, number: str, dialler: str, by: str, now: datetime
    ) -> list[CallBegan]:
        """A trunk is dialled; nothing begins when it is one more trunk for a call under way."""
        if not number or leg in self._by_leg:
            return []
        for call in self._by_dialler.get(dialler, ()):
            if call.number == number and call.answered_at is None:
                self._by_leg[leg] = call
                call.legs.add(leg)
                return []
        call = LiveOutbound(leg, linkedid, number, dialler, by, now, legs={leg})
        self._by_leg[leg] = call
        if dialler:
            self._by_dialler.setdefault(dialler, []).append(call)
        return [CallBegan(leg, number)]

    def answered(self, leg: str, by: str, now: datetime) -> list[Finding]:
        call = self._by_leg[leg]
        is_first = call.answered_at is None
        call.answered_at = call.answered_at or now
        call.by = call.by or by
        return [PersonReached(call.uniqueid, call.number)] if is_first else []

    def gone(self, uniqueid: str, now: datetime) -> list[OutboundEnded]:
        """A channel hung up: a leg, a dialler, or neither."""
        touched = self._by_dialler.pop(uniqueid, [])
        for call in touched:
            call.dialler = ""
        leg_of = self._by_leg.pop(uniqueid, None)
        if leg_of is not None:
            leg_of.legs.discard(uniqueid)
            touched.append(leg_of)
        over = [call for call in touched if call.is_over]
        for call in over:
            self._forget(call)
        return [call.ended(now) for call in over]

    def _forget(self, call: LiveOutbound) -> None:
        others = [other for other in self._by_dialler.get(call.dialler, []) if other is not call]
        if others:
            self._by_dialler[call.dialler] = others
        else:
            self._by_dialler.pop(call.dialler, None)
