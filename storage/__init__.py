"""The database: ordinary functions over a session, each run as one transaction on storage's own thread.

One rule: the event loop never waits on SQL, and nothing outside a function given to `transact` or `run` writes.
"""

from __future__ import annotations

import asyncio
import contextvars
import functools
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool
from sqlmodel import Session

from storage.migrations import NEWEST, present, upgrade

P = ParamSpec("P")
T = TypeVar("T")

_TRIES = 5
_THREADS = 8
_RETRIED = frozenset({"40001", "40P01"})  # serialisation failure, deadlock
_GONE = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_FULL", "SQLITE_READONLY")


class Unavailable(Exception):
    """The database did not answer, or could not write; nothing of the transaction was kept."""


class Database:
    """One database, SQLite or PostgreSQL, behind the same few doors. `alone` is true where one process only may use it."""

    def __init__(self, url: str) -> None:
        """Take a SQLAlchemy URL: `sqlite:///file.db`, `sqlite://` (in memory) or `postgresql://…`. Connects when first used."""
        address = make_url(url)
        self.alone = address.get_backend_name() == "sqlite"
        self._writer: Executor
        self._reader: Executor
        self._engine: Engine
        self._reading: Engine
        if not self.alone:
            self._engine = create_engine(
                address.set(drivername="postgresql+psycopg"),
                pool_size=_THREADS,
                max_overflow=0,
                pool_recycle=1800,
                hide_parameters=True,
            )
            self._reading = self._engine.execution_options(postgresql_readonly=True)
            self._writer = self._reader = ThreadPoolExecutor(_THREADS, "storage")
            return
        self._writer = ThreadPoolExecutor(1, "storage-write")
        if address.database in (None, "", ":memory:"):
            self._engine = self._reading = _sqlite(url, "BEGIN IMMEDIATE", poolclass=StaticPool)
            self._reader = self._writer
        else:
            self._engine = _sqlite(url, "BEGIN IMMEDIATE", pool_size=1)
            self._reading = _sqlite(url, "BEGIN", pool_size=4)
            self._reader = ThreadPoolExecutor(4, "storage-read")

    async def transact(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(session, …)` as one transaction and give back what it returns. Raises Unavailable; may run it more than once."""
        return await _off_the_loop(self._writer, functools.partial(self._attempt, self._engine, work, *args, **kwargs))

    async def read(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(session, …)` where it cannot write, beside the writer. Raises Unavailable."""
        return await _off_the_loop(self._reader, functools.partial(self._attempt, self._reading, work, *args, **kwargs))

    def run(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do what `transact` does, from plain code; blocks. Raises Unavailable."""
        return self._writer.submit(functools.partial(self._attempt, self._engine, work, *args, **kwargs)).result()

    def migrate(self) -> None:
        """Bring the schema to the newest revision; two processes that start together take turns. Raises Unavailable."""
        self.run(lambda session: upgrade(session.connection()))

    def current(self) -> bool:
        """Tell whether the schema is the newest one. Raises Unavailable."""
        work = functools.partial(self._attempt, self._reading, lambda session: present(session.connection()))
        return self._reader.submit(work).result() == NEWEST

    async def alive(self) -> bool:
        """Ask the database for a sign of life, two seconds at most."""
        try:
            async with asyncio.timeout(2):
                await self.read(lambda session: session.connection().execute(text("SELECT 1")).scalar_one())
        except (Unavailable, TimeoutError):
            return False
        return True

    def close(self) -> None:
        """Finish what is in hand and let go of every connection."""
        self._writer.shutdown()
        self._reader.shutdown()
        self._reading.dispose()
        self._engine.dispose()

    def _attempt(
        self, engine: Engine, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        for left in reversed(range(_TRIES)):
            committing = False
            try:
                with Session(engine, expire_on_commit=False) as session:
                    result = work(session, *args, **kwargs)
                    session.flush()
                    committing = True
                    session.commit()
                    return result
            except DBAPIError as fault:
                # A commit whose answer was lost may have been kept: only what surely was not is tried again.
                again = _state(fault) in _RETRIED or (fault.connection_invalidated and not committing)
                if again and left:
                    continue
                if again or _gone(fault):
                    raise Unavailable(f"the database did not answer: {fault.orig}") from fault
                raise
        raise AssertionError("unreachable")


async def _off_the_loop(pool: Executor, work: Callable[[], T]) -> T:
    context = contextvars.copy_context()
    return await asyncio.get_running_loop().run_in_executor(pool, context.run, work)


def passing(fault: BaseException) -> bool:
    """Tell whether it is the database that failed and not the work: the same work may succeed when it is run again."""
    return isinstance(fault, DBAPIError) and (_state(fault) in _RETRIED or _gone(fault))


def _state(fault: DBAPIError) -> str | None:
    return getattr(fault.orig, "sqlstate", None)


def _gone(fault: DBAPIError) -> bool:
    name = getattr(fault.orig, "sqlite_errorname", None)
    if name is not None:
        return str(name).startswith(_GONE)
    return fault.connection_invalidated or type(fault).__name__ in ("OperationalError", "InterfaceError")


def _sqlite(url: str, begin: str, **options: Any) -> Engine:
    # What people typed is in the parameters, and an error must not carry it into the log.
    engine = create_engine(
        url, connect_args={"check_same_thread": False, "timeout": 10}, hide_parameters=True, **options
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver would begin by itself, too late and without IMMEDIATE
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        if begin == "BEGIN":
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine
