"""The inbound calls under way, by the caller's Uniqueid and by Linkedid."""

from collections.abc import Iterator

from textback.asterisk.livecall import LiveCall


class LiveCalls:
    """A call is keyed on its caller's Uniqueid; its Linkedid may change."""

    def __init__(self) -> None:
        self._calls: dict[str, LiveCall] = {}
        self._by_linkedid: dict[str, dict[str, LiveCall]] = {}

    def __contains__(self, uniqueid: str) -> bool:
        return uniqueid in self._calls

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._calls))

    def __len__(self) -> int:
        return len(self._calls)

    def size(self) -> int:
        return len(self._calls) + len(self._by_linkedid)

    def get(self, uniqueid: str) -> LiveCall | None:
        return self._calls.get(uniqueid)

    def all(self) -> list[LiveCall]:
        return list(self._calls.values())

    def linked(self, linkedid: str) -> tuple[LiveCall, ...]:
        """The calls with this Linkedid: one as a rule, more when callers have been joined."""
        found = self._by_linkedid.get(linkedid)
        return tuple(found.values()) if found else ()

    def dialled_by(self, dialler: str, linkedid: str) -> tuple[LiveCall, ...]:
        """The calls that something is dialled for: the dialler's own, else the linked ones."""
        own = self._calls.get(dialler)
        return (own,) if own is not None else self.linked(linkedid)

    def add(self, call: LiveCall) -> None:
        self._calls[call.uniqueid] = call
        self._by_linkedid.setdefault(call.linkedid, {})[call.uniqueid] = call

    def relink(self, call: LiveCall, linkedid: str) -> None:
        if linkedid and linkedid != call.linkedid:
            self._unlink(call)
            call.linkedid = linkedid
            self._by_linkedid.setdefault(linkedid, {})[call.uniqueid] = call

    def pop(self, uniqueid: str) -> LiveCall | None:
        call = self._calls.pop(uniqueid, None)
        if call is not None:
            self._unlink(call)
        return call

    def _unlink(self, call: LiveCall) -> None:
        linked = self._by_linkedid.get(call.linkedid, {})
        linked.pop(call.uniqueid, None)
        if not linked:
            self._by_linkedid.pop(call.linkedid, None)
