"""A MariaDB of the test's own: in a folder, on a socket, nothing installed or left running."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.waiting import wait_until

_PLACES = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"))


class MariaDbUnavailableError(Exception):
    """This machine has no MariaDB server; the text says what is missing."""


class MariaDb:
    """A running server, reached through `socket` only."""

    def __init__(self, folder: Path, client: str) -> None:
        self.socket = folder / "sql.sock"
        self._client = client

    def run(self, sql: str, database: str = "") -> None:
        """Run statements as the server's administrator."""
        subprocess.run(
            [
                self._client,
                "--no-defaults",
                "-u",
                "root",
                "-S",
                self.socket,
                *filter(None, [database]),
            ],
            input=sql,
            text=True,
            check=True,
            capture_output=True,
        )


@contextmanager
def running_mariadb(folder: Path) -> Iterator[MariaDb]:
    """Raises MariaDbUnavailableError where there is none."""
    server, install, client = map(_program, ("mariadbd", "mariadb-install-db", "mariadb"))
    own = [f"--datadir={folder / 'data'}", *_unprivileged()]
    subprocess.run(
        [install, "--no-defaults", *own, "--auth-root-authentication-method=normal"],
        check=True,
        capture_output=True,
    )
    database = MariaDb(folder, client)
    limits = ("--skip-networking", "--innodb-buffer-pool-size=8M", f"--socket={database.socket}")
    with (folder / "mariadb.log").open("wb") as log:
        process = subprocess.Popen(
            [server, "--no-defaults", *own, *limits, f"--pid-file={folder / 'pid'}"],
            stdout=log,
            stderr=log,
        )
    try:
        wait_until(database.socket.exists, "MariaDB to listen")
        yield database
    finally:
        process.terminate()
        process.wait()


def _program(name: str) -> str:
    found = shutil.which(name, path=_PLACES)
    if found is None:
        raise MariaDbUnavailableError(f"{name} is missing: apt-get install mariadb-server")
    return found


def _unprivileged() -> list[str]:
    return ["--user=root"] if os.geteuid() == 0 else []
