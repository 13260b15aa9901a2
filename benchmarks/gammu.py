"""gammu-smsd on the same simulated modem, fed as its manual says: gammu-smsd-inject."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# What makes it as quick as it can be without the busy loop in which it loses texts (LoopSleep 0).
TUNED = """commtimeout = 1
loopsleep = 1
statusfrequency = 0
checksecurity = 0
checkbattery = 0
checksignal = 0
checknetwork = 0
resetfrequency = 0
hangupcalls = 0
"""


@dataclass(frozen=True, slots=True)
class Gammu:
    """A running gammu-smsd."""

    config: Path

    def inject(self, to: str, text: str) -> None:
        """Queues a text. Raises CalledProcessError."""
        command = ["gammu-smsd-inject", "-c", str(self.config), "TEXT", to, "-text", text]
        subprocess.run(command, check=True, capture_output=True, timeout=60)


@contextmanager
def gammu_smsd(folder: Path, port: str, settings: str = "") -> Iterator[Gammu]:
    """The daemon on this port, its queue a folder of files; `settings` go into its section smsd."""
    folders = {name: folder / name for name in ("inbox", "outbox", "sent", "error")}
    for path in folders.values():
        path.mkdir(parents=True)
    lines = [f"{name}{'sms' if name in ('sent', 'error') else ''}path = {path}/"
             for name, path in folders.items()]  # fmt: skip
    config = folder / "gammurc"
    config.write_text(
        f"[gammu]\ndevice = {port}\nconnection = at\n"
        f"[smsd]\nservice = files\nlogfile = {folder}/log\n{settings}" + "\n".join(lines) + "\n"
    )
    daemon = subprocess.Popen(["gammu-smsd", "-c", str(config)])
    try:
        yield Gammu(config)
    finally:
        daemon.terminate()
        daemon.wait(60)
