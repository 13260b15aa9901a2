"""A modem on a pseudo-terminal, with a network and its phones on the far side."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from textback.modem.pdu.address import parse_number, parse_sender
from textback.modem.simulator.commands import general_commands
from textback.modem.simulator.faults import Machine, Option, check_fault, start_fault
from textback.modem.simulator.firmware import Firmware, Identity
from textback.modem.simulator.loop import Loop
from textback.modem.simulator.network import Network, SentSms
from textback.modem.simulator.pty import Pty
from textback.modem.simulator.sms_commands import sms_commands

_DRIBBLE_SECONDS = 0.0002


class ModemSimulator:
    """A context manager; every method may be called from any thread.

    `on_sent` is called by the modem's thread with each text that went out whole. `link` is the
    path of the port, a symbolic link that is there while the modem is plugged in. Raises
    FileExistsError when something else is at `link`, ValueError when `number` is no phone number.
    """

    def __init__(
        self,
        link: Path | None = None,
        *,
        number: str = "+15550001111",
        pin: str | None = None,
        capacity: int = 30,
        seconds_per_part: float = 0.0,
        on_sent: Callable[[SentSms], None] | None = None,
    ) -> None:
        identity = Identity(parse_number(number).text)
        self.on_sent = on_sent
        self._sent: list[SentSms] = []
        self._news = threading.Condition()
        self._pty = Pty(link)
        self._loop = Loop(self._pty, self._typed)
        self._network = Network(self._note_sent, self._loop.later)
        self._firmware = Firmware(
            identity,
            self._network,
            general_commands() | sms_commands(),
            self._show,
            self._loop.later,
            capacity=capacity,
            pin=pin,
        )
        self._firmware.seconds_per_part = seconds_per_part
        self._machine = Machine(self._firmware, self._loop, self._pty)

    def __enter__(self) -> Self:
        self._loop.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.stop()
        self._pty.close()

    @property
    def path(self) -> str:
        """The port to open; it stays the same over `unplug` and `replug`."""
        return str(self._pty.link)

    @property
    def sent(self) -> list[SentSms]:
        """The texts that reached a phone whole, oldest first."""
        with self._news:
            return list(self._sent)

    @property
    def stored(self) -> dict[str, int]:
        """How many messages lie in each storage."""
        storages = self._firmware.storages
        return {name: len(storage.slots) for name, storage in storages.items()}

    @property
    def held_back(self) -> int:
        """How many messages the network holds until the SIM can take them."""
        return len(self._network.waiting)

    @property
    def hung_up(self) -> int:
        """How many calls were hung up on this side."""
        return self._firmware.hung_up

    @property
    def pin_attempts(self) -> int:
        """How many attempts at the PIN the SIM has left."""
        return self._firmware.pin_attempts

    def wait_for_sent(self, count: int, timeout: float = 10.0) -> list[SentSms]:
        """The texts sent, once there are `count`. Raises TimeoutError after `timeout` seconds."""
        with self._news:
            if not self._news.wait_for(lambda: len(self._sent) >= count, timeout):
                raise TimeoutError(f"{len(self._sent)} of {count} texts sent in {timeout} s")
            return list(self._sent)

    def wait_for(self, condition: Callable[[], bool], timeout: float = 10.0) -> None:
        """Returns once `condition` holds after something the modem did. Raises TimeoutError."""
        with self._news:
            if not self._news.wait_for(condition, timeout):
                raise TimeoutError(f"not so within {timeout} s")

    def receive_sms(self, from_: str, text: str) -> None:
        """A phone texts the SIM; long texts come as several messages. Raises ValueError."""
        parse_sender(from_)
        self._loop.call(lambda: self._network.text(from_, text))

    def report(self, to: str, reference: int, status: int) -> None:
        """The network sends a further status report, with the TP-ST `status`."""
        self._loop.call(lambda: self._network.report(to, reference, status))

    def ring(self, from_: str) -> None:
        """A phone calls the SIM; "" is a caller who withholds the number. Raises ValueError."""
        caller = parse_number(from_).text if from_ else ""
        self._loop.call(lambda: self._firmware.ring(caller))

    def fault(self, name: str, /, **options: Option) -> None:
        """Starts a fault of `faults.FAULTS`. Raises ValueError when there is none such."""
        check_fault(name, options)
        self._loop.call(lambda: start_fault(self._machine, name, options))

    def _note_sent(self, sms: SentSms) -> None:
        with self._news:
            self._sent.append(sms)
            self._news.notify_all()
        if self.on_sent:
            self.on_sent(sms)

    def _typed(self, data: bytes) -> None:
        self._firmware.terminal.type(data)
        with self._news:
            self._news.notify_all()

    def _show(self, data: bytes) -> None:
        if not self._pty.plugged:
            return
        if not self._firmware.trouble.dribble:
            self._pty.write(data)
            return
        for octet in data:
            self._pty.write(bytes([octet]))
            time.sleep(_DRIBBLE_SECONDS)  # or the kernel would hand them over together
