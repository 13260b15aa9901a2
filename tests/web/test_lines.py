"""The lines pages."""

from dataclasses import replace

import pytest

from tests.web.make import OFFICE, Make
from tests.web.pages import Browser, form_to, readable
from textback.core.hours import Hours, parse_day
from textback.core.lines import (
    USUALLY_TEXTED,
    Line,
    LineMatch,
    LineRules,
    Loss,
    MatchBy,
    VoicemailTiming,
    rules_to_fields,
)
from textback.store import lines as store
from textback.store.models import Audit, Call, Conversation

DID = "+12125550100"


def lines_of(make: Make) -> list[Line]:
    with make.database.read() as db:
        return store.lines(db)


def default_rules(make: Make) -> LineRules:
    with make.database.read() as db:
        return store.default_rules(db)


def log(make: Make) -> list[str]:
    with make.database.read() as db:
        rows = db.query(Audit).filter(Audit.subject.regexp_match("^(line|all)")).order_by(Audit.id)
        return [f"{row.action} {row.subject}: {row.detail}" for row in rows]


def typed(**changes: str) -> dict[str, str]:
    """The form of a line as a browser sends it: a switch that is off is not sent at all."""
    whole = {"name": "Main line", "by": "did", "pattern": DID} | rules_to_fields(LineRules())
    return {name: value for name, value in (whole | changes).items() if value or "text_" in name}


def test_a_called_number_is_named_with_one_click(rosa: Browser, make: Make) -> None:
    for _ in range(2):
        make.call()
    assert f"{DID} 2 calls" in rosa.text("/lines")
    page = rosa.submit("/lines", "/lines", name="Front desk")
    assert "Called, but not named yet" not in page.text
    assert f"Front desk Number dialled {DID}" in readable(page.text)
    assert [(line.name, line.match) for line in lines_of(make)] == [
        ("Front desk", LineMatch(MatchBy.DID, DID))
    ]


def test_a_number_within_a_lines_range_is_not_offered(rosa: Browser, make: Make) -> None:
    make.call(line_id=None)
    make.call(line_id=None, did="+13105550100")
    make.line("+1212555*", "Everything of ours")
    page = rosa.text("/lines")
    assert f"{DID} 1 call" not in page
    assert "+13105550100 1 call" in page


def test_naming_a_number_changes_nothing_for_its_callers(rosa: Browser, make: Make) -> None:
    rules = LineRules(texted=frozenset({Loss.BUSY}), grace=30, text_open="{{firm}}: one moment")
    with make.writing() as db:
        store.save_default_rules(db, rules)
    rosa.submit("/lines", "/lines", name="Front desk", by="did", pattern=DID)
    assert lines_of(make)[0].rules == rules


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"name": " "}, "name"),
        ({"pattern": ""}, "pattern"),
        ({"pattern": "1" * 65}, "pattern"),
        ({"pattern": "+1*2"}, "pattern"),
        ({"by": "moon"}, "by"),
        ({"pattern": "sales", "by": "queue"}, "pattern"),
    ],
)
def test_a_new_line_is_refused_beside_the_field_and_nothing_typed_is_lost(
    rosa: Browser, make: Make, wrong: dict[str, str], problem: str
) -> None:
    with make.writing() as db:
        store.add_line(db, LineMatch(MatchBy.QUEUE, "sales"), "Sales", LineRules())
    fields = {"name": "New one", "by": "did", "pattern": "555"} | wrong
    page = rosa.submit("/lines", "/lines", **fields)
    assert page.status_code == 422
    assert page.text.count('class="problem" id="') == 1
    assert f'id="{problem}-problem"' in page.text
    for name in {"name", "pattern"} - {problem}:
        assert f'value="{fields[name]}"' in page.text
    assert [line.name for line in lines_of(make)] == ["Sales"]


