"""What the hot paths share: Core statements on the session's own connection, prepared once, the same on both databases.

One rule: the database refuses the double (ON CONFLICT), never an `if`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

import storage.tables  # noqa: F401  (fills the metadata)


def core(session: Session) -> Connection:
    """Give the session's connection, after writing what is pending so that statements see it."""
    session.flush()
    return session.connection()


def table(name: str) -> Table:
    """Give the table of that name as a Core value."""
    return SQLModel.metadata.tables[name]


def inserting(connection: Connection) -> Any:
    """Give the INSERT of this database that knows ON CONFLICT."""
    return postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
