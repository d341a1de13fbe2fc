"""The clock on the wall, which somebody may move.

One rule: whatever time was told to anybody is remembered, so that a clock that was ahead for a moment only is noticed too.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

NOTICED = timedelta(seconds=1)


class WallClock:
    """Tells the time that `read` does, and how it was moved. May be asked on any thread."""

    def __init__(self, read: Callable[[], datetime]) -> None:
        self._read = read
        self._latest = read()
        self._apart = self._latest.timestamp() - time.monotonic()
        self._lock = threading.Lock()

    def __call__(self) -> datetime:
        at = self._read()
        with self._lock:
            self._latest = max(self._latest, at)
        return at

    def turned_back(self) -> bool:
        """Tell whether a later time than this was told already, a second or more; once, for each time that it is turned back."""
        at = self._read()
        with self._lock:
            then, self._latest = self._latest, at
        return then - at >= NOTICED

    def moved(self) -> timedelta:
        """By how much it went faster or slower than time does since this was asked before; nothing where that is less than a second."""
        apart = self._read().timestamp() - time.monotonic()
        by, self._apart = timedelta(seconds=apart - self._apart), apart
        return by if abs(by) >= NOTICED else timedelta()
