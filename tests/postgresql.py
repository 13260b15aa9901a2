"""A PostgreSQL of the tests' own: in a folder, on a socket, nothing installed or left running."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.waiting import wait_until

_DEBIANS = Path("/usr/lib/postgresql")  # one folder a version, none of them in the PATH
_USER = "textback"


class PostgresqlUnavailableError(Exception):
    """This machine has no PostgreSQL server; the text says what is missing."""


class Postgresql:
    """A server, reached through a socket in `folder` only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://{_USER}@/{database}?host={self.folder}"

    def init(self) -> None:
        self._run("initdb", "-D", self.folder / "data", "-A", "trust", "-E", "UTF8", "--no-locale")

    def start(self) -> None:
        """Returns once it takes connections. What is lost in a crash of the machine is no matter
        here, so it need not wait for the disk."""
        settings = {"listen_addresses": "", "unix_socket_directories": str(self.folder)}
        settings |= {"fsync": "off", "shared_buffers": "16MB", "max_connections": "60"}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [_program("postgres"), "-D", self.folder / "data", *options],
                stdout=log,
                stderr=log,
                **_unprivileged(),
            )
        wait_until(self._is_ready, "PostgreSQL to listen")

    def stop(self) -> None:
        """Whoever is connected is hung up on."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)  # "fast shutdown"
            self._process.wait()

    def sql(self, statement: str) -> None:
        """As the server's administrator, outside of any transaction."""
        self._run("psql", "-h", self.folder, "-d", "postgres", "-q", "-c", statement)

    def _is_ready(self) -> bool:
        asked = [_program("pg_isready"), "-q", "-h", str(self.folder), "-U", _USER]
        return subprocess.run(asked, check=False).returncode == 0

    def _run(self, program: str, *arguments: str | Path) -> None:
        subprocess.run(
            [_program(program), "-U", _USER, *arguments],
            check=True,
            capture_output=True,
            **_unprivileged(),
        )


@contextmanager
def running_postgresql() -> Iterator[Postgresql]:
    """Raises PostgresqlUnavailableError where there is none."""
    _program("postgres")
    # Not pytest's folder: no other user may enter that, and a socket's path is short.
    with tempfile.TemporaryDirectory(prefix="textback-pg-") as name:
        if os.geteuid() == 0:
            shutil.chown(name, "nobody")
        server = Postgresql(Path(name))
        server.init()
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _program(name: str) -> str:
    newest_first = sorted(_DEBIANS.glob("*/bin"), key=lambda found: -int(found.parent.name))
    places = os.pathsep.join([*map(str, newest_first), os.environ.get("PATH", os.defpath)])
    found = shutil.which(name, path=places)
    if found is None:
        raise PostgresqlUnavailableError(f"{name} is missing: apt-get install postgresql")
    return found


def _unprivileged() -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    return {"user": "nobody", "extra_groups": [], "cwd": "/"}
