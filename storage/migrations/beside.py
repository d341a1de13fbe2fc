"""Migrating PostgreSQL while other processes are at work on it.

One rule: nobody waits long for it. A lock that cannot be had within a second is let go, so that those who queue behind it go on, and is
asked for again later; an index of a table that grows (`BEFOREHAND` in a revision) is built while everybody goes on writing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from storage.migrations import current, missing, present, upgrade

log = logging.getLogger(__name__)

_TURN = 0x62656C6C  # any number that is ours: processes that start together take turns
_PATIENCE = "1s"
_PAUSE = 1.0  # seconds
_TRIES = 120
_BUSY = frozenset({"55P03", "40P01"})  # a lock was not had in time; a deadlock
_TORN = text("SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(:name) AND NOT indisvalid")


def migrate(engine: Engine) -> None:
    """Run what is missing, each revision in a transaction of its own. Raises DBAPIError when a table is busy for minutes."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as watch:
        if current(watch):
            return
        with _turn(watch):
            grown = present(watch) is not None
            for revision in missing(watch):
                if grown:
                    _build(watch, getattr(revision, "BEFOREHAND", {}))
                _step(engine, revision.revision)


@contextmanager
def _turn(watch: Connection) -> Iterator[None]:
    # Whoever waited inside a statement would hold a snapshot, and an index that is being built waits for all snapshots.
    while not watch.execute(text("SELECT pg_try_advisory_lock(:turn)"), {"turn": _TURN}).scalar_one():
        log.info("another process migrates the database")
        time.sleep(_PAUSE)
    try:
        yield
    finally:
        if not watch.invalidated:
            watch.execute(text("SELECT pg_advisory_unlock(:turn)"), {"turn": _TURN})


def _build(watch: Connection, indexes: dict[str, str]) -> None:
    for name, what in indexes.items():
        if watch.execute(_TORN, {"name": name}).first():  # whoever built it did not get to the end
            watch.execute(text(f"DROP INDEX CONCURRENTLY {name}"))
        watch.execute(text(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {what}"))


def _step(engine: Engine, revision: str) -> None:
    for left in reversed(range(_TRIES)):
        try:
            with engine.begin() as connection:
                connection.execute(text(f"SET LOCAL lock_timeout = '{_PATIENCE}'"))
                upgrade(connection, revision)
            return
        except DBAPIError as fault:
            if not left or getattr(fault.orig, "sqlstate", None) not in _BUSY:
                raise
            log.info("the tables are busy: revision %s is tried again", revision)
            time.sleep(_PAUSE)
