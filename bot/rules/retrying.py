"""How long to wait before trying again, and when to stop.

One rule: what a platform asks for is obeyed; everything else waits a little longer each time.
"""

from __future__ import annotations

from datetime import datetime, timedelta

PATIENCE = timedelta(hours=24)
"""How long something is tried before it is parked."""

_TRIES = 30
"""How often it is tried at least before that: a day in which nobody ran is no day of trying. With the pauses below, two hours."""

LOOK_AFTER = timedelta(seconds=3)
"""How long a platform may still be busy with what it did not answer; nobody looks for it sooner."""

_LONGEST = 300.0
_PAUSES = tuple(timedelta(minutes=each) for each in (1, 5, 30, 60, 120, 240, 480))


def pause(tries: int, *, after: float | None, unsure: bool, luck: float) -> timedelta:
    """Tell how long a delivery waits after that many tries. `after` is in seconds; `luck` in 0..1 spreads the crowd."""
    wait = after if after is not None else min(_LONGEST, 2.0 ** min(tries - 1, 9))
    wait *= 1 + luck / 4
    return max(timedelta(seconds=wait), LOOK_AFTER) if unsure else timedelta(seconds=wait)


def out_of_patience(since: datetime, now: datetime, tries: int) -> bool:
    """Tell whether a delivery was tried for long enough, and often enough."""
    return now - since >= PATIENCE and tries >= _TRIES


def timer_pause(tries: int) -> timedelta | None:
    """Tell how long a timer that failed that many times waits; None when it is to be parked."""
    return _PAUSES[tries - 1] if tries <= len(_PAUSES) else None
