"""The database: ordinary functions over a session, each run as one transaction on storage's own thread.

One rule: the event loop never waits on SQL, and nothing outside a function given to `transact` or `run` writes.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import URL, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool
from sqlmodel import Session

from storage.attempts import Unavailable, attempt, passing, told
from storage.migrations import beside, current, upgrade
from storage.sole import held
from storage.waking import Listener
from storage.writing import Writer

__all__ = ["Database", "Unavailable", "passing"]

P = ParamSpec("P")
T = TypeVar("T")

_THREADS = 8


class Database:
    """One database, SQLite or PostgreSQL, behind the same few doors. `alone` is true where one process only may use it."""

    def __init__(self, url: str) -> None:
        """Take a SQLAlchemy URL: `sqlite:///file.db`, `sqlite://` (in memory) or `postgresql://…`. Connects when first used."""
        address = make_url(url)
        self.alone = address.get_backend_name() == "sqlite"
        self._writer: Writer | None = None
        self._threads: Executor | None = None
        self._file: Path | None = None
        self._held: IO[bytes] | None = None
        self._engine: Engine
        self._reading: Engine
        if not self.alone:
            self._engine = _postgresql(address)
            self._reading = self._engine.execution_options(postgresql_readonly=True)
            self._threads = ThreadPoolExecutor(_THREADS, "storage")
            return
        if address.database in (None, "", ":memory:"):
            self._engine = self._reading = _sqlite(url, "BEGIN IMMEDIATE", poolclass=StaticPool)
        else:
            self._file = Path(str(address.database))
            self._engine = _sqlite(url, "BEGIN IMMEDIATE", pool_size=1)
            self._reading = _sqlite(url, "BEGIN", pool_size=4)
            self._threads = ThreadPoolExecutor(4, "storage-read")
        self._writer = Writer(self._engine)

    async def transact(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(session, …)` as one transaction and give back what it returns. Raises Unavailable; may run it more than once."""
        return await self.begin(work, *args, **kwargs)

    def begin(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> asyncio.Future[T]:
        """Do what `transact` does, for who does not wait for it at once: begun when this returns."""
        bound = _bound(work, *args, **kwargs)
        if self._writer is None:
            return asyncio.wrap_future(self._elsewhere(self._engine, bound))
        return self._writer.promise(bound, _name(work))

    async def read(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(session, …)` where it cannot write, beside the writer. Raises Unavailable."""
        return await asyncio.wrap_future(self._read(work, *args, **kwargs))

    def run(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do what `transact` does, from plain code; blocks. Raises Unavailable."""
        return self._write(work, *args, **kwargs).result()

    def migrate(self) -> None:
        """Bring the schema to the newest revision; two processes that start together take turns. Raises Unavailable."""
        if self.alone:
            self.run(lambda session: upgrade(session.connection()))
            return
        try:
            beside.migrate(self._engine)
        except DBAPIError as fault:
            raise told(fault) from fault

    def current(self) -> bool:
        """Tell whether the schema is the newest one, or newer still. Raises Unavailable."""
        return self._read(lambda session: current(session.connection())).result()

    def hold(self) -> bool:
        """Keep other processes from running on a SQLite file until this one ends; False when one does already. Raises Unavailable."""
        if self._file is None or self._held is not None:
            return True
        try:
            self._held = held(self._file)
        except OSError as fault:
            raise Unavailable(f"the database cannot be held: {fault}") from fault
        return self._held is not None

    def listen(self, heard: Callable[[], object]) -> Listener | None:
        """Call `heard`, on another thread, when another process has more to do than it can; None where there is no other."""
        return None if self.alone else Listener(self._engine, heard)

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
        if self._writer is not None:
            self._writer.close()
        if self._threads is not None:
            self._threads.shutdown()
        self._reading.dispose()
        self._engine.dispose()
        if self._held is not None:
            self._held.close()

    def _write(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        bound = _bound(work, *args, **kwargs)
        if self._writer is not None:
            return self._writer.submit(bound, _name(work))
        return self._elsewhere(self._engine, bound)

    def _read(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        if self._threads is None:
            return self._write(work, *args, **kwargs)
        return self._elsewhere(self._reading, _bound(work, *args, **kwargs))

    def _elsewhere(self, engine: Engine, work: Callable[[Session], T]) -> Future[T]:
        assert self._threads is not None
        return self._threads.submit(contextvars.copy_context().run, attempt, engine, work)


def _name(work: Callable[..., Any]) -> str:
    return getattr(work, "__qualname__", "")


def _bound(work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> Callable[[Session], T]:
    return lambda session: work(session, *args, **kwargs)


def _postgresql(address: URL) -> Engine:
    engine = create_engine(
        address.set(drivername="postgresql+psycopg"),
        pool_size=_THREADS,
        max_overflow=0,
        pool_recycle=1800,
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # Where statistics are old, a statement of a millisecond may look dear enough to be compiled for two hundred.
        connection.autocommit = True
        connection.execute("SELECT set_config(name, 'off', false) FROM pg_settings WHERE name = 'jit'")
        connection.autocommit = False

    return engine


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
        if connection.connection.driver_connection.in_transaction:  # a commit that fails leaves it open
            connection.connection.rollback()
        connection.exec_driver_sql(begin)

    return engine
