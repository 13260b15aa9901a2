"""FreePBX's tables cdr and cel in a real MariaDB, read as a user who may do nothing else."""

import os
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.asterisk.catch_up.mariadb import MariaDb, MariaDbUnavailableError, running_mariadb
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
from textback.core.errors import AccessRefused, ConfigError, LinkDown

README = Path(__file__).parents[3] / "deploy" / "asterisk" / "README.md"

# As FreePBX's cdr and cel modules make them.
TABLES = """
CREATE TABLE cdr (
  calldate datetime NOT NULL, clid varchar(80) NOT NULL DEFAULT '',
  src varchar(80) NOT NULL DEFAULT '', dst varchar(80) NOT NULL DEFAULT '',
  dcontext varchar(80) NOT NULL DEFAULT '', channel varchar(80) NOT NULL DEFAULT '',
  dstchannel varchar(80) NOT NULL DEFAULT '', lastapp varchar(80) NOT NULL DEFAULT '',
  lastdata varchar(80) NOT NULL DEFAULT '', duration int NOT NULL DEFAULT 0,
  billsec int NOT NULL DEFAULT 0, disposition varchar(45) NOT NULL DEFAULT '',
  amaflags int NOT NULL DEFAULT 0, accountcode varchar(20) NOT NULL DEFAULT '',
  uniqueid varchar(32) NOT NULL DEFAULT '', userfield varchar(255) NOT NULL DEFAULT '',
  did varchar(50) NOT NULL DEFAULT '', recordingfile varchar(255) NOT NULL DEFAULT '',
  cnum varchar(80) NOT NULL DEFAULT '', cnam varchar(80) NOT NULL DEFAULT '',
  outbound_cnum varchar(80) NOT NULL DEFAULT '', outbound_cnam varchar(80) NOT NULL DEFAULT '',
  dst_cnam varchar(80) NOT NULL DEFAULT '', linkedid varchar(32) NOT NULL DEFAULT '',
  peeraccount varchar(80) NOT NULL DEFAULT '', sequence int NOT NULL DEFAULT 0,
  KEY calldate (calldate), KEY uniqueid (uniqueid)
) DEFAULT CHARSET=utf8mb4;
CREATE TABLE cel (
  id int NOT NULL AUTO_INCREMENT, eventtype varchar(30) NOT NULL, eventtime datetime NOT NULL,
  cid_name varchar(80) NOT NULL, cid_num varchar(80) NOT NULL, cid_ani varchar(80) NOT NULL,
  cid_rdnis varchar(80) NOT NULL, cid_dnid varchar(80) NOT NULL, exten varchar(80) NOT NULL,
  context varchar(80) NOT NULL, channame varchar(80) NOT NULL, appname varchar(80) NOT NULL,
  appdata varchar(255) NOT NULL, amaflags int NOT NULL, accountcode varchar(20) NOT NULL,
  uniqueid varchar(32) NOT NULL, linkedid varchar(32) NOT NULL, peer varchar(80) NOT NULL,
  userdeftype varchar(255) NOT NULL, extra varchar(512) NOT NULL, PRIMARY KEY (id),
  KEY uniqueid_index (uniqueid), KEY linkedid_index (linkedid)
) DEFAULT CHARSET=utf8mb4;
"""
CEL = {
    **{"event": "eventtype", "time": "eventtime", "name": "cid_name", "number": "cid_num"},
    **{"exten": "exten", "context": "context", "channel": "channame", "app": "appname"},
    **{"data": "appdata", "uniqueid": "uniqueid", "linkedid": "linkedid", "extra": "extra"},
}
CDR = {
    **{"time": "calldate", "clid": "clid", "number": "src", "exten": "dst", "app": "lastapp"},
    **{"context": "dcontext", "channel": "channel", "destination": "dstchannel", "did": "did"},
    **{"seconds": "duration", "disposition": "disposition", "uniqueid": "uniqueid"},
    "linkedid": "linkedid",
}
NAME = "Zoë O'Hara \\\"; DROP TABLE cel; -- 📞"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDb]:
    """A running MariaDB; skips where none can be had, unless TEXTBACK_INSIST=1."""
    # A socket's path may have 107 characters at most.
    folder = tmp_path_factory.mktemp("db")
    try:
        with running_mariadb(folder) as server:
            yield server
    except MariaDbUnavailableError as error:
        if os.environ.get("TEXTBACK_INSIST") == "1":
            raise
        pytest.skip(str(error))


@pytest.fixture
def freepbx(server: MariaDb) -> MariaDb:
    """With FreePBX's empty tables, and the user that deploy/asterisk/README.md tells to make."""
    server.run("DROP DATABASE IF EXISTS asteriskcdrdb; CREATE DATABASE asteriskcdrdb;")
    server.run(TABLES, "asteriskcdrdb")
    server.run(_users_sql())
    return server


