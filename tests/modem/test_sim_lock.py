"""No SIM is ever locked by this program, whatever PIN it is given and however often it starts."""

from contextlib import closing

import pytest

from textback.core.errors import AccessRefused, LinkDown
from textback.engine.pin_guard import KeptPinGuard
from textback.modem import Modem, ModemSettings, PinGuard
from textback.modem.asking import Asking
from textback.modem.model import generic_model, models
from textback.modem.sim_lock import read_iccid, unlock
from textback.modem.simulator import ModemSimulator
from textback.modem.sorter import Answer, Command, Line
from textback.store.database import Database
from textback.store.models import SpentPin


def bring_up(simulator: ModemSimulator, pin: str, guard: PinGuard) -> None:
    with closing(Modem.open(ModemSettings(simulator.path, pin=pin))) as modem:
        modem.bring_up(guard)


def test_a_wrong_pin_is_tried_once_over_restarts(database: Database) -> None:
    with ModemSimulator(pin="1234") as simulator:
        for _ in range(4):  # each with a guard of its own, as after a restart
            with pytest.raises(AccessRefused, match="PIN"):
                bring_up(simulator, "9999", KeptPinGuard(database))
        assert simulator.pin_attempts == 2


def test_another_configured_pin_is_tried(database: Database) -> None:
    with ModemSimulator(pin="1234") as simulator:
        with pytest.raises(AccessRefused):
            bring_up(simulator, "9999", KeptPinGuard(database))
        bring_up(simulator, "1234", KeptPinGuard(database))
        assert simulator.pin_attempts == 3


def test_the_last_attempt_is_never_used(database: Database) -> None:
    with ModemSimulator(pin="1234") as simulator:
        for pin in ("1111", "2222"):
            with pytest.raises(AccessRefused, match="did not take"):
                bring_up(simulator, pin, KeptPinGuard(database))
        with pytest.raises(AccessRefused, match=r"1 attempt\(s\)"):
            bring_up(simulator, "1234", KeptPinGuard(database))
        assert simulator.pin_attempts == 1


def test_a_pin_that_was_taken_is_tried_again_after_the_modem_restarts(database: Database) -> None:
    with ModemSimulator(pin="1234") as simulator:
        for _ in range(3):
            bring_up(simulator, "1234", KeptPinGuard(database))
            simulator.fault("reset")


def test_an_open_sim_makes_spent_pins_good_again(database: Database) -> None:
    guard = KeptPinGuard(database)
    guard.spend("8949", "1234")
    assert guard.is_spent("8949", "1234")
    guard.opened("8949")
    assert not guard.is_spent("8949", "1234")


def test_a_pin_is_spent_for_one_sim_only(database: Database) -> None:
    guard = KeptPinGuard(database)
    guard.spend("8949", "1234")
    assert not guard.is_spent("8950", "1234")


@pytest.mark.parametrize("model", ["generic", "huawei-e173", "quectel-ec25"])
def test_a_pin_whose_answer_was_lost_is_good_again_once_the_sim_is_seen_open(
    database: Database, model: str
) -> None:
    guard = KeptPinGuard(database)
    with ModemSimulator(model=model, pin="1234") as simulator:
        bring_up(simulator, "1234", guard)
        with closing(Modem.open(ModemSettings(simulator.path))) as modem:
            info = modem.bring_up(PinGuard())
        for sim in (info.imei, info.iccid):  # as if the program had died before the answer
            guard.spend(sim, "1234")
        bring_up(simulator, "1234", guard)
        simulator.fault("reset")
        bring_up(simulator, "1234", guard)


def test_no_pin_stands_in_the_database(database: Database) -> None:
    KeptPinGuard(database).spend("8949", "1234")
    with database.read() as session:
        [kept] = session.query(SpentPin).all()
    assert "1234" not in kept.pin_hash.split("$")


