"""The metronome: APScheduler wakes it for the next due timer; the timers table is the memory.

One rule: claiming a batch, the features' work and what they plan next are one transaction, so no lease is needed and
any number of processes may tick on one PostgreSQL.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
import pkgutil
import secrets
import socket
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlmodel import Session

from bot import logs, metrics
from bot.actions.rhythm import follow
from bot.rules.retrying import timer_pause
from scheduler.catching_up import CatchingUp
from scheduler.wall_clock import WallClock
from storage import Database, Unavailable, beats, outages, passing, retention, timers
from storage.retention import KEEP, Keep
from storage.timers import Due

log = logging.getLogger(__name__)

Work = Callable[[Sequence[Due], Session, datetime], None]
W = TypeVar("W", bound=Work)

TIMERS: dict[str, Work] = {}
"""What each kind of timer does; filled by `@timer`."""

_LONGEST = timedelta(seconds=30)  # another process may have planned something sooner
_GATHERS = timedelta(milliseconds=50)  # so that not everything that people do costs a tick of its own
_SHORTEST = timedelta(seconds=0.2)  # another process may be at what is due
_TROUBLED = timedelta(seconds=5)
_BEAT = 60  # seconds between two signs of life
_BREATH = 0.05  # seconds between two slices of cleaning: others write in between


def timer(kind: str) -> Callable[[W], W]:
    """Register what happens when timers of that kind are due: `def work(batch, session, now)`. Each kind has one."""

    def register(work: W) -> W:
        if kind in TIMERS:
            raise ValueError(f"two functions want the timer {kind!r}: {TIMERS[kind].__module__} and {work.__module__}")
        TIMERS[kind] = work
        return work

    return register


def discover() -> None:
    """Import every feature of this package, so that its timers are known."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")


class _Stumbled(Exception):
    """A batch failed; `ids` are the timers in it."""

    def __init__(self, ids: list[int], kind: str) -> None:
        super().__init__(kind)
        self.ids = ids


