"""Serial ports on USB, as Linux tells of them in sysfs."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from serial.tools.list_ports import comports
from serial.tools.list_ports_common import ListPortInfo

_INTERFACE = re.compile(r":\d+\.(\d+)$")  # 1-1.4:1.2 is interface 2 of configuration 1


@dataclass(frozen=True, slots=True)
class UsbPort:
    """A serial port; `usb_id` is vendor:product ("12d1:1001"), `interface` None where it is the
    device's only one."""

    path: str
    usb_id: str
    interface: int | None


def usb_ports() -> list[UsbPort]:
    """Every serial port on USB that there is now."""
    return list(read_ports(comports()))


def read_ports(told: Iterable[ListPortInfo]) -> Iterable[UsbPort]:
    """Those of `told` that are on USB."""
    for port in told:
        if port.vid is not None and port.pid is not None:
            interface = _INTERFACE.search(port.location or "")
            yield UsbPort(
                port.device,
                f"{port.vid:04x}:{port.pid:04x}",
                int(interface[1]) if interface else None,
            )


def usb_id_of(path: str, ports: Iterable[UsbPort]) -> str:
    """The USB id behind a path, also a symbolic link such as udev makes; "" where there is none."""
    real = str(Path(path).resolve())
    return next((port.usb_id for port in ports if port.path == real), "")
