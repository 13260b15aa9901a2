"""udev rules from the models' data: a name for the AT port, and no ModemManager on it."""

from collections.abc import Iterable, Iterator

from textback.modem.model import ModemModel

_HEAD = """\
# Names the AT port of known modems /dev/textback-modem and keeps ModemManager away from them.
# With several modems, use the names in /dev/serial/by-id/ or the IMEI instead.
# Written by `textback modem udev` from the modems' documents; not tried on hardware yet.

ACTION!="add|change|bind", GOTO="textback_end"

# ModemManager would take the port and change the modem's settings.
"""
_PORTS = """\

SUBSYSTEM!="tty", GOTO="textback_end"
SUBSYSTEMS=="usb", ENV{.textback_interface}="$attr{bInterfaceNumber}"

"""
_VARYING = """
# The AT port of these differs by model and firmware: port = "/dev/textback-modem-*" finds it.
"""
_TAIL = """
LABEL="textback_end"
"""


def rules(models: Iterable[ModemModel]) -> str:
    """A file for /etc/udev/rules.d."""
    on_usb = [model for model in models if model.usb]
    fixed = [_port_rule(model) for model in on_usb if not model.interface_varies]
    varying = {_port_rule(model) for model in on_usb if model.interface_varies}
    ignored = sorted({rule for model in on_usb for rule in _ignored(model)})
    parts = (_HEAD, *ignored, _PORTS, *fixed, _VARYING, *sorted(varying), _TAIL)
    return "".join(parts)


def _ignored(model: ModemModel) -> Iterator[str]:
    for usb_id in model.usb:
        vendor, product = usb_id.split(":")
        yield (
            'SUBSYSTEM=="usb", ENV{DEVTYPE}=="usb_device", '
            f'ATTR{{idVendor}}=="{vendor}", ATTR{{idProduct}}=="{product}", '
            'ENV{ID_MM_DEVICE_IGNORE}="1"\n'
        )


def _port_rule(model: ModemModel) -> str:
    vendor = model.usb[0].partition(":")[0]
    products = "|".join(usb_id.partition(":")[2] for usb_id in model.usb)
    likely = model.interfaces if model.interface_varies else model.interfaces[:1]
    interfaces = "|".join(f"{number:02d}" for number in likely)
    suffix = "-$env{.textback_interface}" if model.interface_varies else ""
    return (
        f'ATTRS{{idVendor}}=="{vendor}", ATTRS{{idProduct}}=="{products}", KERNEL=="{model.tty}*", '
        f'ENV{{.textback_interface}}=="{interfaces}", SYMLINK+="textback-modem{suffix}"\n'
    )
