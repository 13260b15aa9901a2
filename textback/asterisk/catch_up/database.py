"""CEL and CDR in tables: SQLite files of Asterisk's own writers, FreePBX's MariaDB."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    NullPool,
    column,
    create_engine,
    func,
    inspect,
    select,
    table,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, NoSuchTableError, SQLAlchemyError

from textback.asterisk.catch_up.layout import Kind, Layout, Record, kind_of, layout_of
from textback.asterisk.catch_up.times import born_at
from textback.core.errors import AccessRefused, ConfigError, LinkDown, Problem

_BUSY_FOR = 10.0  # seconds to wait for Asterisk, which writes to the same file
_REACHED_IN = 10  # seconds for a server to answer
# Access denied: to the server, to the database, to the table (MySQL 1044, 1045, 1142, MariaDB 1698)
_REFUSALS = frozenset({1044, 1045, 1142, 1698})


def sqlite_engine(path: Path) -> Engine:
    """A file that is only ever read."""
    uri = f"file:{quote(str(path))}?mode=ro"
    connect = partial(sqlite3.connect, uri, uri=True, timeout=_BUSY_FOR)
    return create_engine("sqlite://", creator=connect, poolclass=NullPool)


def server_engine(url: URL) -> Engine:
    """A database server. Raises ConfigError when its driver is not installed."""
    try:
        timeout = {"connect_timeout": _REACHED_IN, "read_timeout": _REACHED_IN * 6}
        return create_engine(url, poolclass=NullPool, connect_args=timeout)
    except ImportError as error:
        told = f"{url.drivername} needs a package: pip install 'textback[mysql]'"
        raise ConfigError([Problem("history", told)]) from error
    except SQLAlchemyError as error:
        raise ConfigError([Problem("history", str(error))]) from error


@dataclass(frozen=True, slots=True)
class DatabaseHistory:
    """The table cel, or cdr where there is none, of one database; `name` is fit for messages.

    `table` is the one to read if the office calls it otherwise.
    """

    engine: Engine
    name: str
    table: str = ""

    def read(self, since: datetime) -> tuple[Kind, list[Record]]:
        """All records of channels born since then, and perhaps older ones, in their order.

        Raises LinkDown when the database cannot be reached, AccessRefused when it lets us not in,
        ConfigError when it has no table that tells enough.
        """
        try:
            with self.engine.connect() as connection:
                return _Reading(connection, self.name).records(since, self.table)
        except DBAPIError as error:
            raise self._fault(error) from error

    def _fault(self, error: DBAPIError) -> LinkDown | AccessRefused:
        details = error.orig.args if error.orig else ()
        told = f"history {self.name}: {details[-1] if details else 'no answer'}"
        refused = bool(details) and details[0] in _REFUSALS
        return AccessRefused(told) if refused else LinkDown(told)


class _Reading:
    """One look into a database."""

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection = connection
        self._inspector = inspect(connection)
        self._name = name

    def records(self, since: datetime, named: str) -> tuple[Kind, list[Record]]:
        found = named or self._table(since)
        layout = self._layout(found)
        rows = self._select(found, layout, since)
        return layout.kind, [layout.record(row) for row in rows]

    def _table(self, since: datetime) -> str:
        """CEL if it is kept: it tells more. Some offices have its table and do not write to it."""
        names = {name.lower(): name for name in self._inspector.get_table_names()}
        found = [names[kind.value] for kind in (Kind.CEL, Kind.CDR) if kind.value in names]
        if not found:
            told = f"has no table cel or cdr, but {', '.join(sorted(names)) or 'none at all'}"
            raise ConfigError([Problem(f"history {self._name}", told)])
        return next((name for name in found if self._is_kept(name, since)), found[0])

    def _layout(self, found: str) -> Layout:
        try:
            columns = [each["name"] for each in self._inspector.get_columns(found)]
        except NoSuchTableError as error:
            told = f"has no table {found}"
            raise ConfigError([Problem(f"history {self._name}", told)]) from error
        return layout_of(kind_of(columns), columns, f"history {self._name}: table {found}")

    def _is_kept(self, found: str, since: datetime) -> bool:
        columns = {
            each["name"].lower(): each["name"] for each in self._inspector.get_columns(found)
        }
        if "uniqueid" not in columns:
            return True  # and its layout will be complained about
        newest = self._connection.execute(
            select(func.max(column(columns["uniqueid"]))).select_from(table(found))
        ).scalar()
        born = born_at(str(newest))
        return newest is not None and (born is None or born >= since)

    def _select(
        self, found: str, layout: Layout, since: datetime
    ) -> Sequence[Mapping[str, object]]:
        source = table(found, *(column(theirs) for theirs in layout.found.values()))
        wanted = select(*source.columns).order_by(*self._order(found, layout))
        uniqueid = source.c[layout.found["uniqueid"]]
        ends = select(func.min(uniqueid), func.max(uniqueid))
        if all(_is_plain(value) for value in self._connection.execute(ends).one()):
            # Uniqueids begin with the time, are mostly indexed, and know no time zones.
            wanted = wanted.where(uniqueid >= str(int(since.timestamp())))
        return [dict(row) for row in self._connection.execute(wanted).mappings()]

    def _order(self, found: str, layout: Layout) -> Sequence[ColumnElement[Any]]:
        keys = self._inspector.get_pk_constraint(found)["constrained_columns"]
        if not keys and layout.kind is Kind.CEL:
            told = f"table {found} has no primary key, so the order of its events is not known"
            raise ConfigError([Problem(f"history {self._name}", told)])
        return [column(key) for key in keys] or [column(layout.found["time"])]


def _is_plain(uniqueid: object) -> bool:
    text = str(uniqueid)
    return born_at(text) is not None and text[:10].isdigit()
