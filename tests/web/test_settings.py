"""The settings and staff pages."""

from tests.web.make import OFFICE, Make
from tests.web.pages import Browser, form_to, readable
from textback.core.hours import parse_day
from textback.core.office import Office, to_fields
from textback.store import conversations
from textback.store.models import Audit, Conversation
from textback.store.office import load_office


def office_of(make: Make) -> Office | None:
    with make.database.read() as db:
        return load_office(db)


def details(make: Make, subject: str) -> list[str]:
    with make.database.read() as db:
        return [row.detail for row in db.query(Audit).filter(Audit.subject == subject)]


def test_a_change_is_saved_and_logged(rosa: Browser, make: Make) -> None:
    typed = to_fields(OFFICE) | {"hours_sat": "9:00-12:00", "country": " gb "}
    page = rosa.submit("/settings", "/settings", **typed)
    assert "Saved." in page.text
    saved = office_of(make)
    assert saved is not None
    assert saved.hours.week["sat"] == parse_day("9:00-12:00")
    assert details(make, "settings") == ["country: 'US' -> 'GB'\nhours_sat: '' -> '09:00-12:00'"]


def test_each_problem_stands_beside_its_field_and_nothing_typed_is_lost(
    rosa: Browser, make: Make
) -> None:
    typed = to_fields(OFFICE) | {
        "firm": "",
        "timezone": "Mars/Base",
        "hours_mon": "nine to five",
        "text_open": "Hello <there>",
    }
    page = rosa.submit("/settings", "/settings", **typed)
    assert page.status_code == 422
    for name in ("firm", "timezone", "hours_mon", "text_open"):
        assert f'id="{name}-problem"' in page.text
    assert 'id="country-problem"' not in page.text
    assert 'value="nine to five"' in page.text
    assert "Hello &lt;there&gt;</textarea>" in page.text
    kept = office_of(make)
    assert kept is not None
    assert to_fields(kept) == to_fields(OFFICE)


def test_the_number_to_call_and_the_text_that_names_it_are_settings(
    rosa: Browser, make: Make
) -> None:
    assert "our usual number" in rosa.text("/settings")
    typed = to_fields(OFFICE) | {
        "phone": "(212) 555-0100",
        "text_sim_called": "{{firm}}: please call {{phone}}. STOP to opt out.",
    }
    page = rosa.submit("/settings", "/settings", **typed)
    assert "our usual number" not in readable(page.text)
    saved = office_of(make)
    assert saved is not None
    assert saved.phone == "(212) 555-0100"
    assert saved.text_sim_called.startswith("{{firm}}: please call {{phone}}")


def test_a_new_person_can_sign_in(rosa: Browser) -> None:
    typed = {"name": "Kim Lee", "username": "Kim", "password": "a long password"}
    page = rosa.submit("/staff", "/staff", **typed)
    assert "Kim Lee can sign in now, as kim." in readable(page.text)


def test_a_bad_new_person_is_refused_beside_the_fields(rosa: Browser) -> None:
    page = rosa.submit("/staff", "/staff", name="", username="rosa", password="short", admin="on")
    assert page.status_code == 422
    for name in ("name", "username", "password"):
        assert f'id="{name}-problem"' in page.text
    assert 'value="rosa"' in page.text
    assert 'name="admin" checked' in page.text
    assert "short" not in page.text.replace("shorter", "")


def test_a_password_that_is_too_short_is_refused(rosa: Browser, ben: Browser) -> None:
    path = f"/staff/{ben.person.id}"
    page = rosa.submit(path, f"{path}/password", password="short")
    assert page.status_code == 422
    assert "Use at least 10 characters" in page.text


def test_what_a_deactivated_person_had_claimed_is_anybodys(
    rosa: Browser, ben: Browser, make: Make
) -> None:
    conversation = make.conversation()
    with make.writing() as db:
        conversations.claim(db, conversation, ben.person.id)
    path = f"/staff/{ben.person.id}"
    rosa.submit(path, f"{path}/deactivate")
    with make.database.read() as db:
        assert db.get_one(Conversation, conversation).owner_id is None


def test_an_admin_cannot_lock_themselves_out(rosa: Browser) -> None:
    path = f"/staff/{rosa.person.id}"
    form = form_to(rosa.get(path).text, f"{path}/password")
    assert rosa.client.post(f"{path}/deactivate", data=form).status_code == 409
    assert rosa.get("/").status_code == 200
