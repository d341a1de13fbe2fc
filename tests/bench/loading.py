"""Rows into a database, a great many at a time: COPY on PostgreSQL, one prepared INSERT on SQLite.

One rule: whatever is loaded reads as if the product had written it; a value is given as the text, number or None that both
databases take.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import psycopg
from psycopg import sql

from storage import Database

Rows = Mapping[str, Sequence[tuple[Any, ...]]]


def stamp(at: datetime) -> str:
    """An instant as both databases read it, the session being in UTC."""
    return at.astimezone(UTC).isoformat(" ", "microseconds")[:26]


class Sink(Protocol):
    """Where rows go: several calls, then `end`."""

    def take(self, rows: Rows, columns: Mapping[str, Sequence[str]]) -> None: ...

    def end(self) -> None: ...


class _File:
    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-200000"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute("BEGIN")

    def take(self, rows: Rows, columns: Mapping[str, Sequence[str]]) -> None:
        for table, those in rows.items():
            names, marks = ", ".join(f'"{name}"' for name in columns[table]), ", ".join("?" * len(columns[table]))
            self._connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", those)

    def end(self) -> None:
        self._connection.execute("COMMIT")
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.execute("ANALYZE")
        self._connection.close()


class _Server:
    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url.replace("postgresql+psycopg", "postgresql", 1))
        self._connection.execute("SET TIME ZONE 'UTC'")
        self._connection.execute("SET session_replication_role = replica")  # what refers to what is known to be there
        self._numbered: set[str] = set()

    def take(self, rows: Rows, columns: Mapping[str, Sequence[str]]) -> None:
        for table, those in rows.items():
            names = sql.SQL(", ").join(map(sql.Identifier, columns[table]))
            into = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
            with self._connection.cursor().copy(into) as copy:
                for row in those:
                    copy.write_row(row)
            if "id" in columns[table]:
                self._numbered.add(table)

    def end(self) -> None:
        for table in sorted(self._numbered):
            name = sql.Identifier(table)
            newest = sql.SQL("SELECT setval(pg_get_serial_sequence({}, 'id'), max(id)) FROM {}").format(table, name)
            self._connection.execute(newest)
        self._connection.commit()
        self._connection.autocommit = True
        self._connection.execute("VACUUM ANALYZE")
        self._connection.close()


def sink(url: str) -> Sink:
    """Open the database of that URL, which has the newest schema, for loading."""
    return _File(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else _Server(url)


@contextmanager
def fresh(server: str | None = None) -> Iterator[str]:
    """The URL of an empty database with the newest schema: on that PostgreSQL server, else SQLite in a file. It is gone afterwards."""
    name = f"bench{uuid4().hex[:8]}"
    if server is None:
        with tempfile.TemporaryDirectory(prefix="bellwether-bench-") as folder:
            yield _migrated(f"sqlite:///{Path(folder) / name}.db")
        return
    with _made(server, name) as url:
        yield _migrated(url)


def _migrated(url: str) -> str:
    database = Database(url)
    database.migrate()
    database.close()
    return url


@contextmanager
def copied(url: str, server: str | None = None) -> Iterator[str]:
    """The URL of a copy of that database, which nobody is connected to. It is gone afterwards."""
    name = f"bench{uuid4().hex[:8]}"
    if server is None:
        with tempfile.TemporaryDirectory(prefix="bellwether-bench-") as folder:
            path = Path(folder) / f"{name}.db"
            shutil.copyfile(url.removeprefix("sqlite:///"), path)
            yield f"sqlite:///{path}"
        return
    with _made(server, name, like=url.partition("?")[0].rsplit("/", 1)[1]) as made:
        yield made


@contextmanager
def _made(server: str, name: str, like: str = "template1") -> Iterator[str]:
    head, mark, query = server.partition("?")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(like)))
        try:
            yield f"{head.rsplit('/', 1)[0]}/{name}{mark}{query}"
        finally:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def spread(at: datetime, number: int, over: timedelta, steps: int = 1440) -> datetime:
    """One of so many instants in the time after `at`, by turns."""
    return at + over * (number % steps + 1) / steps


def most_memory() -> float:
    """The most that this process had in memory so far (MB); what a parent had before it is not counted."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024
