"""The SIM of a simulated modem: its PIN and PUK, and the few files that clients look at."""

from dataclasses import dataclass, field

from textback.modem.pdu.octets import swap
from textback.modem.simulator.results import (
    INCORRECT_PASSWORD,
    NO_SIM,
    OPERATION_NOT_ALLOWED,
    SIM_BUSY,
    SIM_PIN_REQUIRED,
    SIM_PUK_REQUIRED,
    CmeError,
)

_PIN_ATTEMPTS, _PUK_ATTEMPTS = 3, 10


@dataclass(slots=True)
class Sim:
    """`pin` is what it asks for at power-on, None when it asks for none. `busy` counts the
    questions that it is too busy to answer."""

    imsi: str
    pin: str | None
    puk: str = "12345678"
    present: bool = True
    busy: int = 0
    pin_attempts: int = _PIN_ATTEMPTS
    puk_attempts: int = _PUK_ATTEMPTS
    asks: bool = field(init=False)

    def __post_init__(self) -> None:
        self.asks = self.pin is not None

    @property
    def locked(self) -> bool:
        """Whether nothing can be had from it."""
        return not self.present or self.asks or not self.pin_attempts

    def power_cycle(self) -> None:
        """It asks for its PIN again."""
        self.asks = self.pin is not None

    def state(self) -> str:
        """What +CPIN tells. Raises CmeError."""
        if not self.present:
            raise CmeError(NO_SIM)
        if self.busy:
            self.busy -= 1
            raise CmeError(SIM_BUSY)
        if not self.pin_attempts:
            return "SIM PUK"
        return "SIM PIN" if self.asks else "READY"

    def need(self) -> None:
        """Raises CmeError for what cannot be done now."""
        if not self.present:
            raise CmeError(NO_SIM)
        if self.locked:
            raise CmeError(SIM_PIN_REQUIRED if self.pin_attempts else SIM_PUK_REQUIRED)

    def enter(self, pin: str, new: str) -> None:
        """AT+CPIN: the PIN, or the PUK and a new PIN. Raises CmeError."""
        state = self.state()
        if state == "READY":
            raise CmeError(OPERATION_NOT_ALLOWED)
        if state == "SIM PUK":
            self._unblock(pin, new)
        elif pin != self.pin:
            self.pin_attempts -= 1
            raise CmeError(INCORRECT_PASSWORD if self.pin_attempts else SIM_PUK_REQUIRED)
        self.pin_attempts = _PIN_ATTEMPTS
        self.asks = False

    def _unblock(self, puk: str, new: str) -> None:
        if not new:
            raise CmeError(SIM_PUK_REQUIRED)
        if puk != self.puk or not self.puk_attempts:
            self.puk_attempts = max(self.puk_attempts - 1, 0)
            raise CmeError(INCORRECT_PASSWORD)
        self.puk_attempts = _PUK_ATTEMPTS
        self.pin = new

    def file(self, identifier: int) -> bytes | None:
        """The contents of an elementary file (3GPP TS 31.102), None when there is none such."""
        imsi = f"9{self.imsi}"  # an odd number of digits, and parity
        files = {
            0x2FE2: swap("8900101000000000001F"),  # EF ICCID
            0x6F07: bytes([(len(imsi) + 1) // 2]) + swap(imsi),  # EF IMSI
            0x6F46: b"\x01Simulated".ljust(17, b"\xff"),  # EF SPN
            0x6FAD: bytes([0, 0, 0, 2]),  # EF AD: a two-digit MNC
        }
        return files.get(identifier)
