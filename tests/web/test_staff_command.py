"""`textback staff`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.web.make import PASSWORD
from textback.cli.staff import staff

CONFIG = """
[database]
url = "sqlite:///{folder}/textback.db"

[[pbx]]
host = "127.0.0.1"
username = "textback"
secret = "secret"

[[modem]]
port = "/dev/null"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "textback.toml"
    file.write_text(CONFIG.format(folder=tmp_path))
    return file


def run(config: Path, *arguments: str, typed: str = "") -> Result:
    command, *rest = arguments
    return CliRunner().invoke(staff, [command, "--config", str(config), *rest], input=typed)


def add_rosa(config: Path) -> Result:
    options = ("rosa", "--name", "Rosa Ortiz", "--admin", "--password-stdin")
    return run(config, "add", *options, typed=PASSWORD + "\n")


def test_a_person_is_added_and_listed(config: Path) -> None:
    assert add_rosa(config).output == "Rosa Ortiz can sign in as rosa.\n"
    assert run(config, "list").output == "rosa  Rosa Ortiz  (admin)\n"
    listed = json.loads(run(config, "list", "--json").output)
    assert listed == {
        "id": 1,
        "username": "rosa",
        "name": "Rosa Ortiz",
        "admin": True,
        "active": True,
    }


def test_the_password_is_asked_for_twice_where_it_does_not_come_by_pipe(config: Path) -> None:
    asked = run(config, "add", "ben", "--name", "Ben", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert asked.exit_code == 0
    assert PASSWORD not in asked.output


def test_each_problem_is_named(config: Path) -> None:
    refused = run(config, "add", "r o", "--name", "", "--password-stdin", typed="short\n")
    assert refused.exit_code == 1
    for field in ("username:", "name:", "password:"):
        assert field in refused.output


def test_a_password_is_changed(config: Path) -> None:
    add_rosa(config)
    changed = run(config, "passwd", "Rosa", "--password-stdin", typed="another long one\n")
    assert changed.output == "Rosa Ortiz signs in with the new password from now on.\n"


def test_an_unknown_person_is_named(config: Path) -> None:
    refused = run(config, "passwd", "nemo", "--password-stdin", typed="another long one\n")
    assert refused.exit_code == 1
    assert "there is nobody called 'nemo'" in refused.output


def test_a_bad_config_ends_with_78(tmp_path: Path) -> None:
    assert run(tmp_path / "none.toml", "list").exit_code == 78
