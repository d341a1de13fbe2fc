"""What is remembered for a while. One rule: nothing in memory is older than its age, and there is never more of it than fits."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

MOST = 50_000

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """Values by key; the one kept longest ago goes first when there are too many."""

    def __init__(self, age: timedelta, now: Callable[[], datetime]) -> None:
        self._age, self._now = age, now
        self._kept: dict[K, tuple[datetime, V]] = {}

    def get(self, key: K) -> V | None:
        """What was kept less than an `age` ago."""
        at, value = self._kept.get(key, (None, None))
        return value if at and self._now() - at < self._age else None

    def put(self, key: K, value: V) -> None:
        """Keep it from now on."""
        self._kept.pop(key, None)
        self._kept[key] = self._now(), value
        if len(self._kept) > MOST:
            del self._kept[next(iter(self._kept))]

    def drop(self, key: K) -> None:
        """Keep it no longer."""
        self._kept.pop(key, None)