class Metronome:
    """Runs what is due, when it is due."""

    def __init__(
        self,
        database: Database,
        now: Callable[[], datetime],
        wake_delivery: Callable[[], None],
        *,
        limit: int = 500,
        keep: Keep = KEEP,
    ) -> None:
        """`now` may be moved; where others read the same `WallClock`, it is noticed whatever time they were told. `wake_delivery` is
        called after each batch that did something."""
        discover()
        self._database, self._wake_delivery, self._limit = database, wake_delivery, limit
        self._now = now if isinstance(now, WallClock) else WallClock(now)
        self._keep = keep
        self._process = f"{socket.gethostname()} {os.getpid()} {secrets.token_hex(4)}"
        self._catching_up = CatchingUp(database, self._now)
        self._scheduler: AsyncIOScheduler | None = None
        self._watch: asyncio.Task[None] | None = None
        self._running, self._beating, self._cleaning = asyncio.Lock(), asyncio.Lock(), asyncio.Lock()
        self._wanted = self._coming = self._stopping = False
        self.healthy = False

    async def start(self) -> None:
        """Begin to tick. Where no process ran, that is noted first: what is overdue is judged by it."""
        await self._come_back()
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        self._scheduler.start()
        self._scheduler.add_job(
            self._clean, "interval", hours=1, next_run_time=datetime.now(UTC) + timedelta(minutes=5)
        )
        self._scheduler.add_job(
            self._beat, "interval", seconds=_BEAT, next_run_time=datetime.now(UTC), args=[self._now()], id="beat"
        )
        self._watch = asyncio.create_task(self._watch_the_clock(), name="watchdog")
        self.wake()

    async def stop(self) -> None:
        """Tick no more; the batch in hand ends first."""
        self._stopping = True
        if self._watch is not None:
            self._watch.cancel()
        if self._scheduler is not None:
            self._scheduler.pause()
        await asyncio.sleep(0)  # who was let go already begins, and sees that it is over
        async with self._running, self._beating, self._cleaning:  # the scheduler would cancel them
            if self._scheduler is not None:
                self._scheduler.shutdown(wait=False)
            self._scheduler = None
            self.healthy = False

    def wake(self) -> None:
        """Tick soon: something was planned. Whoever wakes it meanwhile shares that tick. To be called on the event loop."""
        if not self._coming and self._scheduler is not None:  # a start looks by itself
            self._coming = True
            self._next_run(_GATHERS)

    async def tick(self) -> int:
        """Run all that is due by now, and what becomes due through it; returns how many timers fired."""
        done = 0
        while not self._stopping and (ran := await self._batch(None)):
            done += ran
            self._wake_delivery()
        return done

    async def _run(self) -> None:
        self._wanted, self._coming = True, False
        if self._running.locked():  # whoever is running looks again before it ends
            return
        async with self._running:
            wait = _LONGEST
            while self._wanted and not self._stopping:
                self._wanted = False
                wait = await self._tick_and_look()
            if not self._coming:
                self._next_run(wait)

    async def _tick_and_look(self) -> timedelta:
        """Tick, and tell how long to sleep."""
        try:
            if await self._catching_up.go_on():
                self._wake_delivery()
            await self.tick()
            due = await self._database.read(timers.next_due)
        except Exception as fault:
            if isinstance(fault, Unavailable):
                log.warning("the metronome waits for the database: %s", fault)
            else:
                log.exception("the metronome stumbled and goes on")
            self.healthy = False
            return _TROUBLED
        self.healthy = True
        longest = _LONGEST if self._catching_up.over else _TROUBLED
        return longest if due is None else min(longest, max(_SHORTEST, due - self._now()))

    def _next_run(self, wait: timedelta) -> None:
        if self._scheduler is None or self._stopping:
            return
        at = datetime.now(UTC) + wait
        self._scheduler.add_job(self._run, "date", run_date=at, id="tick", replace_existing=True, max_instances=2)

    async def _watch_the_clock(self) -> None:
        """APScheduler sleeps until a time of day; when the clock is moved, it must look again."""
        while True:
            await asyncio.sleep(1)
            moved, turned_back = self._now.moved(), self._now.turned_back()
            if turned_back:
                self._catching_up.notice()
            if moved or turned_back:
                log.info("the clock was moved by %.0f s", moved.total_seconds())  # by none, where it was back at once
                self.wake()
                if self._scheduler is not None:
                    self._scheduler.modify_job("beat", next_run_time=datetime.now(UTC))
                    self._scheduler.wakeup()

    async def _batch(self, ids: Sequence[int] | None) -> int:
        now = self._now()
        logs.begin()
        try:
            done = await self._database.transact(self._work, now, ids)
            for kind, times in Counter(each.kind for each in done).items():
                metrics.FIRED.labels(kind, "fired").inc(times)
            for each in done:
                metrics.LAG.observe(max(0.0, (now - each.planned_for).total_seconds()))
            return len(done)
        except _Stumbled as stumbled:
            if len(stumbled.ids) == 1:
                metrics.FIRED.labels(str(stumbled), "failed").inc()
                log.exception("a timer of kind %s failed", stumbled)
                await self._database.transact(_set_back, stumbled.ids[0], now, repr(stumbled.__cause__))
                return 1
            half = len(stumbled.ids) // 2
            return await self._batch(stumbled.ids[:half]) + await self._batch(stumbled.ids[half:])

    def _work(self, session: Session, now: datetime, ids: Sequence[int] | None) -> list[Due]:
        due = timers.claim(session, now, limit=self._limit) if ids is None else timers.claim_these(session, ids)
        left = {each.id: each for each in due}
        while left:
            kind = next(iter(left.values())).kind
            batch = [each for each in left.values() if each.kind == kind]
            taken = [each.id for each in batch]
            if kind in TIMERS:
                timers.fire(session, taken, now)
                try:
                    TIMERS[kind](batch, session, now)
                    follow(session, now)
                except Exception as fault:
                    if passing(fault):
                        raise
                    raise _Stumbled([each.id for each in due], kind) from fault
            else:
                log.error("nobody knows what to do with a timer of kind %s", kind)
                timers.park(session, taken, now, f"nobody knows what to do with the kind {kind!r}")
            left = {id: each for id, each in left.items() if each.kind != kind}
            if left:  # what this kind did may have dropped some of the others
                waits = timers.still(session, list(left))
                left = {id: each for id, each in left.items() if id in waits}
        return due

    async def _come_back(self) -> None:
        try:
            await self._catching_up.look_back()
            out = await self._database.transact(outages.back, self._now())
        except Unavailable as fault:
            log.warning("since when nothing ran could not be found out: %s", fault)
        else:
            if out is not None:
                log.warning("nothing ran from %s to %s", *out)

    async def _beat(self, began: datetime) -> None:
        async with self._beating:
            try:
                await self._database.transact(beats.note, self._process, began, self._now())
            except Unavailable as fault:
                log.warning("nobody could be told that this process is alive: %s", fault)

    async def _clean(self) -> None:
        async with self._cleaning:
            await self.clean()

    async def clean(self) -> int:
        """Forget what was kept for long enough, in slices with a pause behind each; returns how many rows. Another process may be at it."""
        gone, now = 0, self._now()
        try:
            while not self._stopping and (found := await self._database.read(retention.stale, now, self._keep)):
                if not (slice_ := await self._database.transact(retention.forget, found, now, self._keep)):
                    break
                metrics.FORGOTTEN.inc(slice_)
                gone += slice_
                await asyncio.sleep(_BREATH)
        except Unavailable as fault:
            log.warning("cleaning up waits for an hour: %s", fault)
        return gone


def _set_back(session: Session, id: int, now: datetime, trouble: str) -> None:
    found = timers.claim_these(session, [id])
    if not found:
        return
    wait = timer_pause(found[0].tries + 1)
    if wait is None:
        timers.park(session, [id], now, trouble)
    else:
        timers.retry(session, id, now + wait, trouble)
