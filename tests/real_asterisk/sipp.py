"""Callers and office phones: SIPp processes that play the scenarios of sipp/."""

import csv
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .waiting import BenchError, wait_until

SCENARIOS: Final = Path(__file__).parent / "sipp"
LOCALHOST: Final = "127.0.0.1"
FOREVER: Final = 60.0  # seconds; longer than any call of a test


@dataclass(frozen=True, slots=True)
class Rings:
    """A phone that rings: answered after that many seconds, hung up after that many of talking.

    Once it is answered, its user may press keys ("," is a pause of half a second), or pass the
    caller on to another extension by the phone's own transfer key (SIP REFER).
    """

    answered_after: float | None = None
    hangs_up_after: float | None = None
    presses: str = ""
    refers_to: str = ""


@dataclass(frozen=True, slots=True)
class Refuses:
    """A phone that refuses calls with this SIP status line, code and reason."""

    status: str


Behaviour = Rings | Refuses

RINGS: Final = Rings()
BUSY: Final = Refuses("486 Busy Here")
DECLINES: Final = Refuses("603 Decline")


def answers(
    after: float = 0.3,
    *,
    hangs_up_after: float | None = None,
    presses: str = "",
    refers_to: str = "",
) -> Rings:
    """Return a phone that is answered `after` seconds; its user may be the one to hang up."""
    return Rings(after, hangs_up_after, presses, refers_to)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who calls, as the provider puts it into the INVITE.

    `number` is E.164 or what else the trunk sends, "" for none. A withheld number is still told to
    the PBX, which trusts its provider, in P-Asserted-Identity (RFC 3325).
    """

    number: str
    withheld: bool = False
    display_name: str | None = None

    def __post_init__(self) -> None:
        if self.display_name is not None and set(self.display_name) & set("[]\r\n"):
            raise ValueError("SIPp gives [ and ] a meaning: not in a display name, nor a line end")

    @property
    def from_header(self) -> str:
        """The From header's value, without a tag."""
        if self.withheld:
            return '"Anonymous" <sip:anonymous@anonymous.invalid>'
        address = f"<sip:{self.number}@{LOCALHOST}>" if self.number else f"<sip:{LOCALHOST}>"
        if self.display_name is None:
            return address
        quoted = self.display_name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" {address}'

    @property
    def further_headers(self) -> str:
        """Whole header lines, or nothing."""
        if not self.withheld:
            return ""
        asserted = f"P-Asserted-Identity: <sip:{self.number}@{LOCALHOST}>\n" if self.number else ""
        return f"{asserted}Privacy: id\n"


@dataclass(frozen=True, slots=True)
class CallHandle:
    """A call under way."""

    process: subprocess.Popen[bytes]
    said: tuple[Path, ...]

    def wait(self, timeout: float = 30.0) -> None:
        """Wait, at most `timeout` seconds, until the SIP call has ended on the caller's side.

        Raises BenchError if it did not end, or not as SIP calls do.
        """
        try:
            status = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise BenchError(f"the call has not ended after {timeout} s") from None
        if status != 0:
            raise BenchError(f"SIPp ended with status {status}: {self.complaints()}")

    def complaints(self) -> str:
        """What SIPp found wrong."""
        files = (path for path in self.said if path.exists())
        return "\n".join(path.read_text(errors="replace")[-2000:] for path in files)


@dataclass(frozen=True, slots=True)
class LoadHandle:
    """Many calls under way."""

    call: CallHandle
    figures: Path

    @property
    def placed(self) -> int:
        """Calls begun so far, one second old at most."""
        return self._figure("TotalCallCreated")

    @property
    def failed(self) -> int:
        """Calls of those that did not end as the scenario wants."""
        return self._figure("FailedCall(C)")

    def _figure(self, name: str) -> int:
        with self.figures.open(encoding="utf-8") as lines:
            return int(list(csv.DictReader(lines, delimiter=";"))[-1][name])


@dataclass(frozen=True, slots=True)
class SippPorts:
    """The ports of one SIPp process; it takes four, from `media` on."""

    sip: int
    control: int
    media: int


