"""Bring a database to this program's tables, or back."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from textback.store.database import Database


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the tables up to `revision`. Safe when two processes start at once: one waits."""
    with database.connection() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def downgrade(database: Database, revision: str) -> None:
    """Take the tables back to `revision` ("base" is an empty database)."""
    with database.connection() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def alembic_config() -> Config:
    """Alembic's configuration, with no file of its own."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
