"""The models' data, whole, and what is picked from it."""

import re
from contextlib import closing
from pathlib import Path

import pytest

from textback.modem import Modem, ModemSettings, PinGuard
from textback.modem.model import ModemModel, model_of, models, read_model
from textback.modem.simulator import ModemSimulator
from textback.modem.sorter import Command
from textback.modem.udev import rules

HARDWARE = Path(__file__).parents[2] / "hardware"
GENERATIONS = {"2G", "3G", "LTE", "5G"}
# What brings a modem into step, and what costs a SIM or a text, is the driver's own business.
NOT_IN_DATA = re.compile(r"AT(?:\+(?:CPIN=|CMG|CLCK|CPWD|CFUN)|&F|Z|D)")

every_model = pytest.mark.parametrize("model", models(), ids=lambda model: model.name)


@every_model
def test_a_model_can_be_picked_by_what_it_says_or_is_generic(model: ModemModel) -> None:
    assert re.compile(model.manufacturer)
    assert re.compile(model.model)
    assert bool(model.manufacturer and model.model and model.title) == (model.name != "generic")
    assert set(model.networks) <= GENERATIONS


@every_model
def test_a_models_commands_are_fit_to_be_sent(model: ModemModel) -> None:
    commands = (*model.init, *model.pin_attempts, *model.iccid, *model.hang_up)
    assert [text for text in commands if NOT_IN_DATA.match(text)] == []
    assert [Command(text).text for text in commands if text.startswith("AT")] == list(commands)
    assert model.iccid
    assert model.hang_up


@every_model
def test_a_models_texts_are_kept_somewhere_and_announced(model: ModemModel) -> None:
    assert set(model.storages) <= {"SM", "ME", "MT"}
    assert model.storages
    assert all(re.fullmatch(r"[0-3],[12](,[0-2]){0,2}(,[01])?", v) for v in model.indications)
    routes = [int(values.split(",")[1]) for values in model.indications]
    assert routes == sorted(routes)  # stored where that can be had


@every_model
def test_a_model_on_usb_has_an_at_port(model: ModemModel) -> None:
    assert all(re.fullmatch(r"[0-9a-f]{4}:[0-9a-f?]{4}", usb_id) for usb_id in model.usb)
    assert bool(model.usb) == bool(model.interfaces)
    assert model.tty in ("ttyUSB", "ttyACM")


@every_model
def test_the_readme_lists_each_model(model: ModemModel) -> None:
    readme = (HARDWARE / "README.md").read_text(encoding="utf-8")
    for word in (*([model.title] if model.name != "generic" else []), *model.usb):
        assert word in readme


def test_the_udev_rules_are_those_of_the_data() -> None:
    file = HARDWARE / "udev" / "99-textback.rules"
    assert file.read_text(encoding="utf-8") == rules(models())


@pytest.mark.parametrize(
    ("manufacturer", "model", "usb_id", "picked"),
    [
        ("huawei", "E173", "12d1:1436", "huawei-e173"),
        ("huawei", "E3372", "12d1:1506", "huawei-e3372"),
        ("huawei", "E1550", "12d1:1506", "huawei-e173"),
        ("Quectel", "EC25", "", "quectel-ec25"),
        ("Quectel", "EG25", "2c7c:0125", "quectel-ec25"),
        ("", "", "2c7c:0121", "quectel-ec25"),
        ("ZTE INCORPORATED", "MF190", "", "zte-mf190"),
        ("SIMCOM INCORPORATED", "SIMCOM_SIM7600E-H", "1e0e:9001", "simcom-sim7600"),
        ("SIMCOM_Ltd", "SIMCOM_SIM800L", "", "simcom-sim800"),
        ("Sierra Wireless, Incorporated", "MC7304", "1199:68c0", "sierra-mc73xx"),
        ("u-blox", "SARA-R410M", "1546:1141", "ublox-sara"),
        ("Quectel", "M95", "", "generic"),
        ("", "", "", "generic"),
    ],
)
def test_a_model_is_picked_by_its_name_first_then_by_its_usb_id(
    manufacturer: str, model: str, usb_id: str, picked: str
) -> None:
    assert model_of(manufacturer, model, usb_id, models()).name == picked


@pytest.mark.parametrize(
    ("personality", "driven_as", "technology"),
    [
        ("generic", "generic", "LTE"),
        ("huawei-e173", "huawei-e173", "3G"),
        ("quectel-ec25", "quectel-ec25", "LTE"),
        ("sim7600", "simcom-sim7600", "LTE"),
        ("zte-mf190", "zte-mf190", "3G"),
    ],
)
def test_a_modem_is_recognised_and_serves_as_its_model(
    personality: str, driven_as: str, technology: str
) -> None:
    with ModemSimulator(model=personality, pin="1234") as simulator:
        settings = ModemSettings(simulator.path, pin="1234", command_timeout=5)
        with closing(Modem.open(settings)) as modem:
            info, status = modem.bring_up(PinGuard()), modem.status()
    assert (info.data.name, status.technology) == (driven_as, technology)
    assert status.registered
    assert info.own_number == "+15550001111"
    assert info.service_centre == "+15550000000"
    assert len(info.iccid) in (19, 20)


GENERIC = {"title": "", "interfaces": [0], "init": ["AT"], "keeps_status": "unknown"}


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ({"colour": "red"}, "there is no colour"),
        ({"title": 1}, "title must be like ''"),
        ({"init": "AT"}, "init must be like"),
        ({"init": [1]}, "init must be a list of str"),
        ({"interfaces": ["2"]}, "interfaces must be a list of int"),
        ({"keeps_status": "maybe"}, "keeps_status is yes, no or unknown"),
    ],
)
def test_a_file_that_is_wrong_says_where(table: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"odd.toml: {complaint}")):
        read_model("odd", table, GENERIC)
