"""A configuration whose PBX is simulated, and commands in a process of their own."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def start(command: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """`command` is where it is: "textback.cli.watch:watch". It does not outlive the block.

    Ctrl-C ends it even where the tests run in the background of a shell, which has it ignored.
    """
    module, _, name = command.partition(":")
    obey = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    run = [sys.executable, "-c", f"{obey}; from {module} import {name}; {name}()", *arguments]
    with subprocess.Popen(
        run, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def play(simulator: PbxSimulator, scenario: str, number: str = "+12125550123") -> None:
    simulator.call(number, "+12125550100", scenario)
    simulator.wait_idle()


def json_lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]
