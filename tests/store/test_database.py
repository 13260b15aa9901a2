"""Two processes may write at once and nothing is lost."""

import subprocess
import sys

import pytest
from sqlalchemy import func, inspect, select

from textback.store.database import Database
from textback.store.migrate import downgrade, upgrade
from textback.store.models import Base, Setting

COUNT_UP = """
import sys
from textback.store.database import Database
from textback.store.models import Setting
database = Database(sys.argv[1])
for _ in range(200):
    with database.write() as session:
        setting = session.get(Setting, "count")
        setting.value = str(int(setting.value) + 1)
"""


def test_three_processes_that_read_then_write_lose_nothing(database: Database) -> None:
    with database.write() as session:
        session.add(Setting(name="count", value="0"))
    url = database.url.render_as_string()
    processes = [subprocess.Popen([sys.executable, "-c", COUNT_UP, url]) for _ in range(3)]
    assert [process.wait() for process in processes] == [0, 0, 0]
    with database.read() as session:
        assert session.scalar(select(Setting.value)) == "600"


def test_a_commit_is_on_the_disk_before_it_returns(database: Database) -> None:
    with database.read() as session:
        told = session.connection().exec_driver_sql
        if database.url.get_backend_name() == "postgresql":
            assert told("SHOW synchronous_commit").scalar() == "on"
        else:
            assert told("PRAGMA journal_mode").scalar() == "wal"
            assert told("PRAGMA synchronous").scalar() == 2  # FULL


def test_an_error_leaves_nothing_behind(database: Database) -> None:
    def fail_half_way() -> None:
        with database.write() as session:
            session.add(Setting(name="half", value="done"))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    with database.read() as session:
        assert session.get(Setting, "half") is None


def test_the_migrations_make_exactly_the_tables_of_the_models(database: Database) -> None:
    with database.connection() as connection:
        made = inspect(connection)
        tables = set(made.get_table_names()) - {"alembic_version"}
        assert tables == set(Base.metadata.tables)
        for name, table in Base.metadata.tables.items():
            columns = {c["name"]: c["nullable"] for c in made.get_columns(name)}
            assert columns == {c.name: c.nullable for c in table.columns}


def test_every_migration_can_be_taken_back(no_tables: Database) -> None:
    upgrade(no_tables)
    with no_tables.connection() as connection:
        made = sorted(inspect(connection).get_table_names())
    downgrade(no_tables, "base")
    with no_tables.connection() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    upgrade(no_tables)
    with no_tables.connection() as connection:
        assert sorted(inspect(connection).get_table_names()) == made


UPGRADE = """
import sys
from textback.store.database import Database
from textback.store.migrate import upgrade
upgrade(Database(sys.argv[1]))
"""


def test_processes_that_start_at_once_make_the_tables_once(no_tables: Database) -> None:
    url = no_tables.url.render_as_string()
    processes = [subprocess.Popen([sys.executable, "-c", UPGRADE, url]) for _ in range(4)]
    assert [process.wait() for process in processes] == [0] * 4
    with no_tables.read() as session:
        assert session.scalar(select(func.count()).select_from(Setting)) == 0


def test_what_strangers_write_is_kept_as_far_as_the_database_can(database: Database) -> None:
    with database.write() as session:
        session.add(Setting(name="text", value="a\0b \N{MOBILE PHONE} \N{RIGHT-TO-LEFT OVERRIDE}"))
    with database.read() as session:
        value = session.scalar(select(Setting.value)) or ""
    assert value.replace("\0", "\N{REPLACEMENT CHARACTER}") == "a\ufffdb \U0001f4f1 \u202e"
