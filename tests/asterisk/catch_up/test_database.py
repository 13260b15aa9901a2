"""CEL and CDR in SQLite, as Asterisk's own modules write them."""

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.asterisk.catch_up.rows import (
    BORN,
    CALLER,
    PHONE,
    START,
    arrives,
    cdr,
    cel,
    ends,
    enters,
    rings,
)
from textback.asterisk.catch_up.layout import Record
from textback.asterisk.catch_up.source import open_source
from textback.asterisk.inbound import InboundRule
from textback.core.calls import CallEnded, Outcome
from textback.core.errors import ConfigError, LinkDown

CEL = {
    **{"event": "eventtype", "time": "eventtime", "name": "cidname", "number": "cidnum"},
    **{"exten": "exten", "context": "context", "channel": "channame", "app": "appname"},
    **{"data": "appdata", "uniqueid": "uniqueid", "linkedid": "linkedid", "extra": "eventextra"},
}
CDR = {
    **{"time": "calldate", "clid": "clid", "number": "src", "exten": "dst", "app": "lastapp"},
    **{"context": "dcontext", "channel": "channel", "destination": "dstchannel"},
    **{"seconds": "duration", "disposition": "disposition", "uniqueid": "uniqueid"},
}
MISSED = (arrives(), *ends())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "what an office's admin calls master?.db"


def write(path: Path, table: str, columns: Iterable[str], rows: Iterable[Sequence[str]]) -> None:
    named = ", ".join(columns)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f"CREATE TABLE {table} (AcctId INTEGER PRIMARY KEY, {named})")
        marks = ", ".join("?" for _ in named.split(","))
        database.executemany(f"INSERT INTO {table} ({named}) VALUES ({marks})", rows)


def write_cel(path: Path, records: Iterable[Record], table: str = "cel") -> None:
    write(path, table, CEL.values(), [[record[ours] for ours in CEL] for record in records])


def write_cdr(path: Path, records: Iterable[Record]) -> None:
    write(path, "cdr", CDR.values(), [[record[ours] for ours in CDR] for record in records])


def read(path: Path, options: str = "") -> list[CallEnded]:
    spec = f"sqlite:///{path}".replace("?", "%3F") + options
    rule = InboundRule(trunks=("PJSIP/provider-",))
    found = open_source(spec).calls(START, START + timedelta(hours=1), rule)
    return [call for call in found if isinstance(call, CallEnded)]


def test_cel_is_judged(path: Path) -> None:
    write_cel(path, MISSED)
    (call,) = read(path)
    assert (call.uniqueid, call.person_reached) == (f"{BORN}.1", False)


def test_cdr_is_judged_where_there_is_no_cel(path: Path) -> None:
    write_cdr(path, [cdr(PHONE[0], "ANSWERED")])
    (call,) = read(path)
    assert call.outcome is Outcome.ANSWERED


def test_cel_comes_first_where_there_are_both(path: Path) -> None:
    write_cel(path, MISSED)
    write_cdr(path, [cdr(PHONE[0], "ANSWERED")])
    (call,) = read(path)
    assert not call.person_reached


LAST_YEAR = cel("CHAN_END", ("SIP/1-1", f"{BORN - 365 * 86400}.7"))


@pytest.mark.parametrize("rows", [[], [LAST_YEAR]], ids=["empty", "not written any more"])
def test_unless_cel_is_not_kept(path: Path, rows: list[Record]) -> None:
    write_cel(path, rows)
    write_cdr(path, [cdr(PHONE[0], "ANSWERED")])
    (call,) = read(path)
    assert call.outcome is Outcome.ANSWERED


def test_a_table_may_have_another_name(path: Path) -> None:
    write_cel(path, MISSED, table="channel_events")
    assert len(read(path, "?table=channel_events")) == 1


def test_rows_are_read_in_the_order_of_writing(path: Path) -> None:
    # all within one second, as a MySQL DATETIME would have it
    talk = (enters(PHONE, "b"), enters(CALLER, "b"))
    write_cel(path, [arrives(), rings(), *talk, *ends(after=0)])
    (call,) = read(path)
    assert call.person_reached


def test_a_call_of_long_ago_is_not_read(path: Path) -> None:
    write_cel(path, MISSED)
    source = open_source(f"sqlite:///{path}".replace("?", "%3F"))
    later = START + timedelta(days=1)
    assert source.calls(later, later + timedelta(hours=1), InboundRule()) == []


def test_a_system_name_before_the_uniqueids_is_no_obstacle(path: Path) -> None:
    def named(row: Record) -> Record:
        return {**row, "uniqueid": f"01-{row['uniqueid']}", "linkedid": f"01-{row['linkedid']}"}

    write_cel(path, [named(row) for row in MISSED])
    (call,) = read(path)
    assert (call.uniqueid, call.started_at) == (f"01-{BORN}.1", START)


def test_the_file_is_never_written_to(path: Path) -> None:
    write_cel(path, MISSED)
    before = path.read_bytes()
    path.chmod(0o444)
    read(path)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_reading_goes_on_while_asterisk_holds_the_file_for_writing(path: Path) -> None:
    write_cel(path, MISSED)
    with closing(sqlite3.connect(path, isolation_level=None)) as asterisk:
        asterisk.execute("BEGIN IMMEDIATE")
        asterisk.execute("DELETE FROM cel")
        assert len(read(path)) == 1
        asterisk.execute("ROLLBACK")


def test_missing_columns_are_named(path: Path) -> None:
    columns = [column for column in CEL.values() if column not in ("linkedid", "eventextra")]
    write(path, "cel", columns, [])
    with pytest.raises(ConfigError, match=r"table cel: .*lacks linkedid, eventextra: see deploy"):
        read(path)


def test_a_database_of_something_else_is_a_bad_setting(path: Path) -> None:
    write(path, "recipes", ["title"], [])
    with pytest.raises(ConfigError, match=r"no table cel or cdr, but recipes"):
        read(path)
    with pytest.raises(ConfigError, match=r"no table channel_events"):
        read(path, "?table=channel_events")


def test_a_file_that_is_not_there_may_be_there_later(path: Path) -> None:
    with pytest.raises(LinkDown, match=r"master\?\.db: unable to open database file"):
        read(path)
    assert not path.exists()


def test_a_file_that_is_no_database_is_said_to_be_none(path: Path) -> None:
    path.write_text("calldate,clid\n" * 100)
    with pytest.raises(LinkDown, match="not a database"):
        read(path)