class Script(Asking):
    """A far side that says what a test wants: an answer's lines and final result by command."""

    def __init__(self, answers: dict[str, tuple[str, str]]) -> None:
        self.asked: list[str] = []
        self._answers = answers

    def command(self, command: Command) -> Answer:
        self.asked.append(command.text)
        told, final = self._answers.get(command.text, ("", "ERROR"))
        lines = [line for line in told.split("\n") if line and command.answered_by(line)]
        return Answer(tuple(map(Line, lines)), final)


ASKS_PIN = {"AT+CPIN?": ("+CPIN: SIM PIN", "OK"), 'AT+CPIN="1234"': ("", "OK")}


@pytest.mark.parametrize(
    ("model", "command", "told"),
    [
        ("generic", "AT+CPINR", "+CPINR: SIM PIN,{left},3\n+CPINR: SIM PUK,10,10"),
        ("huawei-e173", "AT^CPIN?", "^CPIN: SIM PIN,{left},10,3,10,3"),
        ("quectel-ec25", 'AT+QPINC="SC"', '+QPINC: "SC",{left},10'),
        ("simcom-sim7600", "AT+SPIC", "+SPIC: {left},10,0,10"),
        ("ublox-sara", "AT+UPINCNT", "+UPINCNT: {left},3,10,10"),
        ("sierra-mc73xx", "AT+CPINC", "+CPINC: {left},3,10,10"),
    ],
)
def test_each_model_tells_how_many_attempts_are_left(model: str, command: str, told: str) -> None:
    [data] = [known for known in models() if known.name == model]
    for left, tried in ((3, True), (2, True), (1, False), (0, False)):
        script = Script({**ASKS_PIN, command: (told.format(left=left), "OK")})
        try:
            unlock(script, data, "1234", "8949", PinGuard())
        except AccessRefused:
            assert not tried
        assert ('AT+CPIN="1234"' in script.asked) is tried


def test_a_modem_that_does_not_tell_the_attempts_gets_the_pin_once() -> None:
    script, guard = Script(ASKS_PIN | {'AT+CPIN="1234"': ("", "+CME ERROR: 16")}), PinGuard()
    for _ in range(3):
        with pytest.raises(AccessRefused):
            unlock(script, generic_model(), "1234", "8949", guard)
    assert script.asked.count('AT+CPIN="1234"') == 1


@pytest.mark.parametrize(
    ("state", "words"),
    [("SIM PUK", "put it into a phone"), ("PH-NET PIN", "one operator"), ("ODD", "asks for ODD")],
)
def test_a_locked_sim_is_told_plainly_and_nothing_is_tried(state: str, words: str) -> None:
    script = Script({"AT+CPIN?": (f"+CPIN: {state}", "OK")})
    with pytest.raises(AccessRefused, match=words):
        unlock(script, generic_model(), "1234", "8949", PinGuard())
    assert script.asked == ["AT+CPIN?"]


def test_no_sim_is_told_plainly() -> None:
    with pytest.raises(LinkDown, match="no SIM"):
        unlock(Script({"AT+CPIN?": ("", "+CME ERROR: 10")}), generic_model(), None, "", PinGuard())


@pytest.mark.parametrize(
    ("command", "told", "iccid"),
    [
        ("AT+CCID", "89490200001234567890", "89490200001234567890"),
        ("AT+CCID", '"8949020000123456789F"', "8949020000123456789"),
        ("AT+CCID", "+CCID: 8949020000123456789", "8949020000123456789"),
        ("AT+ICCID", "+ICCID: 89490200001234567890", "89490200001234567890"),
        (
            "AT+CRSM=176,12258,0,0,10",
            '+CRSM: 144,0,"984920000021436587F9"',
            "8994020000123456789",
        ),
        ("AT+CRSM=176,12258,0,0,10", "+CRSM: 148,4", ""),
        ("AT+CCID", "ERROR", ""),
    ],
)
def test_the_sims_number_is_read_in_each_notation(command: str, told: str, iccid: str) -> None:
    assert read_iccid(Script({command: (told, "OK")}), generic_model()) == iccid
