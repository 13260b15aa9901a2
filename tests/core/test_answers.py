import pytest

from textback.core.answers import Meaning, normalised, understand


@pytest.mark.parametrize(
    "text",
    [
        "STOP", "stop", " Stop. ", "stop!!!", "🛑 STOP 🛑", "StopAll", "stop all", "STOP-ALL",
        "unsubscribe", "End", "quit", "revoke", "opt out", "opt-out", "OPTOUT", "cancel",
        "arrêt", "ARRET", "alto", "Baja", "no más", "no mas", "Stopp", "abmelden", "koniec",
        "st\u200bop", "ｓｔｏｐ",
    ],
)  # fmt: skip
def test_an_opt_out_word_alone_opts_out(text: str) -> None:
    assert understand(text).meaning is Meaning.OPT_OUT


@pytest.mark.parametrize(
    "text",
    [
        "no", "nie", "No.", "yes", "We have to stop this terrible bill", "stop by at 5?",
        "the end", "please don't stop", "cancel my appointment on Tuesday", "", "🙂", "stopwatch",
    ],
)  # fmt: skip
def test_anything_else_is_a_reply_for_a_person(text: str) -> None:
    answer = understand(text)
    assert answer.meaning is Meaning.REPLY
    assert answer.needs_person


@pytest.mark.parametrize("text", ["START", "unstop", "Start!"])
def test_start_opts_in_again(text: str) -> None:
    assert understand(text).meaning is Meaning.OPT_IN


def test_yes_does_not_opt_in() -> None:
    assert understand("YES").meaning is Meaning.REPLY


def test_cancel_may_mean_an_appointment_so_a_person_sees_it() -> None:
    assert understand("Cancel").needs_person
    assert not understand("Stop").needs_person


def test_hyphens_and_spaces_collapse() -> None:
    assert normalised("  Opt --  OUT ") == "opt out"
