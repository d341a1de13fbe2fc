"""After the clock was turned back: what waits for a time that it showed before is counted from now, until all that was in hand is seen to.

One rule: it is done when that is noticed, and again when whoever had been told the time before must have ended.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from storage import Database, turned_back
from storage.holders import Watch

IN_HAND = 4.0
"""Seconds that what somebody began by the clock as it was may take."""


class CatchingUp:
    """What is left to do, in one process."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database, self._now = database, now
        self._holders = Watch()
        self._noticed: float | None = None
        self._next = 0.0

    @property
    def over(self) -> bool:
        """Whether nothing is left to do."""
        return self._noticed is None

    def notice(self) -> None:
        """The clock was turned back."""
        self._noticed, self._next = time.monotonic(), 0.0

    async def look_back(self) -> None:
        """Notice what happened while no process ran. Raises Unavailable."""
        if await self._database.read(turned_back.noticed, self._now()):
            self.notice()

    async def go_on(self) -> bool:
        """Do what is due of it by now; tells whether anything was. Raises Unavailable, and is to be called again then."""
        noticed, began = self._noticed, time.monotonic()
        if noticed is None or began < self._next:
            return False
        after: int | None = 0
        again = began < noticed + IN_HAND
        while after is not None:
            caught = await self._database.transact(turned_back.catch_up, self._now(), after, self._holders)
            after, again = caught.after, again or caught.again
        if self._noticed == noticed:
            self._noticed, self._next = (noticed, time.monotonic() + IN_HAND) if again else (None, 0.0)
        return True
