"""A real Asterisk as an office has it: a provider's trunk, phones, and textback's own AMI user.

    with RealAsterisk("22", folder) as asterisk, asterisk.phone("101", answers(after=0.2)):
        asterisk.place_call("+12125550143", "2001", hangup_after=1).wait()

bench/etc/extensions.conf says what each number of the office does.
"""

import contextlib
import itertools
import os
import secrets
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from .sipp import LOCALHOST, Behaviour, CallHandle, Identity, LoadHandle, Sipp, SippPorts
from .waiting import BenchError, wait_until

VERSIONS: Final = ("16", "22")
BENCH: Final = Path(__file__).parent / "bench"
REPOSITORY: Final = Path(__file__).parents[2]

# Each PBX has 6000 ports to itself, laid out in bench/start-asterisk.sh; all of them stay below
# the ports that Linux hands out by itself (32768 and up).
PORTS_PER_PBX: Final = 6000
BASE_PORTS: Final = range(2000, 32768 - PORTS_PER_PBX, PORTS_PER_PBX)
AMI, SIP, PROVIDER, PHONES = 38, 60, 70, (101, 102, 103)
# ... of which the SIPp processes take these in turn:
SIPP_PROCESSES = 200
FIRST_CALLER, FIRST_CONTROL, FIRST_MEDIA = 200, 400, 5000


class AsteriskUnavailableError(Exception):
    """This machine cannot have that Asterisk; the text says why."""


class RealAsterisk:
    """A running Asterisk of one of VERSIONS; all it writes goes to `folder`.

    `technology` is what trunk and phones speak: PJSIP, or SIP for chan_sip, which 22 has not.
    Entering it raises AsteriskUnavailableError, or BenchError if it does not start.
    """

    ami_user: Final = "textback"

    def __init__(self, version: str, folder: Path, technology: str = "PJSIP") -> None:
        self.version = version
        self.technology = technology
        self.secret = secrets.token_hex(12)
        self._folder = folder
        self._turns = itertools.cycle(range(SIPP_PROCESSES))
        self._calls: list[CallHandle] = []
        self._killed_at = 0
        self._open = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as opened:
            self._tree = unpacked(self.version)
            self._folder.mkdir(parents=True, exist_ok=True)
            self._base = opened.enter_context(_ports_of_our_own())
            self._process = self._started()
            opened.callback(self._end)
            self._sipp = Sipp(self._tree / "bin/sipp", self._folder / "sipp", self._base + SIP)
            opened.callback(self.end_calls)
            wait_until(self._is_booted, f"Asterisk {self.version} to be booted")
            self._open = opened.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._open.close()

    @property
    def ami_port(self) -> int:
        """AMI's TCP port on 127.0.0.1."""
        return self._base + AMI

    def place_call(
        self,
        caller: str,
        did: str,
        *,
        withheld: bool = False,
        display_name: str | None = None,
        hangup_after: float | None = None,
    ) -> CallHandle:
        """Have `caller` call the office's number `did` from outside, and return at once.

        The caller hangs up after `hangup_after` seconds of ringing or, once answered by somebody
        or something, of talking; if None, the office has to end the call (within 60 s).
        """
        identity = Identity(caller, withheld, display_name)
        self._calls.append(self._sipp.call(identity, did, hangup_after, self._sipp_ports()))
        return self._calls[-1]

    def place_load(self, did: str, *, rate: int, count: int) -> LoadHandle:
        """Have `count` callers call `did`, `rate` a second, each hung up on; return at once."""
        load = self._sipp.load(did, rate, count, self._sipp_ports())
        self._calls.append(load.call)
        return load

    def phone(self, extension: str, behaviour: Behaviour) -> AbstractContextManager[None]:
        """Have the office's phone 101, 102 or 103 plugged in while the block lasts."""
        return self._sipp.phone(behaviour, self._sipp_ports(self._port_of_phone(extension)))

    def call_out(
        self, extension: str, number: str, *, hangup_after: float | None = None
    ) -> CallHandle:
        """Have a phone, which is not plugged in otherwise, call a number outside (555....)."""
        ports = self._sipp_ports(self._port_of_phone(extension))
        self._calls.append(self._sipp.call(Identity(extension), number, hangup_after, ports))
        return self._calls[-1]

    def outside(self, behaviour: Behaviour) -> AbstractContextManager[None]:
        """Have whoever is called outside behave so while the block lasts."""
        return self._sipp.phone(behaviour, self._sipp_ports(self._base + PROVIDER))

    def console(self, command: str) -> str:
        """Return what Asterisk's console answers to `command`."""
        return subprocess.run(
            [self._tree / "bin/asterisk", "-C", self._config, "-rx", command],
            capture_output=True,
            text=True,
            check=False,
        ).stdout

    @property
    def log_folder(self) -> Path:
        """Where it writes its logs and its records of calls (master.db, cel-custom, cdr-csv)."""
        return self._folder / "pbx/log"

    def forget_calls(self) -> None:
        """Empty its records of calls (CEL), so that those of earlier tests are not found."""
        with sqlite3.connect(self.log_folder / "master.db", timeout=10) as records:
            records.execute("DELETE FROM cel")

    def has_recorded(self, caller: str) -> bool:
        """Whether a call of this number is in its records (CEL): they lag a moment behind it."""
        query = "SELECT count(*) FROM cel WHERE cidnum = ?"
        with sqlite3.connect(self.log_folder / "master.db", timeout=10) as records:
            return bool(records.execute(query, (caller,)).fetchone()[0])

    def kill(self) -> None:
        """kill -9, as a power cut ends it: no Hangup, no Shutdown. Callers are gone with it."""
        self._killed_at = int(time.time())
        for process in (self._process, *(call.process for call in self._calls)):
            process.kill()
            process.wait()
        self._calls.clear()

    def restart(self) -> None:
        """Start it again after `kill`, with the same ports and secret, and all that it wrote."""
        # A uniqueid is the second and a count: two calls of one second would have the same.
        wait_until(lambda: int(time.time()) > self._killed_at, "the next second")
        self._process = self._started()
        wait_until(self._is_booted, f"Asterisk {self.version} to be booted again")

    def end_calls(self) -> None:
        """End every call and wait until Asterisk has none left: the next test starts afresh."""
        self.console("channel request hangup all")
        for call in self._calls:
            with contextlib.suppress(BenchError):
                call.wait(timeout=5)
            call.process.kill()
            call.process.wait()
        self._calls.clear()
        wait_until(self._is_idle, "Asterisk to have no channel left")

    def _sipp_ports(self, sip: int | None = None) -> SippPorts:
        turn = next(self._turns)
        return SippPorts(
            sip=sip or self._base + FIRST_CALLER + turn,
            control=self._base + FIRST_CONTROL + turn,
            media=self._base + FIRST_MEDIA + 4 * turn,
        )

    def _port_of_phone(self, extension: str) -> int:
        if int(extension) not in PHONES:
            raise ValueError(f"the office has phones {PHONES}, and no {extension}")
        return self._base + int(extension)

    @property
    def _config(self) -> Path:
        return self._folder / "pbx/etc/asterisk.conf"

    def _started(self) -> subprocess.Popen[bytes]:
        program, folder = BENCH / "start-asterisk.sh", self._folder / "pbx"
        with (self._folder / "pbx.out").open("wb") as output:
            return subprocess.Popen(
                [program, self._tree, folder, str(self._base), self.secret, self.technology],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def _end(self) -> None:
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=10)
        self._process.kill()
        self._process.wait()

    def _is_idle(self) -> bool:
        channels = self.console("core show channels count")
        return channels.startswith("0 active channels") or self._process.poll() is not None

    def _is_booted(self) -> bool:
        if self._process.poll() is not None:
            said = (self._folder / "pbx.out").read_text(errors="replace")
            raise BenchError(f"Asterisk {self.version} ended at once: {said[-2000:]}")
        return "fully booted" in self.console("core waitfullybooted")


