"""Phone numbers: E.164 at every entry, the office's national format for people."""

import phonenumbers


def e164(raw: str, country: str) -> str | None:
    """`raw` as E.164 (+12125550143), or None where it is no valid number (ITU-T E.164).

    `country` is the ISO 3166 code of the office; it decides what a number without + means.
    """
    try:
        number = phonenumbers.parse(raw, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def displayed(number: str, country: str) -> str:
    """A stored number as the office writes it; what is no number (a sender's name) as it is."""
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return number
    if not phonenumbers.is_valid_number(parsed):
        return number
    own = phonenumbers.country_code_for_region(country) == parsed.country_code
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(parsed, form.NATIONAL if own else form.INTERNATIONAL)


def masked(number: str) -> str:
    """A number fit for a log: only its last two digits are left."""
    return f"…{number[-2:]}" if number else "(none)"


def same_subscriber(one: str, other: str) -> bool:
    """Whether two notations can mean one phone: networks report +44 7700… also as 07700…"""
    a, b = (n.lstrip("+").lstrip("0") for n in (one, other))
    shorter, longer = sorted((a, b), key=len)
    return len(shorter) >= 6 and longer.endswith(shorter)


def known_country(code: str) -> bool:
    """Whether `code` is an ISO 3166 country code that the numbering plans know."""
    return code in phonenumbers.SUPPORTED_REGIONS
