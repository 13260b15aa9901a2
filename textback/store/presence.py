"""A name that one process at a time may have, among all the boxes that share a database."""

from sqlalchemy import func, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from textback.store.database import Database

_BOXES = 0x626F78  # "box": the kind of advisory lock; the other half of its key is the name


class Presence:
    """Holds the name for as long as its connection lives, even when the process is killed.

    With SQLite there is one box only, and the name is free. Used by one thread.
    """

    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self._name = name
        self._connection: Connection | None = None

    def keep(self) -> bool:
        """Take the name, or see that it is still ours; False while another process has it.

        Raises OperationalError when the database is lost.
        """
        if not self._database.shared or self._is_ours():
            return True
        self._connection = self._database.connection_of_its_own()
        key = func.pg_try_advisory_lock(_BOXES, func.hashtext(self._name))
        if self._connection.scalar(select(key)):
            return True
        self.let_go()
        return False

    def let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _is_ours(self) -> bool:
        if self._connection is None:
            return False
        try:
            self._connection.scalar(select(1))
        except OperationalError:
            self.let_go()  # the server hung up, and forgot whose the name was
            return False
        return True
