"""When both sides could talk: hours in which both work, and where there are none the ones that come closest.

One rule: neither side is first. Swapping the calendars gives the same times.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.rules.worktime import Calendar, hours_of, works_on

LEAST = timedelta(minutes=30)
NOTICE = timedelta(minutes=30)
CLOSE = timedelta(hours=6)  # two working days further apart than this have nothing to do with each other
DAY = timedelta(days=1)
AHEAD = 21  # days looked through: both sides may rest for a fortnight


@dataclass(frozen=True, slots=True)
class Slot:
    """An instant to begin. `apart` is how far it lies outside of one side's working hours: nothing where both work."""

    at: datetime
    apart: timedelta = timedelta()


def slots(one: Calendar, other: Calendar, now: datetime, days: int = 3) -> list[Slot]:
    """Propose one time for each of the next days that are working days of both; only times that fit, where there are any."""
    today = min(now.astimezone(ZoneInfo(each.zone)).date() for each in (one, other))
    found: list[Slot] = []
    for ahead in range(AHEAD):
        best = min(_on(one, other, today + ahead * DAY, now), key=lambda slot: (slot.apart, slot.at), default=None)
        if best is not None and best.at not in {slot.at for slot in found}:
            found.append(best)
        if len(found) == days:
            break
    return [slot for slot in found if not slot.apart] or found


def _on(one: Calendar, other: Calendar, day: date, now: datetime) -> Iterator[Slot]:
    """The times at which a working day of one side that is `day` meets one of the other that is the same or the day before."""
    for here, there in ((day, day), (day, day - DAY), (day - DAY, day)):
        if not (works_on(one, here) and works_on(other, there)):
            continue
        (opens, closes), (begins, ends) = hours_of(one, here), hours_of(other, there)
        at, until = max(opens, begins), min(closes, ends)
        soon = _half_hour(now + NOTICE)
        if until - max(at, soon) >= LEAST:
            yield Slot(max(at, soon))
        elif until - at < LEAST and at - until < CLOSE and at >= soon:
            yield Slot(at, max(at - until, timedelta(minutes=1)))


def _half_hour(at: datetime) -> datetime:
    """The next full or half hour."""
    return at + timedelta(seconds=-(at.minute * 60 + at.second) % 1800, microseconds=-at.microsecond)
