"""On which days something recurs, and at which instants.

One rule: the days come from the RRULE on the wall clock of no zone; a zone only says at which instant the clock shows the time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import takewhile
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from bot.rules.cadence.rule import Unit, read
from bot.rules.worktime import Calendar, later_day, place

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """An RRULE (RFC 5545, without DTSTART) that names its days, the time on the wall clock, and the first day it falls on.

    `start` says in which weeks or months an interval counts.
    """

    rrule: str
    at: time
    start: date


@dataclass(frozen=True, slots=True)
class Occurrence:
    """The local day and the instant (UTC)."""

    day: date
    at: datetime


def occurrences(recurrence: Recurrence, zone: str, after: datetime) -> Iterator[Occurrence]:
    """Walk the occurrences in that zone that come after the instant, each local day once, without end."""
    # A local day begins up to 14 hours before, and ends up to 12 hours after, the same day in UTC.
    first = after.date() - 2 * DAY
    for day in _walk(recurrence.rrule, _near(recurrence, first), first):
        found = _placed(recurrence, zone, day)
        if found is not None and found.at > after:
            yield found


def on(recurrence: Recurrence, zone: str, day: date) -> Occurrence | None:
    """Give the occurrence of that local day, if it has one."""
    return _placed(recurrence, zone, day) if days(recurrence, day, day) else None


def days(recurrence: Recurrence, first: date, last: date) -> list[date]:
    """List the local days from the first to the last, both included, on which it falls."""
    return list(_between(recurrence.rrule, _near(recurrence, first), first, last))


@lru_cache(maxsize=4096)
def _between(rrule: str, near: date, first: date, last: date) -> tuple[date, ...]:
    """The days that a rule has which counts from `near`; whatever began on the same day of the week has the same."""
    return tuple(takewhile(lambda day: day <= last, _walk(rrule, near, first)))


def moved(day: date, calendar: Calendar) -> date:
    """Give the day itself where it is a working day, else the next one that is. Raises ValueError past twenty years."""
    return later_day(calendar, day - DAY, 1)


def _walk(rrule: str, near: date, first: date) -> Iterator[date]:
    for found in rrulestr(rrule, dtstart=datetime.combine(near, time())):
        day = found.date()
        if day >= first:
            yield day


def _near(recurrence: Recurrence, first: date) -> date:
    """Give a day from which the rule counts as it does from its start, so that years gone by are not walked again."""
    start = recurrence.start
    if first <= start:
        return start
    rule = read(recurrence.rrule)
    match rule.unit:
        case Unit.DAY:
            return first - (first - start) % (rule.every * DAY)
        case Unit.WEEK:
            return first - (first - start) % (rule.every * WEEK)
        case Unit.MONTH | Unit.YEAR:
            step = rule.every * (12 if rule.unit is Unit.YEAR else 1)
            gone = (first.year - start.year) * 12 + first.month - start.month
            year, month = divmod(start.month - 1 + gone // step * step, 12)
            return date(start.year + year, month + 1, 1)


def _placed(recurrence: Recurrence, zone: str, day: date) -> Occurrence | None:
    """Place the day; None for one that the zone leaves out whole, as Samoa did in 2011."""
    at, tz = place(day, recurrence.at, zone), ZoneInfo(zone)
    if at.astimezone(tz).date() != day and place(day, time(), zone).astimezone(tz).date() != day:
        return None
    return Occurrence(day, at)