def _users_sql() -> str:
    statements = re.findall(r"^ +((?:CREATE USER|GRANT) .*;)$", README.read_text(), re.MULTILINE)
    assert len(statements) == 3
    return "DROP USER IF EXISTS textback@localhost;\n" + "\n".join(statements)


def insert(server: MariaDb, table: str, columns: dict[str, str], records: Iterable[Record]) -> None:
    names = ", ".join(columns.values())
    for record in records:
        values = ", ".join(_literal(record.get(ours, "")) for ours in columns)
        lenient = "SET sql_mode = '';"  # the columns that do not matter here stay empty
        server.run(f"{lenient} INSERT INTO {table} ({names}) VALUES ({values});", "asteriskcdrdb")


def _literal(text: str) -> str:
    return f"CONVERT(x'{text.encode().hex()}' USING utf8mb4)" if text else "''"


def in_berlin(rows: Iterable[Record]) -> Iterator[Record]:
    """With times as FreePBX writes them: the office's wall clock, whole seconds."""
    for row in rows:
        wall = datetime.fromtimestamp(float(row["time"]), START.tzinfo) + timedelta(hours=1)
        yield {**row, "time": f"{wall:%Y-%m-%d %H:%M:%S}"}


def read(
    server: MariaDb, user: str = "textback", password: str = "A-SECRET-OF-YOUR-OWN"
) -> list[CallEnded]:
    spec = f"mysql+pymysql://{user}@localhost/asteriskcdrdb?unix_socket={server.socket}"
    rule = InboundRule(trunks=("PJSIP/provider-",))
    found = open_source(spec, password).calls(START, START + timedelta(hours=1), rule)
    return [call for call in found if isinstance(call, CallEnded)]


def test_cel_is_judged_in_the_order_of_writing(freepbx: MariaDb) -> None:
    talk = (rings(), enters(PHONE, "b"), enters(CALLER, "b"))
    insert(freepbx, "cel", CEL, in_berlin([arrives(name=NAME), *talk, *ends(after=0)]))
    (call,) = read(freepbx)
    assert (call.uniqueid, call.outcome) == (f"{BORN}.1", Outcome.ANSWERED)
    assert (call.caller_name, call.started_at, call.ended_at) == (NAME, START, START)


def test_a_missed_call_is_found_with_the_number_dialled(freepbx: MariaDb) -> None:
    insert(freepbx, "cel", CEL, in_berlin([arrives(), *ends(after=12)]))
    (call,) = read(freepbx)
    assert (call.caller, call.did, call.person_reached) == ("5550100", "2001", False)
    assert call.ended_at == START + timedelta(seconds=12)


def test_cdr_is_judged_where_cel_is_not_kept(freepbx: MariaDb) -> None:
    insert(freepbx, "cdr", CDR, [cdr(PHONE[0], did="2001", linkedid=CALLER[1])])
    (call,) = read(freepbx)
    assert (call.did, call.caller, call.person_reached) == ("2001", "5550100", False)


def test_what_began_long_before_is_left_where_it_is(freepbx: MariaDb) -> None:
    old = f"{BORN - 86400}.1"
    born = {"uniqueid": old, "linkedid": old}
    insert(freepbx, "cel", CEL, in_berlin([{**arrives(), **born}, {**cel("CHAN_END"), **born}]))
    assert read(freepbx) == []


def test_the_user_may_read_and_nothing_else(freepbx: MariaDb) -> None:
    freepbx.run("REVOKE SELECT ON asteriskcdrdb.cel FROM textback@localhost;")
    insert(freepbx, "cdr", CDR, [cdr(PHONE[0], linkedid=CALLER[1])])
    assert len(read(freepbx)) == 1
    freepbx.run("REVOKE SELECT ON asteriskcdrdb.cdr FROM textback@localhost;")
    with pytest.raises(AccessRefused):
        read(freepbx)


def test_a_wrong_password_is_refused_without_being_shown(freepbx: MariaDb) -> None:
    with pytest.raises(AccessRefused, match="Access denied") as raised:
        read(freepbx, password="hunter2")
    assert "hunter2" not in str(raised.value)


def test_tables_of_another_shape_are_a_bad_setting(freepbx: MariaDb) -> None:
    freepbx.run("ALTER TABLE cel DROP COLUMN extra;", "asteriskcdrdb")
    with pytest.raises(ConfigError, match="lacks eventextra"):
        read(freepbx)


def test_a_cel_table_without_an_order_is_a_bad_setting(freepbx: MariaDb) -> None:
    freepbx.run("ALTER TABLE cel DROP COLUMN id;", "asteriskcdrdb")
    with pytest.raises(ConfigError, match="no primary key"):
        read(freepbx)


def test_a_server_that_is_away_may_come_back(tmp_path: Path) -> None:
    pytest.importorskip("pymysql")
    nobody = tmp_path / "nobody.sock"
    source = open_source(f"mysql+pymysql://textback@localhost/asteriskcdrdb?unix_socket={nobody}")
    with pytest.raises(LinkDown, match="Can't connect"):
        source.calls(START, START + timedelta(hours=1), InboundRule())
