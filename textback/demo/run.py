"""Starts the demo: both simulators, the page of the caller's phone, then the real program."""

import json
import tempfile
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from urllib.error import URLError

from waitress.server import create_server

from textback.asterisk.simulator import PbxSimulator, scenarios
from textback.demo import seed
from textback.demo.page import World, create_page
from textback.demo.phones import Phones
from textback.demo.ports import free_port
from textback.modem.simulator import ModemSimulator
from textback.store.database import Database
from textback.store.migrate import upgrade
from textback.wiring import run_both

_SECRET = "demo"


def run_demo(port: int, ready: Callable[[str, str], None]) -> int:
    """Run until SIGTERM or SIGINT; `ready(inbox_url, phone_url)` is called once all is up."""
    inbox_port = free_port(port)
    phone_port = free_port(inbox_port + 1)
    inbox, phone = (f"http://127.0.0.1:{p}/" for p in (inbox_port, phone_port))
    with tempfile.TemporaryDirectory(prefix="textback-demo-") as name:
        folder = Path(name)
        with _simulators(folder, inbox) as (world, ami_port, modem):
            _seed(folder)
            config = _write_config(folder, ami_port, modem, inbox_port, phone)
            with _served(world, phone_port):
                announce = partial(_announce, inbox, phone, ready)
                threading.Thread(target=announce, name="announce", daemon=True).start()
                return run_both(config)


@contextmanager
def _simulators(folder: Path, inbox: str) -> Iterator[tuple[World, int, Path]]:
    phones = Phones(lambda: datetime.now(UTC))
    link = folder / "modem"
    modem = ModemSimulator(link, number=seed.SIM, on_sent=lambda sms: phones.got(sms.to, sms.text))
    with PbxSimulator(secret=_SECRET) as pbx, modem:
        world = World(
            callers=seed.CALLERS,
            lines=seed.LINES | {seed.SIM: "The number that texts come from"},
            sim=seed.SIM,
            whats={name: scenario.about for name, scenario in scenarios().items()},
            place_call=partial(_place_call, pbx, modem),
            send_text=modem.receive_sms,
            phones=phones,
            inbox_url=inbox,
            zone=seed.OFFICE.zone,
        )
        yield world, pbx.port, link


def _place_call(
    pbx: PbxSimulator, modem: ModemSimulator, caller: str, line: str, what: str
) -> None:
    """The SIM is no line of the PBX: it rings until the engine hangs it up. Raises ValueError."""
    if line == seed.SIM:
        modem.ring(caller)
    else:
        pbx.call(caller, line, what)


def _seed(folder: Path) -> None:
    database = Database(f"sqlite:///{folder}/textback.db")
    upgrade(database)
    seed.seed(database, datetime.now(UTC))
    database.close()


def _write_config(folder: Path, ami_port: int, modem: Path, port: int, phone: str) -> Path:
    """The same file that an office writes; only the two addresses are the simulators'."""
    config = folder / "textback.toml"
    quoted = json.dumps  # a JSON string is a TOML string
    config.write_text(
        f"""\
[database]
url = {quoted(f"sqlite:///{folder}/textback.db")}
[web]
listen = "127.0.0.1:{port}"
link = {quoted(f"The caller's phone={phone}")}
[[pbx]]
host = "127.0.0.1"
port = {ami_port}
username = "textback"
secret = "{_SECRET}"
[[modem]]
port = {quoted(str(modem))}
""",
        encoding="utf-8",
    )
    return config


@contextmanager
def _served(world: World, port: int) -> Iterator[None]:
    server = create_server(create_page(world), host="127.0.0.1", port=port)
    threading.Thread(target=server.run, name="phone-page", daemon=True).start()
    yield
    server.close()


def _announce(inbox: str, phone: str, ready: Callable[[str, str], None]) -> None:
    waiting = threading.Event()
    while not _answers(f"{inbox}healthz"):
        waiting.wait(0.1)
    ready(inbox, phone)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False
