"""The sample's clock: it runs like any other, and can be moved forward.

One rule: moving it skips nothing. It goes from one due timer to the next, and each is carried out and delivered at its own time; only
while it is held do the rooms wait, and what they get then says when it was said.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from bot.actions import celebrations
from bot.actions.standups import CLOSE
from bot.rules.escalation import Timer
from bot.rules.rhythm import Tick
from storage import Database, timers

QUIET = frozenset({Timer.FADE.value, celebrations.FIXED, Tick.PLAN.value, Tick.REPLAN.value, Tick.END.value, CLOSE})
"""What only plans or freshens a card, and is no event that anybody waits for."""

_JUST_BEFORE = timedelta(microseconds=1)
_IN_VAIN = 40  # events at which nobody saw anything, until the button gives up


async def _nothing() -> int:
    return 0


class Clock:
    """`tick` runs what is due and `drain` delivers it; both are given when the bot is put together."""

    def __init__(self, database: Database, start: datetime, seen: Callable[[], int]) -> None:
        """`seen` grows with everything that is said or changed in the chat."""
        self._database, self._seen = database, seen
        self._ahead = start - datetime.now(UTC)
        self._moving = asyncio.Lock()
        self.tick: Callable[[], Awaitable[int]] = _nothing
        self.drain: Callable[[], Awaitable[int]] = _nothing
        self.held = False
        self.agenda: deque[tuple[datetime, Callable[[], Awaitable[object]]]] = (
            deque()
        )  # what people will do, soonest first

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    async def forward(self, hours: float) -> None:
        """Move it by so many hours; returns when all that fell due on the way has happened."""
        await self.until(self.now() + timedelta(hours=hours))

    async def next_event(self) -> None:
        """Move it to the next thing that somebody notices: a morning with nothing to say is passed by. Stays where it is when there
        is none."""
        for _ in range(_IN_VAIN):
            due = await self._database.read(timers.next_due, QUIET)
            if due is None:
                return
            await self.until(due - _JUST_BEFORE)
            before = self._seen()
            await self.until(due)
            if self._seen() != before:
                return

    async def until(self, instant: datetime) -> None:
        """Move it to an instant; one that has gone by already leaves it where it is."""
        async with self._moving:
            while True:
                due = await self._database.read(timers.next_due)
                if self.agenda and self.agenda[0][0] <= min(instant, due or instant):
                    await self.agenda.popleft()[1]()
                elif due is None or due > instant:
                    break
                else:
                    self.pass_to(due)
                await self.settle()
            self.pass_to(instant)
            await self.settle()

    async def settle(self) -> None:
        """Run what is due now, and deliver it unless the rooms wait."""
        await self.tick()
        if not self.held:
            await self.drain()

    def pass_to(self, instant: datetime) -> None:
        """Let it be that time, and nothing more."""
        self._ahead = max(self._ahead, instant - datetime.now(UTC))
