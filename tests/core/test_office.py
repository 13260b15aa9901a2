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
