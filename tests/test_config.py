import sys
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest

from textback.config import (
    DatabaseSection,
    ModemSection,
    PbxSection,
    WebSection,
    load,
)
from textback.core.errors import ConfigError
from textback.core.sim_rules import SimRules
from textback.wiring import modem_log, sim_rules

GOOD = """
[database]
url = "sqlite:////tmp/x.db"
[[pbx]]
host = "10.0.0.5"
username = "textback"
secret_file = "ami-secret"
[[modem]]
port = "/dev/ttyUSB2"
pin = "1234"
"""

BAD = """
[databse]
[web]
listen = "everywhere"
colour = "red"
[[pbx]]
name = "office"
host = ""
username = "textback"
secret_file = "no-such-file"
[[pbx]]
name = "office"
host = "10.0.0.6"
username = "a\\nAction: Originate"
secret = "x"
port = 70000
[[modem]]
pin = 1234
"""


def written(folder: Path, text: str) -> Path:
    (folder / "ami-secret").write_text("s3cret\n")
    file = folder / "textback.toml"
    file.write_text(text)
    return file


def test_a_secret_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    config = load(written(tmp_path, GOOD))
    assert config.pbxes[0].secret == "s3cret"
    assert config.pbxes[0].port == 5038


def test_secrets_do_not_show_when_a_configuration_is_printed(tmp_path: Path) -> None:
    shown = repr(load(written(tmp_path, GOOD)))
    assert "s3cret" not in shown
    assert "1234" not in shown


def test_every_fault_is_named_with_its_key(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, BAD))
    assert {problem.where for problem in caught.value.problems} == {
        "databse",
        "web.listen",
        "web.colour",
        "pbx[1].host",
        "pbx[1].secret_file",
        "pbx[2].username",
        "pbx[2].port",
        "modem[1].port",
        "modem[1].pin",
    }


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "at least one"),
        ("[[pbx]\n", "is not TOML"),
        ('database = "x"\n' + GOOD.replace("[database]", "[web]").replace("url", "listen"), "must"),
    ],
)
def test_a_file_that_is_none_says_so(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        load(written(tmp_path, text))


def test_two_modems_of_one_name_are_refused(tmp_path: Path) -> None:
    twice = GOOD + '[[modem]]\nport = "/dev/ttyUSB3"\n'
    with pytest.raises(ConfigError, match="two sections are named 'modem'"):
        load(written(tmp_path, twice))


SHARED = GOOD.replace(
    'url = "sqlite:////tmp/x.db"',
    'url = "postgresql+psycopg://textback@db.office/textback"\nbox = "north"',
)


def test_a_postgresql_is_reached_with_its_password_also_by_the_web(tmp_path: Path) -> None:
    (tmp_path / "db-password").write_text("p@ss/word\n")
    text = SHARED.replace('box = "north"', 'box = "north"\npassword_file = "db-password"')
    database = load(written(tmp_path, text), with_secrets=False).database
    assert database.whole_url().password == "p@ss/word"
    assert database.whole_url().host == "db.office"
    assert "p@ss" not in repr(database)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (SHARED.replace('box = "north"', ""), r"database\.box: is missing"),
        (SHARED.replace("north", "north/south"), r"database\.box: must have at most"),
        (GOOD.replace('x.db"', 'x.db"\nbox = "north"'), r"database\.box: is for PostgreSQL only"),
        (GOOD + 'name = "north/sim"\n', r"modem\[1\]\.name: must have at most"),
        (SHARED.replace("+psycopg", ""), r"'postgresql' is not supported"),
        (SHARED.replace("postgresql+psycopg", "mysql"), r"'mysql' is not supported"),
    ],
)
def test_a_database_that_cannot_be_shared_rightly_is_refused(
    tmp_path: Path, text: str, complaint: str
) -> None:
    with pytest.raises(ConfigError, match=complaint):
        load(written(tmp_path, text))


