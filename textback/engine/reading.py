"""What received PDUs say to staff, also those that are no text from a person."""

from collections.abc import Sequence

from textback.engine.incoming import Reading
from textback.modem.pdu import (
    WAP_PUSH_PORT,
    Alphabet,
    Deliver,
    Indication,
    Unreadable,
    Waiting,
    WapPush,
    join_text,
    read_incoming,
    read_wap_push,
)
from textback.modem.pdu.deliver import SILENT, SIM_DATA
from textback.store.fragments import NewFragment

_UNREADABLE = "A text came that could not be read. It is kept as it came: {raw}"
_PICTURE = "A picture message came that could not be received."
_FOR_AN_APP = "A message for an app came. It cannot be shown."
_FOR_THE_SIM = "A message for the SIM card came. There is nothing to do."
_EMPTY = "An empty text came."
_SAID = "The mobile operator says that {what} for the SIM card's own number."
_WHAT = {
    Waiting.VOICEMAIL: "voicemail waits",
    Waiting.FAX: "a fax waits",
    Waiting.EMAIL: "an email waits",
    Waiting.OTHER: "a message waits",
}


def fragment_of(modem: str, pdu: str, value: Deliver | Unreadable) -> NewFragment:
    """The SMS as it is kept: by its sender and its place among the parts of its text."""
    envelope = value.envelope
    if envelope is None:
        return NewFragment(modem, "unreadable", None, pdu)
    sender, sent_at = envelope.sender.text or "unknown", envelope.sent_at.at
    concat = value.concat if isinstance(value, Deliver) else None
    if concat is None:
        return NewFragment(modem, sender, sent_at, pdu)
    return NewFragment(modem, sender, sent_at, pdu, concat.reference, concat.total, concat.number)


def read_text(pdus: Sequence[str]) -> Reading:
    """What the PDUs of a text say, in order; nothing that came is without words."""
    values = (read_incoming(pdu) for pdu in pdus)
    parts = [value for value in values if isinstance(value, Deliver)]
    if not parts or parts[0].coding.compressed:
        return Reading(_UNREADABLE.format(raw=" ".join(pdus)))
    first, text = parts[0], join_text(part.user_data for part in parts)
    if first.waiting is not None:
        return _waiting(first.waiting, text)
    if first.envelope.protocol == SIM_DATA:
        return Reading(_FOR_THE_SIM, from_person=False, news=False)
    if first.envelope.protocol == SILENT:  # a phone would not show it at all
        return Reading(text or _EMPTY, from_person=False, news=False)
    return Reading(text) if text else _wordless(parts)


def _waiting(indication: Indication, text: str) -> Reading:
    """Staff see that it came; nobody waits for an answer to it."""
    what = _WHAT[indication.of] if indication.active else "nothing waits any more"
    said = _SAID.format(what=what)
    words = f"{said}\nIts words: {text}" if text else said
    return Reading(words, from_person=False, news=indication.active or bool(text))


def _wordless(parts: Sequence[Deliver]) -> Reading:
    first = parts[0]
    if first.user_data.alphabet is not Alphabet.BINARY or not first.user_data.octets:
        return Reading(_EMPTY)
    push = _pushed(parts) if first.user_data.port == WAP_PUSH_PORT else None
    if push is not None and push.picture:
        return Reading(_PICTURE, sender=push.sender)
    return Reading(_FOR_AN_APP)


def _pushed(parts: Sequence[Deliver]) -> WapPush | None:
    return read_wap_push(b"".join(part.user_data.octets for part in parts))
