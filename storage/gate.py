"""The way to the database under a crowd: so many at once, whoever can wait least first, and nobody longer than they can.

One rule: who is turned away was not begun and left no trace; what was begun is finished, and its answer waited for.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import threading
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlmodel import Session

from bot.port import Busy
from storage import Database

P = ParamSpec("P")
T = TypeVar("T")

AT_ONCE = 48
"""How many stand before the database at once: enough to commit in groups, few enough that what time causes gets its turn."""
AT_LEAST = 0.5  # seconds that everybody may wait, however late the loop is
BEAT, FADES = 0.05, 0.9  # seconds between two looks at how late the loop is, and what is left of that at the next one
RESTS = 30.0  # seconds after which nobody looks any more where nobody asked

_Waiting = tuple[float, int, asyncio.Future[None]]  # until when by the loop's clock, its number, its place


class _Turn:
    """A turn that is taken once: by the thread that begins the work, or by whoever does not wait for it any more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._begun = False

    def given_up(self) -> bool:
        """Give the turn up; false where the work has begun."""
        return self._lock.acquire(blocking=False)

    def begin(self, session: Session, work: Callable[[Session], T]) -> T:
        """Do the work, again where the database has it done again. Raises Busy where nobody waits for it any more."""
        self._begun = self._begun or self._lock.acquire(blocking=False)
        if not self._begun:
            raise Busy
        return work(session)


class Lag:
    """How long whoever comes now has been waiting already, unseen: as long as the loop was busy with others."""

    def __init__(self) -> None:
        self._due = self._late = self._asked = 0.0

    def now(self) -> float:
        """Seconds, none while the loop keeps up."""
        loop = asyncio.get_running_loop()
        self._asked = loop.time()
        if not self._due:
            self._again(loop)
        return max(loop.time() - self._due, self._late)

    def _beat(self, loop: asyncio.AbstractEventLoop) -> None:
        self._late = max(loop.time() - self._due, FADES * self._late)
        if loop.time() - self._asked < RESTS:
            self._again(loop)
        else:
            self._due = self._late = 0.0

    def _again(self, loop: asyncio.AbstractEventLoop) -> None:
        self._due = loop.time() + BEAT
        loop.call_at(self._due, self._beat, loop)


class Gate:
    """What people cause goes through here. To be used on one event loop."""

    def __init__(self, database: Database, at_once: int = AT_ONCE) -> None:
        self._database, self._free = database, at_once
        self._waiting: list[_Waiting] = []
        self._count = itertools.count()
        self._lag = Lag()
        self._alarm: asyncio.TimerHandle | None = None

    async def transact(
        self, patience: float, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Do what `Database.transact` does if it can begin within `patience` seconds of when it came; else raises Busy, and it never
        begins."""
        clock = asyncio.get_running_loop().time
        until = clock() + patience
        if self._free and not self._waiting:
            self._free -= 1
        else:
            until = clock() + max(AT_LEAST, patience - self._lag.now())
            await self._wait(until)
        turn = _Turn()
        try:
            begun = self._database.begin(turn.begin, lambda session: work(session, *args, **kwargs))
        except BaseException:
            self._leave()
            raise
        begun.add_done_callback(self._leave)
        return await self._patiently(begun, turn, max(until, clock() + AT_LEAST))

    async def _patiently(self, begun: asyncio.Future[T], turn: _Turn, until: float) -> T:
        """Wait for it until then, and longer where it has begun. Who goes away does not end it."""
        loop = asyncio.get_running_loop()
        heard: asyncio.Future[T] = loop.create_future()

        def hear(_: object) -> None:
            if heard.done() or begun.cancelled():
                return
            if (fault := begun.exception()) is not None:
                heard.set_exception(fault)
            else:
                heard.set_result(begun.result())

        def give_up() -> None:
            if not heard.done() and not begun.done() and turn.given_up():
                heard.set_exception(Busy())

        begun.add_done_callback(hear)
        alarm = loop.call_at(until, give_up)
        try:
            return await heard
        finally:
            alarm.cancel()

    async def _wait(self, until: float) -> None:
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (until, next(self._count), place))
        self._set_alarm()
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and place.exception() is None:
                self._leave()  # it was let in just now
            raise

    def _leave(self, begun: asyncio.Future[Any] | None = None) -> None:
        if begun is not None and not begun.cancelled():
            begun.exception()  # of what was given up, nobody else asks
        self._free += 1
        self._look()

    def _look(self) -> None:
        """Turn away whose time is up, and let in whom there is room for."""
        now = asyncio.get_running_loop().time()
        while self._waiting:
            until, _, place = self._waiting[0]
            if not place.done():
                if until <= now:
                    place.set_exception(Busy())
                elif self._free:
                    self._free -= 1
                    place.set_result(None)
                else:
                    break
            heapq.heappop(self._waiting)
        self._set_alarm()

    def _set_alarm(self) -> None:
        """Look again when the time of the next one is up."""
        soonest = self._waiting[0][0] if self._waiting else None
        if self._alarm is not None:
            if self._alarm.when() == soonest and not self._alarm.cancelled():
                return
            self._alarm.cancel()
        self._alarm = None if soonest is None else asyncio.get_running_loop().call_at(soonest, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        self._look()
