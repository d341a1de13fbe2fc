"""A sample partnership to try everything with: two organisations in two products, nine people, a clock that can be moved.

One rule: nothing in it is pretended. Its history was lived through the same doors that people use, only earlier.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import handlers
from bot.demo import cast, history, late
from bot.demo.clock import Clock
from bot.demo.tour import Tour
from bot.inbound import Place
from bot.messages import Button, Controls, Message
from bot.platforms.local import Local, Slash, World, read
from bot.platforms.local.chat import Content
from bot.port import Answer
from storage import Database

__all__ = ["Demo"]


class Demo:
    """The stage: its clock, its chat in the browser, and how it begins."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = Clock(database, history.opening(datetime.now(UTC)), lambda: self.local.chat.version)
        self.tour = Tour(database)
        handlers.discover()
        slashes = tuple(
            Slash(" ".join(each.path), each.usage, each.about)
            for each in sorted(handlers.commands.values(), key=_order)
        )
        world = World(cast.RESIDENTS, cast.ROOMS, slashes, cast.SKINS)
        self.local = Local(world, self.clock.now, self.clock, self.tour)

    def join(self, tick: Callable[[], Awaitable[int]], drain: Callable[[], Awaitable[int]]) -> None:
        """Let the moved clock run what is due on the way."""
        self.clock.tick, self.clock.drain = tick, drain

    async def begin(self, answer: Answer) -> None:
        """Live through the history, or, with a kept database, put its cards back into the rooms."""
        if await self.database.read(history.lived):
            await self.database.transact(history.show_again, self.clock.now())
            await self.clock.settle()
        else:
            await history.Past(answer, self.clock, self._shown, self._catch_up).live()
        await self.tour.begin()

    async def _catch_up(self) -> None:
        """Deliver what waited while the clock was held."""
        self.local.announced = await self.database.read(late.announced)
        await self.clock.drain()
        self.local.announced = {}

    def _shown(self, user: str, action: str, since: datetime | None) -> tuple[Place, str] | None:
        """Where somebody sees a button of that action, on the newest post not older than `since`, and its value."""
        for post in reversed(self.local.chat.since(0, [user])):
            if since is not None and post.at < since:
                continue
            found = next((each for each in _buttons(post.content) if each.action == action), None)
            if found is not None:
                return read.place(self.local.world, self.local.chat, cast.resident(user), post.where), found.value
        return None


def _buttons(content: Content) -> list[Button]:
    if not isinstance(content, Message):
        return []
    within = (control for block in content.body if isinstance(block, Controls) for control in block.controls)
    return [each for each in (*content.buttons, *within) if isinstance(each, Button)]


def _order(command: handlers.Command) -> tuple[bool, tuple[str, ...]]:
    return command.path[0] == "partnership", command.path