def test_every_rule_of_a_line_can_be_changed(rosa: Browser, make: Make) -> None:
    make.line()
    changes = {
        "name": "Sales",
        "by": "queue",
        "pattern": "sales*",
        "texted_busy": "",
        "texted_forwarded": "on",
        "voicemail": "no_message",
        "least_ring": "2.5",
        "grace": "20",
        "text_open": "{{firm}}: sales call you back.",
        "text_closed": "{{firm}}: closed.",
    }
    page = rosa.submit("/lines/1", "/lines/1", **typed(**changes))
    assert "Saved." in page.text
    rules = LineRules(
        texted=USUALLY_TEXTED - {Loss.BUSY} | {Loss.FORWARDED},
        voicemail=VoicemailTiming.NO_MESSAGE,
        least_ring=2.5,
        grace=20,
        text_open="{{firm}}: sales call you back.",
        text_closed="{{firm}}: closed.",
    )
    assert lines_of(make) == [Line(1, "Sales", LineMatch(MatchBy.QUEUE, "sales*"), rules)]
    assert readable(rosa.get("/lines").text).count("All but: busy, lost in a transfer own texts")


def test_what_was_saved_is_what_the_form_shows_next(rosa: Browser, make: Make) -> None:
    make.line()
    rosa.submit("/lines/1", "/lines/1", **typed(texted_busy="", voicemail="at_hangup", grace="7"))
    page = rosa.get("/lines/1").text
    assert 'name="texted_busy">' in page
    assert 'name="texted_no_answer" checked>' in page
    assert '<option value="at_hangup" selected>' in page
    assert 'value="7"' in page


def test_a_line_that_is_recognised_by_something_else_keeps_its_calls(
    rosa: Browser, make: Make
) -> None:
    make.line()
    call = make.call(make.conversation())
    rosa.submit("/lines/1", "/lines/1", **typed(pattern="+1212555*"))
    with make.database.read() as db:
        assert db.get_one(Call, call).line_id == 1
    assert "Main line" in rosa.text("/calls")


def test_each_change_is_logged_with_what_it_was_before(rosa: Browser, make: Make) -> None:
    rosa.submit("/lines", "/lines", name="Main line", by="did", pattern=DID)
    rosa.submit("/lines/1", "/lines/1", **typed(name="Reception", grace="9"))
    rosa.submit("/lines/other", "/lines/other", **typed(voicemail="never"))
    rosa.submit("/lines/1", "/lines/1/remove", sure="on")
    added, changed, other, removed = log(make)
    assert added == f"added line 1: name: 'Main line'\nby: 'did'\npattern: '{DID}'"
    assert changed == "changed line 1: name: 'Main line' -> 'Reception'\ngrace: '5' -> '9'"
    assert other == "changed all other calls: voicemail: 'at_entry' -> 'never'"
    assert removed.startswith("removed line 1: name: 'Reception'")


def test_all_problems_stand_beside_their_fields_and_nothing_typed_is_lost(
    rosa: Browser, make: Make
) -> None:
    make.line()
    bad = {
        "name": "",
        "pattern": "1*2",
        "voicemail": "sometimes",
        "least_ring": "soon",
        "grace": "601",
        "text_open": "Hello <there>",
        "text_closed": "{{firm}}: hello {{name}}",
        "texted_busy": "",
    }
    page = rosa.submit("/lines/1", "/lines/1", **typed(**bad))
    assert page.status_code == 422
    for name in ("name", "pattern", "voicemail", "least_ring", "grace", "text_open", "text_closed"):
        assert f'id="{name}-problem"' in page.text
    assert "Hello &lt;there&gt;</textarea>" in page.text
    assert 'value="soon"' in page.text
    assert 'name="texted_busy">' in page.text
    assert lines_of(make)[0] == Line(1, "Main line", LineMatch(MatchBy.DID, DID))


@pytest.mark.parametrize("seconds", ["nan", "-1", "inf", "", "1e9"])
def test_what_is_no_time_is_refused_for_all_other_calls_too(
    rosa: Browser, make: Make, seconds: str
) -> None:
    page = rosa.submit("/lines/other", "/lines/other", **typed() | {"grace": seconds})
    assert page.status_code == 422
    assert 'id="grace-problem"' in page.text
    assert default_rules(make) == LineRules()


def test_a_text_that_is_far_too_long_is_refused(rosa: Browser) -> None:
    long = "{{firm}}" + "x" * 1000
    page = rosa.submit("/lines/other", "/lines/other", **typed(text_open=long))
    assert page.status_code == 422
    assert 'id="text_open-problem"' in page.text
    assert f">{long}</textarea>" in page.text


