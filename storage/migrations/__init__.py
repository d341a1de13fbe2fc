"""The schema's history, run by Alembic as configured here in code: no ini file, nothing to find on disk but this package.

One rule: revisions are written out and never changed once they were released.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

_LOCK = 0x62656C6C  # any number that is ours: two processes that start together take turns


def config() -> Config:
    """Give Alembic's configuration."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return made


def upgrade(connection: Connection) -> None:
    """Run what is missing, inside the connection's transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    made = config()
    made.attributes["connection"] = connection
    command.upgrade(made, "head")


def present(connection: Connection) -> str | None:
    """Tell which revision the database is at; None when it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


@cache
def newest() -> str | None:
    """Tell which revision is the newest."""
    return ScriptDirectory.from_config(config()).get_current_head()
