"""How long platforms asked to wait, for what is claimed already.

One rule: nobody waits for longer than was asked, also where the clock is turned back meanwhile.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta

Pool = tuple[str, str, str]
"""Platform, tenant and the name of the limit."""


class Asked:
    """In one process."""

    def __init__(self) -> None:
        self._until: dict[Pool, tuple[datetime, float]] = {}  # by the clock on the wall, and by one that nobody moves

    def note(self, pool: Pool, seconds: float, now: datetime) -> None:
        """A platform asks to wait for so long."""
        self._until = {each: until for each, until in self._until.items() if _left(until, now) > 0}
        self._until[pool] = now + timedelta(seconds=seconds), time.monotonic() + seconds

    def left(self, pool: Pool, now: datetime) -> float:
        """Seconds that are left to wait; none or fewer: it may go."""
        until = self._until.get(pool)
        return 0.0 if until is None else _left(until, now)


def _left(until: tuple[datetime, float], now: datetime) -> float:
    return min((until[0] - now).total_seconds(), until[1] - time.monotonic())
