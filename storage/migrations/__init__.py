"""The schema's history, run by Alembic as configured here in code: no ini file, nothing to find on disk but this package.

One rule: revisions are numbers, written out and never changed once they were released. The code of one release before runs beside the
new schema, so a revision adds, and what it makes needless is taken away a release later; a newer schema than `NEWEST` is as good as it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

NEWEST = "0007"


def present(connection: Connection) -> str | None:
    """Tell which revision the database is at; None when it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def current(connection: Connection) -> bool:
    """Tell whether this code can work on the schema: it is at the newest revision that the code knows, or at a later one."""
    found = present(connection) or ""
    return found.isdecimal() and int(found) >= int(NEWEST)


def upgrade(connection: Connection, to: str = NEWEST) -> None:
    """Run what is missing up to a revision, inside the connection's transaction."""
    if current(connection):  # with nothing to do Alembic is not even imported
        return
    from alembic import command  # a third of a second

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def missing(connection: Connection) -> list[Any]:
    """List the revisions that are still to be run, oldest first: the modules in `versions`."""
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(_config())
    return [each.module for each in scripts.iterate_revisions(NEWEST, present(connection) or "base")][::-1]


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config
