"""The one writer of a SQLite database: works that wait are done one after the other and made durable by one commit.

One rule: nobody hears of anything before it is durable, and who fails takes nobody along: each work has a savepoint of its own,
and where the database itself failed, each is done again by itself.
"""

from __future__ import annotations

import asyncio
import contextvars
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from storage.attempts import attempt, passing, told

_MOST = 64
"""How many works share a commit at most."""
_BEGUN_WITHIN = 0.05
"""How many seconds after the first another one may still join it."""
_LONG = 0.008
"""Whoever had more than so many seconds of the processor the last time does not join others."""


Outcome = tuple["_Job", Any, BaseException | None]
"""A work with its result, or with what it was refused with."""


@dataclass(frozen=True, slots=True)
class _Job:
    work: Callable[[Session], Any]
    name: str
    loop: asyncio.AbstractEventLoop | None  # of whoever waits there, else a thread waits
    promise: Future[Any] | asyncio.Future[Any]
    context: contextvars.Context = field(default_factory=contextvars.copy_context)


class _Failed(Exception):
    """The transaction is gone, with what everybody did in it, and was not committed."""


class Writer:
    """A thread that does all the writing there is to one engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._next: _Job | None = None  # was taken from the queue already, and begins the next transaction
        self._long: set[str] = set()
        self._closed = False
        self._door = threading.Lock()  # nobody comes in behind the last one
        self._thread = threading.Thread(target=self._run, name="storage-write", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Session], Any], name: str) -> Future[Any]:
        """Have a work done, perhaps together with others. How long it takes is told by what went under that name before."""
        promise: Future[Any] = Future()
        self._take(_Job(work, name, None, promise))
        return promise

    def promise(self, work: Callable[[Session], Any], name: str) -> asyncio.Future[Any]:
        """Do what `submit` does, for who waits on an event loop."""
        loop = asyncio.get_running_loop()
        promise: asyncio.Future[Any] = loop.create_future()
        self._take(_Job(work, name, loop, promise))
        return promise

    def _take(self, job: _Job) -> None:
        with self._door:
            if self._closed:
                raise RuntimeError("the database is closed")
            self._jobs.put(job)

    def close(self) -> None:
        """Do what was given, and take no more."""
        with self._door:
            if not self._closed:
                self._closed = True
                self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (job := self._next or self._jobs.get()) is not None:
            self._next = None
            if job.name in self._long:
                self._apart(job)
            else:
                self._together(job)

    def _apart(self, job: _Job) -> None:
        if not _wanted(job):
            return
        began = time.thread_time()
        try:
            outcome: Outcome = job, job.context.run(attempt, self._engine, job.work), None
        except BaseException as fault:
            outcome = job, None, fault
        _tell([outcome])
        self._note(job, began)

    def _together(self, first: _Job) -> None:
        begun: list[_Job] = []
        try:
            outcomes = self._committed(first, begun)
        except (_Failed, IntegrityError):
            for job in begun:
                self._apart(job)
        except BaseException as fault:
            _tell([(job, None, told(fault)) for job in begun or [first] if _wanted(job)])
        else:
            _tell(outcomes)

    def _committed(self, first: _Job, begun: list[_Job]) -> list[Outcome]:
        """Do the first and all that join it, `begun` with each; gives what came of each."""
        outcomes: list[Outcome] = []
        with self._engine.connect() as connection, connection.begin(), ExitStack() as open_:
            session: Session | None = None
            for job in self._joining(first):
                if not _wanted(job):
                    continue
                begun.append(job)
                session = session or open_.enter_context(_session(connection))
                result, fault = self._within(connection, session, job)
                outcomes.append((job, result, fault))
                if fault is None:
                    session.expunge_all()  # to the next one it is as good as new, at a tenth of the cost
                    session.info.clear()
                else:
                    open_.close()
                    session = None
        return outcomes

    def _joining(self, first: _Job) -> Iterator[_Job]:
        """The first, and of those who wait already and take short whoever comes next."""
        until = time.monotonic() + _BEGUN_WITHIN
        yield first
        for _ in range(_MOST - 1):
            try:
                job = self._jobs.get_nowait()
            except Empty:
                return
            if job is None:
                self._jobs.put(None)
                return
            if job.name in self._long or time.monotonic() > until:
                self._next = job
                return
            yield job

    def _within(self, connection: Connection, session: Session, job: _Job) -> tuple[Any, Exception | None]:
        """Do one work in a savepoint; gives its result, or what it was refused with. Raises _Failed where the transaction is gone."""
        raw: Any = connection.connection.driver_connection
        began = time.thread_time()
        try:
            raw.execute("SAVEPOINT work")
            result = job.context.run(job.work, session)
            session.flush()
            raw.execute("RELEASE work")
            return result, None
        except Exception as fault:
            if (
                passing(fault)
                or isinstance(fault, sqlite3.Error)
                or not (connection.in_transaction() and raw.in_transaction)
            ):
                raise _Failed from fault
            raw.execute("ROLLBACK TO work")
            return None, fault
        finally:
            self._note(job, began)

    def _note(self, job: _Job, began: float) -> None:
        if time.thread_time() - began > _LONG:
            self._long.add(job.name)
        else:
            self._long.discard(job.name)


def _session(connection: Connection) -> Session:
    return Session(connection, expire_on_commit=False, join_transaction_mode="rollback_only")


def _wanted(job: _Job) -> bool:
    """Whether somebody still waits for it; from then on it is done."""
    if isinstance(job.promise, asyncio.Future):
        return not job.promise.cancelled()
    return job.promise.running() or job.promise.set_running_or_notify_cancel()


def _tell(outcomes: Iterable[Outcome]) -> None:
    """Give each what came of it: who waits in a thread at once, all who wait on an event loop by one call to it."""
    elsewhere: dict[asyncio.AbstractEventLoop, list[Outcome]] = {}
    for outcome in outcomes:
        if outcome[0].loop is None:
            _keep_promises([outcome])
        else:
            elsewhere.setdefault(outcome[0].loop, []).append(outcome)
    for loop, theirs in elsewhere.items():
        with suppress(RuntimeError):  # it is closed, and nobody waits there any more
            loop.call_soon_threadsafe(_keep_promises, theirs)


def _keep_promises(outcomes: Iterable[Outcome]) -> None:
    for job, result, fault in outcomes:
        if job.promise.cancelled():
            continue
        if fault is not None:
            job.promise.set_exception(fault)
        else:
            job.promise.set_result(result)
