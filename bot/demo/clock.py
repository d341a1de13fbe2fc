"""The sample's clock: it runs like any other, and can be moved forward.

One rule: moving it skips nothing. It goes from one due timer to the next, and each is carried out and delivered at its own time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from bot.actions import celebrations
from bot.rules.escalation import Timer
from storage import Database, timers

QUIET = frozenset({Timer.FADE.value, celebrations.FIXED})
"""What only freshens a card, and is no event that anybody waits for."""


async def _nothing() -> int:
    return 0


class Clock:
    """`tick` runs what is due and `drain` delivers it; both are given when the bot is put together."""

    def __init__(self, database: Database, start: datetime) -> None:
        self._database = database
        self._ahead = start - datetime.now(UTC)
        self._moving = asyncio.Lock()
        self.tick: Callable[[], Awaitable[int]] = _nothing
        self.drain: Callable[[], Awaitable[int]] = _nothing

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    async def forward(self, hours: float) -> None:
        """Move it by so many hours; returns when all that fell due on the way has happened."""
        await self.until(self.now() + timedelta(hours=hours))

    async def next_event(self) -> None:
        """Move it to the next thing that people notice; stays where it is when there is none."""
        due = await self._database.read(timers.next_due, QUIET)
        if due is not None:
            await self.until(due)

    async def until(self, instant: datetime) -> None:
        """Move it to an instant; one that has gone by already leaves it where it is."""
        async with self._moving:
            while True:
                due = await self._database.read(timers.next_due)
                if due is None or due > instant:
                    break
                self._move(due)
                await self.settle()
            self._move(instant)
            await self.settle()

    async def settle(self) -> None:
        """Run and deliver what is due now."""
        await self.tick()
        await self.drain()

    def _move(self, instant: datetime) -> None:
        self._ahead = max(self._ahead, instant - datetime.now(UTC))
