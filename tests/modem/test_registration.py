"""Where a modem stands with the network."""

import pytest

from textback.modem.registration import (
    REGISTRATION,
    Registration,
    access_of,
    generation,
    registration,
)


@pytest.mark.parametrize(
    ("answer", "state", "access"),
    [
        ("+CREG: 0,1", Registration.HOME, ""),
        ("+CREG: 0,5", Registration.ROAMING, ""),
        ('+CREG: 2,1,"00C3","0003B2A1",7', Registration.HOME, "LTE"),
        ("+CREG: 2,1,0001,12", Registration.HOME, ""),
        ("+CREG: 2,5,00C3,B2A1,2", Registration.ROAMING, "3G"),
        ('+CREG: 2,1,"00C3","B2A1"', Registration.HOME, ""),
        ('+CGREG: 2,1,"00C3","B2A1",0,"01"', Registration.HOME, "2G"),
        ('+CEREG: 2,1, "1A2B", "01C3F30A", 7', Registration.HOME, "LTE"),
        ("+CEREG: 0,6", Registration.SMS_ONLY, ""),
        ("+CREG: 0,7", Registration.SMS_ONLY, ""),
        ("+CREG: 0,9", Registration.HOME, ""),
        ("+CREG: 0,10", Registration.ROAMING, ""),
        ("+CREG:0,2", Registration.SEARCHING, ""),
        ('+CREG: 2,2,"00C3","B2A1",7', Registration.SEARCHING, ""),
        ("+CREG: 0,3", Registration.REFUSED, ""),
        ("+CREG: 0,0", Registration.NONE, ""),
        ("+CREG: 0,4", Registration.UNKNOWN, ""),
        ("+CREG: 0,8", Registration.UNKNOWN, ""),
        ("", Registration.UNKNOWN, ""),
    ],
)
def test_an_answer_is_read_with_and_without_access_technology(
    answer: str, state: Registration, access: str
) -> None:
    assert (registration([answer]), access_of([answer])) == (state, access)


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        (["+CREG: 0,2", "+CGREG: 0,0", "+CEREG: 0,1"], Registration.HOME),
        (["+CREG: 0,3", "+CEREG: 0,5"], Registration.ROAMING),
        (["+CREG: 0,3", "+CEREG: 0,2"], Registration.SEARCHING),
        (["+CREG: 0,0", "", "+CEREG: 0,3"], Registration.REFUSED),
    ],
)
def test_one_network_that_takes_texts_will_do(answers: list[str], state: Registration) -> None:
    assert registration(answers) is state


def test_only_three_states_take_texts() -> None:
    taking = {state for state in Registration if state.registered}
    assert taking == {Registration.HOME, Registration.ROAMING, Registration.SMS_ONLY}


@pytest.mark.parametrize("line", ["+CREG: 1", '+CREG: 5,"00C3","B2A1"', "+CGREG: 2", "+COPS: 0,1"])
def test_an_unsolicited_line_is_no_answer(line: str) -> None:
    assert not REGISTRATION.match(line)


@pytest.mark.parametrize(
    ("access", "name"),
    [(0, "2G"), (3, "2G"), (6, "3G"), (7, "LTE"), (9, "LTE"), (11, "5G"), (99, "")],
)
def test_an_access_technology_has_the_name_people_use(access: int, name: str) -> None:
    assert generation(access) == name