def test_an_empty_text_is_shown_as_the_offices_own(rosa: Browser) -> None:
    page = rosa.text("/lines/other")
    assert "Smith & Sons Dental: Sorry we missed your call. How can we help?" in page
    assert "1 SMS · the office’s text" in page


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (100, "1 SMS"),
        (200, "2 SMS: each one is paid for"),
        (500, "4 SMS: long for a text"),
    ],
)
def test_the_preview_counts_as_the_modem_sends_and_saves_nothing(
    rosa: Browser, make: Make, length: int, words: str
) -> None:
    text = "{{firm}} " + "x" * length
    page = rosa.submit("/lines/other", "/lines/other", **typed(text_open=text), preview="1")
    assert f"Smith & Sons Dental {'x' * length} {words}" in readable(page.text)
    assert f">{text}</textarea>" in page.text
    assert default_rules(make) == LineRules()


def test_a_firms_name_that_makes_a_text_endless_leaves_the_page_usable(
    rosa: Browser, make: Make
) -> None:
    make.office(replace(OFFICE, firm="W" * 60_000))
    assert rosa.get("/lines/other").status_code == 200


def test_a_preview_of_a_line_keeps_what_was_typed_and_saves_nothing(
    rosa: Browser, make: Make
) -> None:
    make.line()
    page = rosa.submit("/lines/1", "/lines/1", **typed(name="Another"), preview="1")
    assert 'value="Another"' in page.text
    assert lines_of(make)[0].name == "Main line"


def test_voicemail_has_one_answer_whichever_way_it_was_switched_off(
    rosa: Browser, make: Make
) -> None:
    with make.writing() as db:
        store.save_default_rules(db, LineRules(texted=frozenset(Loss) - {Loss.VOICEMAIL}))
    assert "All but: voicemail" in rosa.text("/lines")
    assert '<option value="never" selected>' in rosa.get("/lines/other").text
    rosa.submit("/lines/other", "/lines/other", **typed(voicemail="at_entry"))
    assert default_rules(make) == LineRules()


def test_a_line_is_removed_only_by_whoever_is_sure(rosa: Browser, make: Make) -> None:
    make.line()
    conversation = make.conversation()
    page = rosa.submit("/lines/1", "/lines/1/remove")
    assert page.status_code == 422
    assert 'id="sure-problem"' in page.text
    assert len(lines_of(make)) == 1
    rosa.submit("/lines/1", "/lines/1/remove", sure="on")
    assert lines_of(make) == []
    with make.database.read() as db:
        assert db.get_one(Conversation, conversation).line_id is None


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        (LineRules(), "All but: lost in a transfer, answered outside the office"),
        (LineRules(texted=frozenset(Loss)), "Every lost caller"),
        (LineRules(texted=frozenset()), "Nobody is texted"),
        (LineRules(texted=frozenset({Loss.BUSY, Loss.VOICEMAIL})), "Only: busy, voicemail"),
        (
            LineRules(texted=frozenset({Loss.VOICEMAIL}), voicemail=VoicemailTiming.NEVER),
            "Nobody is texted",
        ),
    ],
)
def test_the_table_says_in_short_who_is_texted(
    rosa: Browser, make: Make, rules: LineRules, words: str
) -> None:
    with make.writing() as db:
        store.save_default_rules(db, rules)
    assert f"All other calls Every call {words}" in rosa.text("/lines")


def test_lines_are_for_admins(rosa: Browser, ben: Browser, make: Make) -> None:
    make.line()
    token = form_to(rosa.get("/lines").text, "/lines")
    assert token
    for path in ("/lines", "/lines/1", "/lines/other"):
        assert ben.get(path).status_code == 403
    form = form_to(ben.get("/").text, "/sign-out")
    for path in ("/lines", "/lines/1", "/lines/other", "/lines/1/remove"):
        assert ben.client.post(path, data=form | typed(sure="on")).status_code == 403
    assert "Lines" not in ben.text("/").partition("Sign out")[0]


def test_there_is_no_page_for_a_line_that_is_not_there(rosa: Browser) -> None:
    assert rosa.get("/lines/7").status_code == 404
    form = form_to(rosa.get("/lines").text, "/lines")
    assert rosa.client.post("/lines/7", data=form | typed()).status_code == 404
    assert rosa.client.post("/lines/7/remove", data=form | {"sure": "on"}).status_code == 404


