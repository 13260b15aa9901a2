"""How a simulated modem says no."""

OPERATION_NOT_ALLOWED = 3
NO_SIM = 10
SIM_PIN_REQUIRED = 11
SIM_PUK_REQUIRED = 12
SIM_BUSY = 14
INCORRECT_PASSWORD = 16
NOT_FOUND = 22

SMS_NOT_ALLOWED = 302
INVALID_PDU_PARAMETER = 304
INVALID_TEXT_PARAMETER = 305
SMS_NO_SIM = 310
SMS_PIN_REQUIRED = 311
SMS_PUK_REQUIRED = 316
MEMORY_FAILURE = 320
NO_SUCH_MESSAGE = 321
MEMORY_FULL = 322
NO_NETWORK = 331
NETWORK_TIME_OUT = 332
NO_ACKNOWLEDGEMENT_EXPECTED = 340

_MEANINGS = {
    OPERATION_NOT_ALLOWED: "operation not allowed",
    NO_SIM: "SIM not inserted",
    SIM_PIN_REQUIRED: "SIM PIN required",
    SIM_PUK_REQUIRED: "SIM PUK required",
    SIM_BUSY: "SIM busy",
    INCORRECT_PASSWORD: "incorrect password",
    NOT_FOUND: "not found",
}


class CommandError(Exception):
    """ERROR: a command or a parameter this modem does not have."""

    def result(self, verbosity: int) -> str:
        """The final result line; `verbosity`, set by AT+CMEE, matters to some."""
        del verbosity
        return "ERROR"


class NoCarrier(CommandError):
    """NO CARRIER: a call that did not come about (ITU-T V.250, clause 6.3.1)."""

    def result(self, verbosity: int) -> str:
        del verbosity
        return "NO CARRIER"


class CmeError(CommandError):
    """+CME ERROR (3GPP TS 27.007, clause 9.2)."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(code)

    def result(self, verbosity: int) -> str:
        if verbosity == 0:
            return "ERROR"
        told = _MEANINGS.get(self.code, "unknown") if verbosity == 2 else str(self.code)
        return f"+CME ERROR: {told}"


class CmsError(CommandError):
    """+CMS ERROR (3GPP TS 27.005, clause 3.2.5)."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(code)

    def result(self, verbosity: int) -> str:
        del verbosity
        return f"+CMS ERROR: {self.code}"
