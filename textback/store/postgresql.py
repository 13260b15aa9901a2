"""PostgreSQL: one server for the boxes of several sites. Needs psycopg (extra `postgres`)."""

from collections.abc import Iterator
from threading import Event
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, func, select
from sqlalchemy.dialects.postgresql import insert as insert
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

BEGIN_READING = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"

# One writer at a time, on all boxes together: the promise that BEGIN IMMEDIATE gives on SQLite, so
# that the code above may read and then write on either. SERIALIZABLE would have whole transactions
# done again, which a `with` block cannot. Row locks would have to be right in each of them: a STOP
# and a greeting to the same number touch no common row, and neither may overlook the other. Little
# is lost: each of these transactions counts up a topic, a row that they would queue for anyway.
# Being an advisory lock it keeps nobody from reading, and no pg_dump from running.
_WRITERS = 0x7465787462  # "textb"; one number stands for one database's writers
BEGIN_WRITING = f"SELECT pg_advisory_xact_lock({_WRITERS})"

CHANNEL = "textback"

# A box that vanishes in mid-transaction must not hold up the others: the server hangs up on it.
_SESSION = {
    "default_transaction_isolation": r"read\ committed",  # sees what the last writer committed
    "synchronous_commit": "on",
    "lock_timeout": "30s",
    "idle_in_transaction_session_timeout": "30s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
# The same, seen from this side (libpq's names; seconds, and milliseconds for the last).
_CONNECT = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
    "application_name": "textback",
    "options": " ".join(f"-c {name}={value}" for name, value in _SESSION.items()),
}
_STOP_SEEN_WITHIN = 0.2  # seconds; it looks at our own event, the server is not asked


def engine(url: URL) -> Engine:
    """Connections for several threads. One that was lost while idle is replaced unnoticed.

    Parameters are hidden in errors, which end up in logs: they are texts and numbers.
    """
    made = create_engine(url, connect_args=_CONNECT, pool_pre_ping=True, hide_parameters=True)
    event.listen(made, "connect", _prepare)
    event.listen(made, "handle_error", _lost_is_operational)
    return made


def _prepare(connection: Any, _record: object) -> None:
    from psycopg.types.string import StrDumperUnknown  # an optional package

    class WithoutNul(StrDumperUnknown):
        """Strangers write NUL in texts and names, and PostgreSQL keeps none in a text."""

        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\0", "\N{REPLACEMENT CHARACTER}"))

    connection.adapters.register_dumper(str, WithoutNul)


def _lost_is_operational(context: ExceptionContext) -> None:
    """A lost connection is an OperationalError, whatever the driver takes it for."""
    if context.is_disconnect and not isinstance(context.sqlalchemy_exception, OperationalError):
        raise OperationalError(context.statement, None, context.original_exception)


def connection_of_its_own(engine: Engine) -> Connection:
    """One outside any transaction that ends with its use: it does not go back to the pool."""
    connection = engine.execution_options(isolation_level="AUTOCOMMIT").connect()
    connection.detach()
    return connection


def commits(engine: Engine, stopping: Event) -> Iterator[Connection]:
    """A connection to look with, at first and after each change of any process, until `stopping`.

    LISTEN comes before the first look, so no change falls in between. The server speaks up by
    itself; what it says is read from the socket.
    """
    with connection_of_its_own(engine) as connection:
        connection.exec_driver_sql(f"LISTEN {CHANNEL}")
        listening: Any = connection.connection.dbapi_connection
        yield connection
        while not stopping.is_set():
            heard = list(listening.notifies(timeout=_STOP_SEEN_WITHIN, stop_after=1))
            if heard:
                yield connection


def tell_others(session: Session) -> None:
    """Notify them, which happens with this transaction's commit and not before."""
    session.execute(select(func.pg_notify(CHANNEL, "")))
