"""A configuration whose PBX is simulated, and commands in a process of their own."""

import json
import subprocess
import sys
from pathlib import Path

from textback.asterisk.simulator import PbxSimulator

SECRET = "s3cret-of-the-pbx"


def config_for(folder: Path, port: int, secret: str = SECRET, more: str = "") -> Path:
    file = folder / "textback.toml"
    text = f"""
[database]
url = "sqlite:///{folder / "textback.db"}"
[[pbx]]
host = "127.0.0.1"
port = {port}
username = "textback"
secret = "{secret}"
[[modem]]
port = "/dev/null"
{more}
"""
    file.write_text(text)
    return file


def start(command: str, *arguments: str) -> subprocess.Popen[str]:
    """`command` is where it is: "textback.cli.watch:watch"."""
    module, _, name = command.partition(":")
    run = [sys.executable, "-c", f"from {module} import {name}; {name}()", *arguments]
    return subprocess.Popen(run, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def play(simulator: PbxSimulator, scenario: str, number: str = "+12125550123") -> None:
    simulator.call(number, "+12125550100", scenario)
    simulator.wait_idle()


def json_lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]
