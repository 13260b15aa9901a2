"""The history of one PBX, by one line of configuration.

    sqlite:////var/log/asterisk/master.db            tables cel and cdr of Asterisk's own writers
    csv:/var/log/asterisk/cel-custom/Master.csv      or cdr-csv/Master.csv
    mysql+pymysql://textback@host/asteriskcdrdb      FreePBX

`?zone=Europe/Berlin` says in which zone it writes times; without it textback finds out. A CSV file
of another mapping than the usual needs `?columns=eventtype,eventtime,...`, a database whose table
is not called cel or cdr `?table=...`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qsl, unquote
from zoneinfo import ZoneInfo

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from textback.asterisk.catch_up.cdr import judge_cdr
from textback.asterisk.catch_up.cel import Restart, judge_cel
from textback.asterisk.catch_up.csv_file import CsvHistory
from textback.asterisk.catch_up.database import DatabaseHistory, server_engine, sqlite_engine
from textback.asterisk.catch_up.layout import Kind, Record, kind_of, layout_of
from textback.asterisk.catch_up.times import WallClock
from textback.asterisk.inbound import InboundRule
from textback.core.calls import CallEnded, OutboundEnded
from textback.core.errors import ConfigError

_LONGEST_CALL = timedelta(hours=4)  # one that began earlier is not looked for


class _Reader(Protocol):
    def read(self, since: datetime) -> tuple[Kind, list[Record]]: ...


@dataclass(frozen=True, slots=True)
class HistorySource:
    """What a PBX wrote down of its calls.

    Nobody can see there whether a number was withheld: `withheld` of its calls is False and means
    "not known".
    """

    reader: _Reader
    zone: ZoneInfo | None = None

    def calls(
        self,
        since: datetime,
        until: datetime,
        inbound: InboundRule,
        restart: Restart | None = None,
    ) -> list[CallEnded | OutboundEnded]:
        """The calls that ended from `since` to `until`, in the order they ended.

        Calls of the office's own are known from CEL only: CDR does not tell who was reached.

        A call still under way is not among them, nor one that lasted over four hours. Calls that
        `restart` ended are known from CEL only: CDR has no record of them. Blocks: for a thread.
        Raises LinkDown (not reachable now), AccessRefused, ConfigError (what is written
        there does not suffice to judge).
        """
        kind, records = self.reader.read(since - _LONGEST_CALL)
        clock = WallClock(self.zone)
        calls: Sequence[CallEnded | OutboundEnded]
        if kind is Kind.CEL:
            calls = judge_cel(records, inbound, clock, restart)
        else:
            calls = judge_cdr(records, inbound, clock)
        within = [call for call in calls if since <= call.ended_at <= until]
        return sorted(within, key=lambda call: call.ended_at)


def open_source(spec: str, password: str = "") -> HistorySource:
    """The source that `spec` names; nothing is opened before it is read.

    `password` takes the place of one in a database's URL. Raises ValueError for a bad spec,
    ConfigError when a database's driver is missing.
    """
    place, options = _split(spec)
    zone = _zone(options.pop("zone", ""))
    reader = _reader(place, options, password)
    if options:
        raise ValueError(f"unknown option {', '.join(options)}")
    return HistorySource(reader, zone)


def check(spec: str) -> None:
    """Raise ValueError, its text fit for a person, when `spec` cannot be right."""
    try:
        open_source(spec)
    except ConfigError as error:
        raise ValueError("; ".join(problem.what for problem in error.problems)) from error


def _split(spec: str) -> tuple[str, dict[str, str]]:
    place, _, query = spec.partition("?")
    return place, dict(parse_qsl(query, keep_blank_values=True))


def _reader(place: str, options: dict[str, str], password: str) -> _Reader:
    scheme, colon, rest = place.partition(":")
    match scheme:
        case "csv" if colon:
            return CsvHistory(_absolute(rest), _columns(options.pop("columns", "")))
        case "sqlite" if rest.startswith("///"):
            path = _absolute(unquote(rest[3:]))
            return DatabaseHistory(sqlite_engine(path), str(path), options.pop("table", ""))
        case "mysql+pymysql" | "mariadb+pymysql":
            return _server(place, options, password)
    raise ValueError(
        "must begin with csv:/, sqlite://// or mysql+pymysql://, such as "
        "sqlite:////var/log/asterisk/master.db"
    )


def _server(place: str, options: dict[str, str], password: str) -> DatabaseHistory:
    try:
        url = make_url(place)
    except (ArgumentError, ValueError):
        raise ValueError("is not a database URL: mysql+pymysql://user@host/database") from None
    if not url.database:
        raise ValueError("names no database: mysql+pymysql://user@host/database")
    if password:
        url = url.set(password=password)
    socket = options.pop("unix_socket", "")
    query: Mapping[str, str] = {"charset": "utf8mb4", **({"unix_socket": socket} if socket else {})}
    name = f"{url.host or socket}/{url.database}"
    return DatabaseHistory(server_engine(url.set(query=query)), name, options.pop("table", ""))


def _absolute(path: str) -> Path:
    if not path.startswith("/"):
        raise ValueError(f"{path or 'an empty path'}: name the file with its whole path")
    return Path(path)


def _columns(named: str) -> Sequence[str]:
    columns = tuple(name.strip().lower() for name in named.split(",") if name.strip())
    if columns:
        layout_of(kind_of(columns), columns, "columns")
    return columns


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (OSError, ValueError, KeyError):
        raise ValueError(f"{name} is not a time zone, such as Europe/Berlin") from None
