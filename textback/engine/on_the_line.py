"""Who is on the line with the office right now."""


class OnTheLine:
    """The numbers (E.164) that have a call under way, by PBX and call."""

    def __init__(self) -> None:
        self._calls: dict[str, dict[str, str]] = {}

    def began(self, pbx: str, uniqueid: str, number: str) -> None:
        self._calls.setdefault(pbx, {})[uniqueid] = number

    def ended(self, pbx: str, uniqueid: str) -> None:
        self._calls.get(pbx, {}).pop(uniqueid, None)

    def lost_sight_of(self, pbx: str) -> set[str]:
        """Forget a PBX's calls; the numbers that are on no other PBX's line either."""
        forgotten = set(self._calls.pop(pbx, {}).values())
        return {number for number in forgotten if not self.has(number)}

    def has(self, number: str, *, besides: str = "") -> bool:
        """Whether the number has a call under way, other than the call `besides`."""
        return any(
            number == other and uniqueid != besides
            for calls in self._calls.values()
            for uniqueid, other in calls.items()
        )
