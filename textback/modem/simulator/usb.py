"""The USB side of a simulated modem: all its ports, which come and go together."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from textback.modem.simulator.personality import Personality, PortLayout
from textback.modem.simulator.pty import Pty


class Usb:
    """`link` leads to the main port; a model with several has each at `link`-ifNN as well.

    Without a `link` they lie in a directory of their own. Raises FileExistsError.
    """

    def __init__(self, link: Path | None, model: Personality) -> None:
        self._directory = None if link else tempfile.TemporaryDirectory(prefix="textback-modem-")
        self.link = link or Path(self._directory.name if self._directory else "", "modem")
        self.links: Mapping[int, Path] = {
            port.interface: self._link_of(port, model) for port in model.ports
        }
        self._ptys: dict[int, Pty] = {}
        try:
            for port in model.ports:
                also = (self.link,) if port is model.main_port else ()
                links = dict.fromkeys((*also, self.links[port.interface]))
                self._ptys[port.interface] = Pty(tuple(links))
        except OSError:
            self.close()
            raise

    def pty(self, port: PortLayout) -> Pty:
        """The end of a port that the modem holds."""
        return self._ptys[port.interface]

    @property
    def plugged(self) -> bool:
        """Whether there are ports to open."""
        return all(pty.plugged for pty in self._ptys.values())

    def plug_in(self, *, elsewhere: bool = False) -> None:
        """The ports are there; `elsewhere`: their devices have other names than before."""
        for pty in self._ptys.values():
            pty.plug_in(elsewhere=elsewhere)

    def unplug(self) -> None:
        """The ports vanish."""
        for pty in self._ptys.values():
            pty.unplug()

    def close(self) -> None:
        """Unplugs for good."""
        self.unplug()
        if self._directory:
            self._directory.cleanup()

    def _link_of(self, port: PortLayout, model: Personality) -> Path:
        if len(model.ports) == 1:
            return self.link
        return self.link.with_name(f"{self.link.name}-if{port.interface:02d}")
