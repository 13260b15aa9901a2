import pytest

from textback.core.errors import ConfigError
from textback.core.office import Office, from_fields, to_fields


def test_settings_survive_being_written_as_plain_strings() -> None:
    office = from_fields({"firm": "Hart & Lowe", "country": "GB", "hours_sat": "9:00-12:00"})
    assert from_fields(to_fields(office)) == office


def test_every_bad_setting_is_named_at_once() -> None:
    bad = {
        "firm": "",
        "country": "XX",
        "timezone": "Mars/Olympus",
        "hours_mon": "always",
        "text_open": "We missed you, {{name}}",
    }
    with pytest.raises(ConfigError) as caught:
        from_fields(bad)
    named = [problem.where for problem in caught.value.problems]
    assert named == ["firm", "country", "timezone", "text_open", "text_open", "hours_mon"]


def test_a_text_without_the_firm_is_refused() -> None:
    with pytest.raises(ConfigError, match="must name the firm"):
        from_fields({"firm": "Hart & Lowe", "text_closed": "Sorry, we are closed"})


def test_the_default_texts_are_fine() -> None:
    assert from_fields({"firm": "Hart & Lowe"}).text_open == Office().text_open


@pytest.mark.parametrize("phone", ["", "(212) 555-0100", "+12125550100", "+44 20 7946 0958"])
def test_the_number_to_call_is_kept_as_it_was_written(phone: str) -> None:
    assert from_fields({"firm": "Hart & Lowe", "phone": phone}).phone == phone


@pytest.mark.parametrize("phone", ["555", "call 212-555-0100 now", "+12125550100;ext=3", "none"])
def test_what_is_no_phone_number_is_refused(phone: str) -> None:
    with pytest.raises(ConfigError, match="is not a phone number"):
        from_fields({"firm": "Hart & Lowe", "phone": phone})


def test_a_text_may_name_the_phone_number() -> None:
    office = from_fields({"firm": "Hart & Lowe", "text_open": "{{firm}}, {{phone}}: sorry"})
    assert office.text_open == "{{firm}}, {{phone}}: sorry"
