"""Which live channels are in voicemail, and whether a message was left there."""

from collections.abc import Iterable

from textback.core.calls import Voicemail

_ORDER = (Voicemail.NONE, Voicemail.ENTERED, Voicemail.LEFT)


class Mailboxes:
    """How far each live channel got with voicemail, by Uniqueid."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._how_far: dict[str, Voicemail] = {}

    def size(self) -> int:
        return len(self._names) + len(self._how_far)

    def entered(self, uniqueid: str, mailboxes: str) -> None:
        """A channel enters voicemail; `mailboxes` as VoiceMail() has them, joined by "&"."""
        self._names[uniqueid] = mailboxes
        self._how_far.setdefault(uniqueid, Voicemail.ENTERED)

    def is_in_one(self, uniqueid: str) -> bool:
        """Whether this channel is known to have entered voicemail."""
        return uniqueid in self._how_far

    def left(self, uniqueid: str) -> None:
        self._how_far[uniqueid] = Voicemail.LEFT

    def in_front_of(self, mailbox: str) -> list[str]:
        """The channels that are in this mailbox."""
        return [who for who, names in self._names.items() if mailbox in names.split("&")]

    def furthest(self, uniqueids: Iterable[str]) -> Voicemail:
        if not self._how_far:
            return Voicemail.NONE
        how_far = (self._how_far.get(uniqueid, Voicemail.NONE) for uniqueid in uniqueids)
        return max(how_far, key=_ORDER.index, default=Voicemail.NONE)

    def forget(self, uniqueid: str) -> None:
        self._names.pop(uniqueid, None)
        self._how_far.pop(uniqueid, None)