def unpacked(version: str) -> Path:
    """Return the folder with Asterisk `version` and SIPp, unpacked there if it was not yet.

    TEXTBACK_CACHE names another folder for it than the repository's own .cache.
    """
    cache = Path(os.environ.get("TEXTBACK_CACHE") or REPOSITORY / ".cache")
    tree = cache / "asterisk" / version
    try:
        done = subprocess.run(
            [BENCH / "get-asterisk.sh", version, tree], capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise AsteriskUnavailableError(f"get-asterisk.sh cannot run: {error.strerror}") from error
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or ["it said nothing"]
        unavailable = AsteriskUnavailableError(f"no Asterisk {version} here: {said[-1]}")
        unavailable.add_note(done.stderr)
        raise unavailable
    return tree


@contextmanager
def _ports_of_our_own() -> Iterator[int]:
    """Claim 6000 ports; a socket at the first of them keeps others of our kind away."""
    with socket.socket() as claim:
        for base in BASE_PORTS:
            if _is_claimed(claim, base):
                yield base
                return
    raise BenchError(f"no 6000 free ports from any of {list(BASE_PORTS)}")


def _is_claimed(claim: socket.socket, base: int) -> bool:
    try:
        with ExitStack() as trial:
            ami = trial.enter_context(socket.socket())
            # as Asterisk does it: a connection that ended a moment ago does not hold the port
            ami.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            ami.bind((LOCALHOST, base + AMI))
            for offset in (SIP, PROVIDER, *PHONES):
                trial.enter_context(socket.socket(type=socket.SOCK_DGRAM)).bind(
                    (LOCALHOST, base + offset)
                )
        claim.bind((LOCALHOST, base))
    except OSError:
        return False
    return True
