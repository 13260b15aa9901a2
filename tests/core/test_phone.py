import pytest

from textback.core import phone


@pytest.mark.parametrize(
    ("raw", "country", "expected"),
    [
        ("+12125550143", "US", "+12125550143"),
        ("12125550143", "US", "+12125550143"),
        ("(212) 555-0143", "US", "+12125550143"),
        ("+442079460958", "US", "+442079460958"),
        ("020 7946 0958", "GB", "+442079460958"),
        ("5550143", "US", None),  # no area code
        ("911", "US", None),
        ("<unknown>", "US", None),
        ("anonymous", "US", None),
        ("", "US", None),
        ("+1", "US", None),
        ("Vodafone", "GB", None),
    ],
)
def test_a_number_is_e164_or_nothing(raw: str, country: str, expected: str | None) -> None:
    assert phone.e164(raw, country) == expected


def test_people_read_numbers_as_their_country_writes_them() -> None:
    assert phone.displayed("+12125550143", "US") == "(212) 555-0143"
    assert phone.displayed("+12125550143", "GB") == "+1 212-555-0143"
    assert phone.displayed("Vodafone", "GB") == "Vodafone"


def test_a_log_shows_two_digits_at_most() -> None:
    assert phone.masked("+12125550143") == "…43"
    assert phone.masked("") == "(none)"


def test_a_network_may_report_a_number_in_its_national_notation() -> None:
    assert phone.same_subscriber("+442079460958", "02079460958")
    assert not phone.same_subscriber("+442079460958", "02079460959")
    assert not phone.same_subscriber("+442079460958", "58")
