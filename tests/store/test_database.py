"""Two processes may write at once and nothing is lost."""

import subprocess
import sys

import pytest
from sqlalchemy import inspect, select

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
        pragma = session.connection().exec_driver_sql
        assert pragma("PRAGMA journal_mode").scalar() == "wal"
        assert pragma("PRAGMA synchronous").scalar() == 2  # FULL


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


def test_every_migration_can_be_taken_back(database: Database) -> None:
    downgrade(database, "base")
    with database.connection() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    upgrade(database)
