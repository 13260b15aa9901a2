"""Who is on the line with the office right now, and who spoke with it lately."""

from collections.abc import Iterable
from datetime import datetime, timedelta

_REMEMBERED = timedelta(hours=4)  # no call is longer


class OnTheLine:
    """The numbers (E.164) that have a call under way, by PBX and call."""

    def __init__(self) -> None:
        self._calls: dict[str, dict[str, str]] = {}
        self._unsure: dict[str, set[str]] = {}
        self._talks: dict[str, dict[str, datetime]] = {}

    def began(self, pbx: str, uniqueid: str, number: str) -> None:
        self._calls.setdefault(pbx, {})[uniqueid] = number
        self._unsure.get(pbx, set()).discard(uniqueid)

    def ended(self, pbx: str, uniqueid: str, *, unseen: bool = False) -> None:
        """The call is over; one that ended out of sight stays until the PBX has told all."""
        if not unseen or uniqueid not in self._unsure.get(pbx, ()):
            self._calls.get(pbx, {}).pop(uniqueid, None)

    def lost_sight_of(self, pbx: str) -> None:
        """Its calls may go on or not, until they are told to have begun, or all is told."""
        self._unsure[pbx] = set(self._calls.get(pbx, {}))

    def may_be_on(self, pbx: str, numbers: Iterable[str]) -> None:
        """They were on the line before this program was started."""
        self._calls.setdefault(pbx, {}).update({f"before/{number}": number for number in numbers})
        self.lost_sight_of(pbx)

    def told_all(self, pbx: str) -> set[str]:
        """What was not told to go on is over; the numbers that are on no line any more."""
        known = self._calls.get(pbx, {})
        over = {known.pop(uniqueid, "") for uniqueid in self._unsure.pop(pbx, ())} - {""}
        return {number for number in over if not self.has(number)}

    def has(self, number: str, *, besides: str = "") -> bool:
        """Whether the number has a call under way, other than the call `besides`."""
        return any(
            number == other and uniqueid != besides
            for calls in self._calls.values()
            for uniqueid, other in calls.items()
        )

    def spoke(self, number: str, uniqueid: str, at: datetime) -> None:
        """A person spoke with the number in this call, at that time still."""
        self._talks.setdefault(number, {})[uniqueid] = at
        oldest = at - _REMEMBERED
        self._talks = {
            number: kept
            for number, talks in self._talks.items()
            if (kept := {call: when for call, when in talks.items() if when > oldest})
        }

    def spoke_since(self, number: str, moment: datetime, *, besides: str) -> bool:
        """Whether a person spoke with the number after that, in another call than `besides`."""
        talks = self._talks.get(number, {})
        return any(at > moment for call, at in talks.items() if call != besides)