class Sipp:
    """Starts SIPp processes that talk to the PBX at 127.0.0.1, port `pbx_port`."""

    def __init__(self, program: Path, folder: Path, pbx_port: int) -> None:
        self._program = program
        self._folder = folder
        self._pbx = f"{LOCALHOST}:{pbx_port}"
        self._started = 0
        folder.mkdir(parents=True, exist_ok=True)
        self._voice = folder / "voice.ulaw"
        self._voice.write_bytes(bytes([0x1E, 0x9E] * 4000))  # 1 s of a square wave, G.711 mu-law

    def call(
        self, identity: Identity, did: str, hangup_after: float | None, ports: SippPorts
    ) -> CallHandle:
        """Place one call; return at once."""
        values = {
            "DID": did,
            "FROM": identity.from_header,
            "IDENTITY": identity.further_headers,
            "HANGUP_MS": _milliseconds(hangup_after),
            "VOICE": str(self._voice),
        }
        return self._start("caller", values, ports, "-m", "1", self._pbx)

    def load(self, did: str, rate: int, count: int, ports: SippPorts) -> LoadHandle:
        """Place `count` calls, `rate` a second, each from another number; return at once."""
        figures = self._folder / f"{self._started + 1:03}-load.csv"
        running = self._start(
            *("load", {"DID": did}, ports, "-r", str(rate), "-m", str(count)),
            *("-l", str(count), "-trace_stat", "-fd", "1", "-stf", str(figures), self._pbx),
        )
        return LoadHandle(running, figures)

    @contextmanager
    def phone(self, behaviour: Behaviour, ports: SippPorts) -> Iterator[None]:
        """Have a phone at the port `ports.sip`, as long as the block lasts."""
        match behaviour:
            case Refuses(status):
                running = self._start("phone_refuses", {"STATUS": status}, ports)
            case Rings(answered_after, hangs_up_after):
                values = {
                    "THEN": _what_its_user_does(behaviour),
                    "ANSWER_MS": _milliseconds(answered_after),
                    "HANGUP_MS": _milliseconds(hangs_up_after),
                }
                running = self._start("phone_rings", values, ports)
        try:
            wait_until(lambda: _is_bound(running, ports.sip), "a phone to be reachable")
            yield
        finally:
            running.process.kill()
            running.process.wait()

    def _start(
        self, scenario: str, values: Mapping[str, str], ports: SippPorts, *more: str
    ) -> CallHandle:
        self._started += 1
        stem = self._folder / f"{self._started:03}-{scenario}"
        script, errors = stem.with_suffix(".xml"), stem.with_suffix(".errors")
        script.write_text(_filled_in(scenario, values), encoding="utf-8")
        command = [
            *(str(self._program), "-sf", str(script), "-nostdin"),
            *("-i", LOCALHOST, "-p", str(ports.sip), "-cp", str(ports.control)),
            *("-mi", LOCALHOST, "-mp", str(ports.media)),
            *("-timeout", "300s"),  # if nobody is left to stop it
            *("-trace_err", "-error_file", str(errors), *more),
        ]
        with stem.with_suffix(".stderr").open("wb") as stderr:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                cwd=self._folder,
            )
        return CallHandle(process, (Path(stderr.name), errors))


def _what_its_user_does(phone: Rings) -> str:
    steps: list[str] = []
    pause = 0
    for key in phone.presses:
        if key == ",":
            pause += 500
            continue
        values = {"KEY": key, "PAUSE_MS": str(pause), "CSEQ": str(len(steps) + 1)}
        steps.append(_filled_in("key", values))
        pause = 50
    if phone.refers_to:
        values = {"TARGET": phone.refers_to, "PAUSE_MS": "500", "CSEQ": str(len(steps) + 1)}
        steps.append(_filled_in("refer", values))
    return "".join(steps)


def _filled_in(scenario: str, values: Mapping[str, str]) -> str:
    text = (SCENARIOS / f"{scenario}.xml").read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text


def _milliseconds(seconds: float | None) -> str:
    return str(round((FOREVER if seconds is None else seconds) * 1000))


def _is_bound(running: CallHandle, port: int) -> bool:
    if running.process.poll() is not None:
        raise BenchError(f"SIPp did not start: {running.complaints()}")
    # Asking the kernel: a trial bind() of our own could take the port from SIPp.
    return f":{port:04X} " in Path("/proc/net/udp").read_text(encoding="ascii")
