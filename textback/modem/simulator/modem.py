"""A modem on pseudo-terminals, with a network and its phones on the far side."""

import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from textback.modem.pdu.address import parse_number, parse_sender
from textback.modem.simulator.commands import commands
from textback.modem.simulator.faults import Option, check_fault, start_fault
from textback.modem.simulator.firmware import Firmware, Identity
from textback.modem.simulator.loop import Loop
from textback.modem.simulator.machine import Machine
from textback.modem.simulator.network import Network, SentSms, Taken
from textback.modem.simulator.personality import Personality, PortLayout, personality
from textback.modem.simulator.pty import Pty
from textback.modem.simulator.routing import Patience
from textback.modem.simulator.session import Session
from textback.modem.simulator.subscriber import Subscriber
from textback.modem.simulator.uplink import Pace
from textback.modem.simulator.usb import Usb

_DRIBBLE_SECONDS = 0.0002


class ModemSimulator:
    """A context manager; every method may be called from any thread.

    `model` is a personality or its name; `capacity` replaces that of each of its storages.
    `network` may be shared by several modems of different `number`s. `seconds_per_part` is how long
    the network takes for each part, `seconds_per_link` how long it takes to set up a link, which
    AT+CMMS keeps for the next part. The modem's thread calls `on_sent` with each text that went out
    whole, and `on_typed` with what is typed, before it looks at it. `link` is the path of the port,
    a symbolic link that is there while the modem is plugged in. Raises FileExistsError when
    something else is at `link`, ValueError when `number` is no phone number or there is no such
    personality.
    """

    def __init__(
        self,
        link: Path | None = None,
        *,
        model: Personality | str = "generic",
        network: Network | None = None,
        number: str = "+15550001111",
        pin: str | None = None,
        capacity: int | None = None,
        seconds_per_part: float = 0.0,
        seconds_per_link: float = 0.0,
        patience: Patience | None = None,
        on_sent: Callable[[SentSms], None] | None = None,
        on_typed: Callable[[bytes], None] = lambda _: None,
    ) -> None:
        identity = Identity(parse_number(number).text)
        kind = personality(model) if isinstance(model, str) else model
        kind = kind.holding(capacity) if capacity else kind
        self.model = kind
        self.network = network or Network()
        self.on_sent = on_sent
        self._on_typed = on_typed
        self._sent: list[SentSms] = []
        self._news = threading.Condition()
        self._usb = Usb(link, kind)
        self._loop = Loop({self._usb.pty(port): partial(self._typed, port) for port in kind.ports})
        self._subscriber = Subscriber(identity.number, self._loop.post, self._loop.later)
        self._firmware = Firmware(
            identity,
            kind,
            commands(kind),
            self._subscriber,
            self._submit,
            self._loop.later,
            pin=pin,
            pace=Pace(seconds_per_part, seconds_per_link),
            patience=patience or Patience(),
        )
        self._sessions = self._open_sessions(kind)
        self._machine = Machine(self._firmware, self._loop, self._usb, self.network)
        self._firmware.on_restart = self._machine.restart

    def __enter__(self) -> Self:
        self.network.join(self._subscriber)
        self._loop.start()
        self._loop.call(self._firmware.power_on)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.network.leave(self._subscriber)
        self._loop.stop()
        self._usb.close()

    @property
    def path(self) -> str:
        """The port to open; it stays the same over `unplug` and `replug`."""
        return str(self._usb.link)

    @property
    def ports(self) -> Mapping[int, str]:
        """The path of every port, by its USB interface."""
        return {interface: str(link) for interface, link in self._usb.links.items()}

    @property
    def sent(self) -> list[SentSms]:
        """The texts that reached a phone whole, oldest first."""
        with self._news:
            return list(self._sent)

    @property
    def taken(self) -> list[Taken]:
        """Every SUBMIT of this SIM that the network took, oldest first."""
        return [taken for taken in self.network.taken if taken.sim == self._subscriber.number]

    @property
    def stored(self) -> dict[str, int]:
        """How many messages lie in each storage."""
        storages = self._firmware.routing.storages
        return {name: len(storage.slots) for name, storage in storages.items()}

    @property
    def held_back(self) -> int:
        """How many messages the network holds until the SIM can take them."""
        return len(self._subscriber.waiting)

    @property
    def hung_up(self) -> int:
        """How many calls were hung up on this side."""
        return self._firmware.calls.hung_up

    @property
    def pin_attempts(self) -> int:
        """How many attempts at the PIN the SIM has left."""
        return self._firmware.sim.pin_attempts

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
        self._loop.call(lambda: self.network.text(from_, self._subscriber, text))

    def report(self, to: str, reference: int, status: int) -> None:
        """The network sends a further status report, with the TP-ST `status`."""
        self._loop.call(lambda: self.network.report(self._subscriber, to, reference, status))

    def ring(self, from_: str) -> None:
        """A phone calls the SIM; "" is a caller who withholds the number. Raises ValueError."""
        caller = parse_number(from_).text if from_ else ""
        self._loop.call(lambda: self._firmware.calls.ring(caller))

    def caller_hangs_up(self) -> None:
        """The phone that calls the SIM gives up."""
        self._loop.call(self._firmware.calls.give_up)

    def fault(self, name: str, /, **options: Option) -> None:
        """Starts a fault of `faults.FAULTS`. Raises ValueError when there is none such."""
        check_fault(name, options)
        self._loop.call(lambda: start_fault(self._machine, name, options))

    def _open_sessions(self, kind: Personality) -> dict[int, Session]:
        """One for each port that speaks; those that take commands come first."""
        speaking = [port for port in kind.ports if port.at]
        speaking += [port for port in kind.ports if port.unsolicited and not port.at]
        sessions = {
            port.interface: Session(
                self._firmware,
                partial(self._show, self._usb.pty(port)),
                announces=port.unsolicited,
            )
            for port in speaking
        }
        self._firmware.sessions.extend(sessions.values())
        return sessions

    def _submit(self, pdu: bytes, reference: int) -> None:
        self._firmware.trouble.deaf = False
        sms = self.network.submit(self._subscriber, pdu, reference)
        if sms is None:
            return
        with self._news:
            self._sent.append(sms)
            self._news.notify_all()
        if self.on_sent:
            self.on_sent(sms)

    def _typed(self, port: PortLayout, data: bytes) -> None:
        self._on_typed(data)
        if port.at:
            self._sessions[port.interface].terminal.type(data)
        with self._news:
            self._news.notify_all()

    def _show(self, pty: Pty, data: bytes) -> None:
        if not pty.plugged:
            return
        if not self._firmware.trouble.dribble:
            pty.write(data)
            return
        for octet in data:
            pty.write(bytes([octet]))
            time.sleep(_DRIBBLE_SECONDS)  # or the kernel would hand them over together