def test_a_missing_driver_is_said_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ConfigError, match=r"database\.url: .*pip install 'psycopg\[binary\]'"):
        load(written(tmp_path, SHARED))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml: No such file"):
        load(tmp_path / "nowhere.toml")


def test_a_modem_may_be_named_by_its_imei_alone(tmp_path: Path) -> None:
    imei = GOOD.replace('port = "/dev/ttyUSB2"', 'imei = "35-000000-000000-6"')
    assert load(written(tmp_path, imei)).modems[0].imei == "350000000000006"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('imei = "35000"', "imei: must be the 15 digits"),
        ("imei = 350000000000006", "imei: must be a text"),
        ('number = "0171 1234567"', "number: must be a number with its country code"),
        ('reset_command = "uhubctl -a cycle"', "reset_command: must begin with the whole path"),
        ("reset_command = '/bin/echo \"'", "reset_command: cannot be read as a command"),
        ('log = "modem.log"', 'log: must be the whole path of a file, or "off"'),
    ],
)
def test_what_a_modem_cannot_have_is_said(tmp_path: Path, line: str, complaint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, f"{GOOD}{line}\n"))
    assert complaint in str(caught.value)


def test_a_reset_command_is_cut_into_words_as_a_shell_would(tmp_path: Path) -> None:
    config = load(written(tmp_path, GOOD + "reset_command = '/bin/reset \"port 2\" now'\n"))
    assert config.modems[0].reset_command == ("/bin/reset", "port 2", "now")


def test_exchanges_are_kept_beside_the_database_unless_it_is_said_otherwise(tmp_path: Path) -> None:
    for line, path in (
        ("", Path("/tmp/modem-modem.log")),
        ('log = "/var/log/m.log"', Path("/var/log/m.log")),
        ('log = "off"', None),
        ('name = "..x y"', Path("/tmp/modem-..x_y.log")),
    ):
        config = load(written(tmp_path, f"{GOOD}{line}\n"))
        assert modem_log(config, config.modems[0]) == path


EXAMPLE = Path(__file__).parents[1] / "deploy" / "textback.toml"


def test_the_example_is_fine_and_names_every_setting(tmp_path: Path) -> None:
    load(written(tmp_path, EXAMPLE.read_text()))
    for section in (DatabaseSection, WebSection, PbxSection, ModemSection):
        for setting in fields(section):
            assert f"{setting.name} =" in EXAMPLE.read_text() or (
                f"{setting.name}_file =" in EXAMPLE.read_text()
            ), f"{section.__name__}.{setting.name} is not in deploy/textback.toml"


def test_a_sim_keeps_to_limits_that_operators_bear_unless_told_otherwise(tmp_path: Path) -> None:
    (modem,) = load(written(tmp_path, GOOD)).modems
    assert sim_rules(modem) == SimRules(interval=timedelta(seconds=4), per_day=200)
    other = GOOD + "interval = 0\nper_hour = 30\nper_day = 0\nfailover_after = 90\n"
    (modem,) = load(written(tmp_path, other)).modems
    assert sim_rules(modem) == SimRules(per_hour=30, failover_after=timedelta(seconds=90))


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("interval = -1", "modem[1].interval: must be a number of seconds from 0 to 3600"),
        ('interval = "4"', "modem[1].interval: must be a number of seconds from 0 to 3600"),
        ("interval = nan", "modem[1].interval: must be a number of seconds from 0 to 3600"),
        ("per_day = true", "modem[1].per_day: must be a number of SMS, 0 for no limit"),
        ("per_hour = 1.5", "modem[1].per_hour: must be a number of SMS, 0 for no limit"),
        ("failover_after = 5", "modem[1].failover_after: must be a number of seconds from 60"),
    ],
)
def test_an_impossible_limit_is_named(tmp_path: Path, line: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, f"{GOOD}{line}\n"))
    assert problem in str(caught.value)
