"""Which PINs were spent on which SIM, over every restart of the program."""

from textback.modem.sim_lock import PinGuard
from textback.store import spent_pins
from textback.store.database import Database


class KeptPinGuard(PinGuard):
    """Remembers in the database, so that restarts cannot use up the SIM's attempts."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database

    def is_spent(self, sim: str, pin: str) -> bool:
        with self._database.read() as session:
            return spent_pins.is_spent(session, sim, pin)

    def spend(self, sim: str, pin: str) -> None:
        with self._database.write() as session:
            spent_pins.spend(session, sim, pin)

    def opened(self, sim: str) -> None:
        with self._database.read() as session:
            known = spent_pins.any_spent(session, sim)
        if known:
            with self._database.write() as session:
                spent_pins.forget(session, sim)
