"""All that a fault of a simulated modem may lay hands on."""

from dataclasses import dataclass

from textback.modem.simulator.firmware import Firmware
from textback.modem.simulator.loop import Loop
from textback.modem.simulator.network import Network
from textback.modem.simulator.usb import Usb


@dataclass(frozen=True, slots=True)
class Machine:
    """Its methods are called in the loop's thread."""

    firmware: Firmware
    loop: Loop
    usb: Usb
    network: Network

    def unplug(self, seconds: float, *, elsewhere: bool) -> None:
        """The ports vanish; they come back after `seconds`, unless those are 0."""
        self.usb.unplug()
        self.firmware.power_off()
        if seconds:
            self.loop.later(seconds, lambda: self.plug_in(elsewhere=elsewhere))

    def plug_in(self, *, elsewhere: bool) -> None:
        """The ports are there, if they were not."""
        if not self.usb.plugged:
            self.usb.plug_in(elsewhere=elsewhere)
            self.firmware.power_on()

    def restart(self) -> None:
        """AT+CFUN=1,1: with a model that leaves the bus for it, its ports are gone for a while."""
        if self.firmware.model.restart_seconds:
            self.unplug(self.firmware.model.restart_seconds, elsewhere=False)
        else:
            self.firmware.power_cycle()

    def hang(self, seconds: float) -> None:
        """Nothing is answered for a while; what is typed meanwhile is, later."""
        for session in self.firmware.sessions:
            session.terminal.busy = True
        self.loop.later(seconds, self._wake)

    def _wake(self) -> None:
        for session in self.firmware.sessions:
            session.terminal.busy = False
            session.terminal.type()
