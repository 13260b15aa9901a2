"""The office's own settings: names, hours, texts. Edited on a page, kept in the database."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from textback.core.errors import ConfigError, Problem
from textback.core.hours import (
    WEEKDAYS_NINE_TO_FIVE,
    Hours,
    week_from_fields,
    week_problems,
    week_to_fields,
)
from textback.core.phone import e164, known_country
from textback.core.texts import text_problems

_AS_WRITTEN = re.compile(r"[+0-9 ().\-/]{3,32}")  # nothing but a number goes into a text
MAX_FIRM = 60  # it stands in every text, and a text of one SMS has 160
TEXT_OPEN = (
    "{{firm}}: Sorry we missed your call. How can we help? "
    "Reply here and one of us will get back to you. Reply STOP to opt out."
)
TEXT_CLOSED = (
    "{{firm}}: Sorry we missed your call, we are closed right now. How can we help? "
    "Reply here and we will answer when we are back. STOP to opt out."
)
TEXT_SIM_CALLED = (
    "{{firm}}: Nobody can answer calls to this number, it is for texts. "
    "Please call the office at {{phone}} or reply here. Reply STOP to opt out."
)
TEXT_OPTED_OUT = "{{firm}}: You will get no more texts from us. Reply START to get them again."


@dataclass(frozen=True, slots=True)
class Office:
    """What an office says about itself.

    `firm` stands first in every text. `country` is an ISO 3166 code, `timezone` an IANA name;
    `phone` is the number that people should call, as it is to be written, "" when it is not told.
    """

    firm: str = ""
    phone: str = ""
    country: str = "US"
    timezone: str = "UTC"
    hours: Hours = WEEKDAYS_NINE_TO_FIVE
    text_open: str = TEXT_OPEN
    text_closed: str = TEXT_CLOSED
    text_sim_called: str = TEXT_SIM_CALLED
    text_opted_out: str = TEXT_OPTED_OUT

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


_TEXTS = ("text_open", "text_closed", "text_sim_called", "text_opted_out")
_PLAIN = ("firm", "phone", "country", "timezone", *_TEXTS)


def to_fields(office: Office) -> dict[str, str]:
    """The settings as plain strings: `firm`, `country`, ..., `hours_mon` to `hours_sun`."""
    plain = {name: str(getattr(office, name)) for name in _PLAIN}
    return plain | week_to_fields(office.hours)


def from_fields(fields: Mapping[str, str]) -> Office:
    """The settings from plain strings; what is missing takes its default.

    Raises ConfigError with every problem, each under its field's name.
    """
    whole = to_fields(Office()) | {k: v.strip() for k, v in fields.items()}
    problems = list(_problems(whole))
    if problems:
        raise ConfigError(problems)
    plain = {name: whole[name] for name in _PLAIN}
    return Office(**plain, hours=week_from_fields(whole))


def _problems(fields: Mapping[str, str]) -> Iterator[Problem]:
    if len(fields["firm"]) > MAX_FIRM:
        yield Problem("firm", f"must not be longer than {MAX_FIRM} characters")
    if not fields["firm"]:
        yield Problem("firm", "the name that stands first in every text is missing")
    yield from _number_problems(fields["country"], fields["phone"])
    if not _known_zone(fields["timezone"]):
        what = f"'{fields['timezone']}' is not a time zone such as America/New_York"
        yield Problem("timezone", what)
    for name in _TEXTS:
        yield from text_problems(name, fields[name])
    yield from week_problems(fields)


def _number_problems(country: str, written: str) -> Iterator[Problem]:
    if not known_country(country):
        yield Problem("country", f"'{country}' is not a country code such as US or GB")
    elif written and not (_AS_WRITTEN.fullmatch(written) and e164(written, country)):
        yield Problem("phone", f"'{written}' is not a phone number")


def _known_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
