"""Settings that a simulated modem takes and shows again (3GPP TS 27.005, 27.007, ITU-T V.250)."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setting:
    """`choices` is what =? says, "" where it says nothing; `quoted` values stand in quotes."""

    default: str
    choices: str = ""
    quoted: bool = False


SETTINGS: Mapping[str, Setting] = {
    "+CAOC": Setting("0", "(0-2)"),
    "+CCWA": Setting("0", "(0,1)"),
    "+CCWE": Setting("0", "(0,1)"),
    "+CDIP": Setting("0", "(0,1)"),
    "+CGAUTO": Setting("0", "(0-3)"),
    "+CGEREP": Setting("0,0", "(0-2),(0,1)"),
    "+CGSMS": Setting("3", "(0-3)"),
    "+CLIP": Setting("0", "(0,1)"),
    "+CLVL": Setting("2", "(0-5)"),
    "+CMEE": Setting("0", "(0-2)"),
    "+CMGF": Setting("0", "(0,1)"),
    "+CMMS": Setting("0", "(0-2)"),
    "+CMUT": Setting("0", "(0,1)"),
    "+CNAP": Setting("0", "(0,1)"),
    "+COLP": Setting("0", "(0,1)"),
    "+CPBS": Setting("SM", '("SM")', quoted=True),
    "+CRC": Setting("0", "(0,1)"),
    "+CSCB": Setting("0", "(0,1)"),
    "+CSDH": Setting("0", "(0,1)"),
    "+CSSN": Setting("0,0", "(0,1),(0,1)"),
    "+CTZR": Setting("0", "(0,1)"),
    "+CTZU": Setting("0", "(0,1)"),
    "+CVHU": Setting("0", "(0-2)"),
    "+PTTY": Setting("0", "(0-1)"),
    "+VTD": Setting("1", "(1-255)"),
    "+VTS": Setting("", "(0-9,*,#,A-D)"),
}
# A value outside these is refused; what other settings take is not looked at.
ALLOWED: Mapping[str, frozenset[str]] = {
    "+CMEE": frozenset("012"),
    "+CMGF": frozenset("01"),
    "+CMMS": frozenset("012"),
    "+CSDH": frozenset("01"),
    "+CLIP": frozenset("01"),
    "+CRC": frozenset("01"),
}
OWN_DEFAULTS = {
    "+CREG": "0",
    "+CGREG": "0",
    "+CEREG": "0",
    "+CSCS": "IRA",
    "+CSMP": "17,167,0,0",
    "+COPS": "0",
}


class Settings:
    """The values in force; `vendor` adds settings and their defaults."""

    def __init__(self, vendor: Mapping[str, str]) -> None:
        self._defaults = {name: setting.default for name, setting in SETTINGS.items()}
        self._defaults |= OWN_DEFAULTS | dict(vendor)
        self._values: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        return self._values.get(name, self._defaults[name])

    def __setitem__(self, name: str, value: str) -> None:
        self._values[name] = value

    def reset(self) -> None:
        """All as from the factory."""
        self._values.clear()