def test_a_strangers_number_and_a_name_are_only_ever_text(rosa: Browser, make: Make) -> None:
    hostile = '"><script>alert(1)</script>{{ config }}'
    make.call(did=hostile)
    rosa.submit("/lines", "/lines", name=hostile, by="did", pattern=hostile)
    make.office(replace(OFFICE, firm=hostile))
    for path in ("/lines", "/lines/1"):
        page = rosa.get(path)
        assert page.status_code == 200
        assert "<script>alert" not in page.text


def test_a_line_is_given_hours_of_its_own(rosa: Browser, make: Make) -> None:
    make.line()
    rosa.submit("/lines/1", "/lines/1", **typed(hours="own", hours_sat="9:00-12:00"))
    hours = lines_of(make)[0].rules.hours
    assert hours is not None
    assert {day: open_ for day, open_ in hours.week.items() if open_} == {
        "sat": parse_day("9:00-12:00")
    }
    assert "hours: 'office' -> 'own'\nhours_sat: '' -> '09:00-12:00'" in log(make)[-1]
    assert 'value="09:00-12:00"' in rosa.get("/lines/1").text
    assert "own hours" in rosa.text("/lines")


def test_hours_of_its_own_begin_as_the_offices(rosa: Browser, make: Make) -> None:
    make.office(replace(OFFICE, hours=Hours({"sun": parse_day("10:00-11:30")})))
    make.line()
    assert 'name="hours_sun" type="text" value="10:00-11:30"' in rosa.get("/lines/1").text
    rosa.submit("/lines/1", "/lines/1", **typed(hours_sun="10:00-11:30"))
    assert lines_of(make)[0].rules.hours is None


def test_a_day_that_cannot_be_read_is_told_beside_it(rosa: Browser, make: Make) -> None:
    make.line()
    bad = typed(hours="own", hours_mon="nine to five")
    page = rosa.submit("/lines/1", "/lines/1", **bad)
    assert page.status_code == 422
    assert 'id="hours_mon-problem"' in page.text
    assert 'value="nine to five"' in page.text
    assert lines_of(make)[0].rules.hours is None


def test_with_one_modem_there_is_no_choice_of_modems(rosa: Browser, make: Make) -> None:
    make.line()
    assert "From which number" not in rosa.text("/lines/1")
    rosa.submit("/lines/1", "/lines/1", **typed())
    assert lines_of(make)[0].rules.modem == ""


def test_a_line_is_given_a_modem_of_its_own(rosa: Browser, make: Make) -> None:
    make.line()
    for name in ("north", "south"):
        make.link("modem", name=name)
    assert "Any that is free" in rosa.text("/lines/1")
    rosa.submit("/lines/1", "/lines/1", **typed(modem="south"))
    assert lines_of(make)[0].rules.modem == "south"
    assert "modem: '' -> 'south'" in log(make)[-1]
    assert 'value="south" selected' in rosa.get("/lines/1").text


def test_other_calls_may_have_a_modem_of_their_own(rosa: Browser, make: Make) -> None:
    for name in ("north", "south"):
        make.link("modem", name=name)
    rosa.submit("/lines/other", "/lines/other", **typed(modem="north"))
    assert default_rules(make).modem == "north"


@pytest.mark.parametrize("path", ["/lines/1", "/lines/other"])
def test_a_modem_that_is_not_there_cannot_be_chosen(rosa: Browser, make: Make, path: str) -> None:
    make.line()
    for name in ("north", "south"):
        make.link("modem", name=name)
    answer = rosa.submit(path, path, **typed(modem="west"))
    assert answer.status_code == 422
    assert "There is no such modem" in answer.text


def test_a_modem_that_is_gone_stays_chosen_until_somebody_chooses_another(
    rosa: Browser, make: Make
) -> None:
    make.line()
    with make.writing() as db:
        store.change_line(db, replace(store.lines(db)[0], rules=LineRules(modem="west")))
    assert "west (not there any more)" in rosa.text("/lines/1")
    assert rosa.submit("/lines/1", "/lines/1", **typed(modem="west")).status_code == 200
