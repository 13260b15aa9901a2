"""A modem is found wherever it is, and nobody else's port is written to."""

import os
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from serial.tools.list_ports_common import ListPortInfo

from textback.core.errors import LinkDown
from textback.modem import Modem, ModemSettings, PinGuard
from textback.modem.finding import Wanted, candidates
from textback.modem.port import PortGone
from textback.modem.simulator import ModemSimulator
from textback.modem.usb import UsbPort, read_ports, usb_id_of

IMEI = "350000000000006"


class SilentPort:
    """A serial port of something that never answers; what is written to it is kept."""

    def __init__(self, link: Path) -> None:
        self._ours, self._theirs = os.openpty()
        tty.setraw(self._theirs)
        os.set_blocking(self._ours, False)
        link.symlink_to(os.ttyname(self._theirs))

    def written(self) -> bytes:
        try:
            return os.read(self._ours, 4096)
        except BlockingIOError:
            return b""

    def close(self) -> None:
        os.close(self._ours)
        os.close(self._theirs)


@pytest.fixture
def silent(tmp_path: Path) -> Iterator[Callable[[str], SilentPort]]:
    """Makes silent ports in the test's own folder."""
    made: list[SilentPort] = []

    def make(name: str) -> SilentPort:
        made.append(SilentPort(tmp_path / name))
        return made[-1]

    yield make
    for port in made:
        port.close()


def port_of(settings: ModemSettings) -> str:
    modem = Modem.open(settings)
    try:
        modem.bring_up(PinGuard())
        return Path(modem.port).name
    finally:
        modem.close()


def test_the_port_that_takes_at_is_found_among_those_that_do_not(
    tmp_path: Path, silent: Callable[[str], SilentPort]
) -> None:
    silent("ttyUSB0")
    with ModemSimulator(tmp_path / "ttyUSB2"):
        assert port_of(ModemSettings(str(tmp_path / "ttyUSB*"))) == "ttyUSB2"


def test_a_modem_is_found_by_its_imei_and_found_again_under_another_name(tmp_path: Path) -> None:
    settings = ModemSettings(str(tmp_path / "ttyUSB*"), IMEI)
    for name in ("ttyUSB2", "ttyUSB5"):
        with ModemSimulator(tmp_path / name):
            assert port_of(settings) == name


def test_another_imei_is_not_the_modem(tmp_path: Path) -> None:
    settings = ModemSettings(str(tmp_path / "ttyUSB*"), "860000000000001")
    with ModemSimulator(tmp_path / "ttyUSB2"), pytest.raises(LinkDown, match="IMEI …0001"):
        Modem.open(settings)


def test_a_port_that_is_no_candidate_is_never_written_to(
    tmp_path: Path, silent: Callable[[str], SilentPort]
) -> None:
    bystander = silent("ttyACM0")
    with ModemSimulator(tmp_path / "ttyUSB2"):
        port_of(ModemSettings(str(tmp_path / "ttyUSB*"), IMEI))
    assert bystander.written() == b""


def test_a_candidate_that_another_program_has_is_left_alone_and_named(tmp_path: Path) -> None:
    with ModemSimulator(tmp_path / "ttyUSB2") as simulator:
        other = Modem.open(ModemSettings(simulator.path))
        with pytest.raises(LinkDown, match="ttyUSB2 is in use by another program"):
            Modem.open(ModemSettings(str(tmp_path / "ttyUSB*")))
        other.close()


def test_a_candidate_that_is_no_modem_is_given_back(
    tmp_path: Path, silent: Callable[[str], SilentPort]
) -> None:
    silent("ttyUSB0")
    for _ in range(2):
        with pytest.raises(LinkDown, match="ttyUSB0 is another or no modem"):
            Modem.open(ModemSettings(str(tmp_path / "ttyUSB*"), command_timeout=0.2))


def test_without_any_candidate_the_modem_is_gone(tmp_path: Path) -> None:
    with pytest.raises(PortGone, match="there is no port to try"):
        Modem.open(ModemSettings(str(tmp_path / "ttyUSB*")))


USB = [
    UsbPort("/dev/ttyUSB10", "2c7c:0125", 3),
    UsbPort("/dev/ttyUSB9", "2c7c:0125", 2),
    UsbPort("/dev/ttyUSB8", "2c7c:0125", 1),
    UsbPort("/dev/ttyUSB2", "12d1:1436", 4),
    UsbPort("/dev/ttyACM0", "2341:0043", None),
    UsbPort("/dev/ttyACM1", "1546:1141", 0),
]


def test_without_a_port_the_at_ports_of_known_modems_are_tried_the_likeliest_first() -> None:
    found = candidates(Wanted(imei=IMEI), USB)
    assert found == ["/dev/ttyACM1", "/dev/ttyUSB9", "/dev/ttyUSB10", "/dev/ttyUSB2"]


def test_ports_are_tried_by_number_where_nothing_is_known(tmp_path: Path) -> None:
    for name in ("ttyUSB10", "ttyUSB2", "ttyS0"):
        (tmp_path / name).touch()
    found = candidates(Wanted(str(tmp_path / "ttyUSB*")), [])
    assert [Path(path).name for path in found] == ["ttyUSB2", "ttyUSB10"]


def test_a_usb_port_is_read_with_its_interface(tmp_path: Path) -> None:
    told = ListPortInfo("/dev/ttyUSB2")
    told.vid, told.pid, told.location = 0x2C7C, 0x0125, "1-1.4:1.2"
    [port] = read_ports([told, ListPortInfo("/dev/ttyS0")])
    assert port == UsbPort("/dev/ttyUSB2", "2c7c:0125", 2)
    real = tmp_path / "ttyUSB2"
    real.touch()
    (tmp_path / "textback-modem").symlink_to(real)
    link = str(tmp_path / "textback-modem")
    assert usb_id_of(link, [UsbPort(str(real), "2c7c:0125", 2)]) == "2c7c:0125"
    assert usb_id_of(link, [port]) == ""
