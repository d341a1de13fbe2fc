"""The schema's history, run by Alembic as configured here in code: no ini file, nothing to find on disk but this package.

One rule: revisions are written out and never changed once they were released; `NEWEST` names the last one, so that a start
with nothing to do need not import Alembic.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

NEWEST = "0005"

_LOCK = 0x62656C6C  # any number that is ours: two processes that start together take turns


def present(connection: Connection) -> str | None:
    """Tell which revision the database is at; None when it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def upgrade(connection: Connection) -> None:
    """Run what is missing, inside the connection's transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    if present(connection) == NEWEST:
        return
    from alembic import command  # a third of a second, at the first start only
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
