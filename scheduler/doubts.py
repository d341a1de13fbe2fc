"""What may have arrived, and since when that is known here.

One rule: counted by a clock that nobody moves. Who sent it may have died just now, and the platform may still be at it: whoever asks too
soon whether it arrived hears no, and it comes twice.
"""

from __future__ import annotations

import time

from bot.rules.retrying import LOOK_AFTER

ARRIVES = LOOK_AFTER.total_seconds()
_REMEMBERED = 10_000  # rows; about a megabyte


class Doubts:
    """In one process; `alone` is true where there are no others on its database."""

    def __init__(self, alone: bool) -> None:
        self._alone = alone
        self._began: float | None = None
        self._since: dict[int, float] = {}

    def begin(self) -> None:
        """Count from now on. Nothing is held up before."""
        self._began = time.monotonic()

    def left(self, row: int) -> float:
        """Seconds until it may be asked whether a row arrived that is said to be unsure; none or fewer: now."""
        if self._began is None:
            return 0.0
        # Who is alone was told by nobody, but found it when it began.
        since = self._since.setdefault(row, self._began if self._alone else time.monotonic())
        return since + ARRIVES - time.monotonic()

    def note(self, row: int, unsure: bool) -> None:
        """A row was handed over just now, and it is `unsure` whether it arrived, or not."""
        self._since.pop(row, None)
        if unsure:
            self._since[row] = time.monotonic()
            if len(self._since) > _REMEMBERED:
                del self._since[next(iter(self._since))]
