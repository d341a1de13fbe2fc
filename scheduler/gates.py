"""How much is sent at once: so many on each platform, and of these so many of each tenant.

One rule: what is urgent waits at no gate.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from storage.claims import Claimed
from storage.turns import Room, Tenant


class Gates:
    """In one process: `in_flight` sends go at once on each platform, `of_one` at most of one tenant."""

    def __init__(self, in_flight: int, of_one: int) -> None:
        self._in_flight, self._of_one = in_flight, of_one
        self._load: Counter[Tenant] = Counter()
        self._gates: dict[Tenant, asyncio.Semaphore] = {}

    @property
    def room(self) -> Room:
        """How much may be claimed, with what is in hand: as much as is sent at once, and as much again to be ready for it."""
        return Room(2 * self._in_flight, 2 * self._of_one, self._load)

    def came(self, claimed: Iterable[Claimed]) -> None:
        """These are in hand now."""
        self._load.update(each.owner for each in claimed)

    def left(self, claimed: Claimed) -> None:
        """This one is not any more."""
        self._load[claimed.owner] -= 1
        if not self._load[claimed.owner]:
            del self._load[claimed.owner]
            self._gates.pop(claimed.owner, None)

    @asynccontextmanager
    async def through(self, claimed: Claimed) -> AsyncIterator[None]:
        """Wait until there is room for one more send of the tenant, and on the platform."""
        if claimed.urgent:
            yield
            return
        of_one = self._gates.setdefault(claimed.owner, asyncio.Semaphore(self._of_one))
        of_all = self._gates.setdefault((claimed.platform, ""), asyncio.Semaphore(self._in_flight))
        async with of_one, of_all:
            yield
