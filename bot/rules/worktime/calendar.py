"""Working time: the hours inside a side's working days, less its public holidays, in its own time zone.

One rule: hours are written on the wall clock of the zone and measured between instants. An hour that does not exist
(clocks go forward) takes no time and begins at the first minute that does exist; an hour that exists twice begins the
first time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from bot.rules.worktime.holiday import holidays_of, problem_with
from bot.rules.worktime.zone import zones

MONDAY_TO_FRIDAY = frozenset(range(5))
NINE, FIVE = time(9), time(17)
DAY = timedelta(days=1)
FARTHEST = timedelta(days=20 * 366)  # where a sum of working time is no longer taken seriously


@dataclass(frozen=True)
class Calendar:
    """When a side works. Days count from Monday as 0; hours that end at or before their start run into the next day.

    Raises ValueError for a calendar that never works, an unknown zone, country or region.
    """

    zone: str
    days: frozenset[int] = MONDAY_TO_FRIDAY
    start: time = NINE
    end: time = FIVE
    country: str | None = None
    region: str | None = None

    def __post_init__(self) -> None:
        if not self.days or not self.days <= frozenset(range(7)):
            raise ValueError("A calendar needs at least one working day, and days are numbered from 0 (Monday) to 6.")
        if self.start.tzinfo or self.end.tzinfo:
            raise ValueError("Working hours are times on the wall clock and carry no time zone of their own.")
        if self.zone not in zones():
            raise ValueError(f"There is no time zone called “{self.zone}”; one is Europe/Berlin.")
        if problem := problem_with(self.country, self.region):
            raise ValueError(problem)


@cache
def _zone(name: str) -> ZoneInfo:
    """The rules of a zone. `ZoneInfo` by itself remembers eight, and reads the others from the disk again and again."""
    return ZoneInfo(name)


@lru_cache(maxsize=65536)
def place(day: date, clock: time, zone: str) -> datetime:
    """Find the instant at which a wall clock in the zone shows that day and time, in UTC."""
    tz = _zone(zone)
    wall = datetime.combine(day, clock).replace(fold=0)
    before, after = wall.replace(tzinfo=tz).utcoffset(), wall.replace(tzinfo=tz, fold=1).utcoffset()
    assert before is not None
    assert after is not None
    if before >= after:
        return (wall - before).replace(tzinfo=UTC)
    # Clocks skip this time: the instant of the jump lies between the two offsets' readings of it.
    early, late = (wall - after).replace(tzinfo=UTC), (wall - before).replace(tzinfo=UTC)
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=(late - early) // timedelta(seconds=2))
        if middle.astimezone(tz).utcoffset() == before:
            early = middle
        else:
            late = middle
    return late


def works_on(calendar: Calendar, day: date) -> bool:
    """Tell whether work begins on that local day."""
    return day.weekday() in calendar.days and not (
        calendar.country and day in holidays_of(calendar.country, calendar.region, day.year)
    )


def hours_of(calendar: Calendar, day: date) -> tuple[datetime, datetime]:
    """Give the instants between which the hours of that local day lie, whether it is a working day or not."""
    last = day if calendar.end > calendar.start else day + DAY
    return place(day, calendar.start, calendar.zone), place(last, calendar.end, calendar.zone)


def full_day(calendar: Calendar) -> timedelta:
    """Give the length of one working day as its hours say."""
    start, end = datetime.combine(date.min, calendar.start), datetime.combine(date.min, calendar.end)
    return end - start if end > start else end + DAY - start


def is_working(calendar: Calendar, at: datetime) -> bool:
    """Tell whether the instant lies in working time."""
    return next(_stretches(calendar, at))[1] <= at


def add(calendar: Calendar, at: datetime, amount: timedelta) -> datetime:
    """Find the instant at which that much working time has passed since `at`.

    Raises ValueError for a negative amount and for one that takes more than some twenty years.
    """
    if amount < timedelta(0):
        raise ValueError("Working time is added forward only.")
    if not amount:
        return _utc(at)
    for _, start, end in _stretches(calendar, at):
        begin = max(start, _utc(at))
        if end - begin >= amount:
            return begin + amount
        amount -= end - begin
        if end - at > FARTHEST:
            break
    raise ValueError("That much working time reaches further than twenty years.")


def between(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """Measure the working time from `start` to `end`; nothing when `end` is not after `start`."""
    total = timedelta(0)
    if end <= start:
        return total
    for _, opens, closes in _stretches(calendar, start):
        if opens >= end:
            break
        total += min(closes, _utc(end)) - max(opens, _utc(start))
    return total


def next_moment(calendar: Calendar, at: datetime, away: Collection[tuple[date, date]] = ()) -> datetime:
    """Find the first working instant from `at` on: `at` itself, or the beginning of a later working day.

    `away` holds first and last days off (a night shift belongs to the day it begins on). Raises ValueError if no such instant comes.
    """
    for _, start, _ in _stretches(calendar, at, away):
        return max(start, _utc(at))
    raise ValueError("There is no working day left that is not a day off.")


def next_day(calendar: Calendar, at: datetime) -> datetime:
    """Find the start of the working day after the one that `at` is in (after its local day where nobody works then)."""
    day, start, _ = next(_stretches(calendar, at))
    today = day if start <= at else _local(calendar, at)
    return next(start for day, start, _ in _stretches(calendar, at) if day > today)


def later_day(calendar: Calendar, day: date, count: int) -> date:
    """Count working days forward from a local day: 1 is the next working day after it. Raises ValueError past twenty years."""
    last = day + FARTHEST
    for _ in range(count):
        day += DAY
        while not works_on(calendar, day):
            day += DAY
        if day > last:
            raise ValueError("That many working days reach further than twenty years.")
    return day


def _stretches(
    calendar: Calendar, at: datetime, away: Collection[tuple[date, date]] = ()
) -> Iterator[tuple[date, datetime, datetime]]:
    """Walk the working days (local day, start, end) that end after `at`, first to last."""
    day = _local(calendar, at) - DAY  # a night shift that began yesterday may still run
    while day < date.max - 2 * DAY:
        back = max((last for first, last in away if first <= day <= last), default=None)
        if back is not None:
            day = min(back, date.max - DAY) + DAY
            continue
        if works_on(calendar, day):
            start, end = hours_of(calendar, day)
            if end > max(start, at):
                yield day, start, end
        day += DAY


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("An instant needs its time zone.")
    return at.astimezone(UTC)


def _local(calendar: Calendar, at: datetime) -> date:
    return _utc(at).astimezone(ZoneInfo(calendar.zone)).date()
