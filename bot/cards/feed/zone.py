"""A time zone as iCalendar spells it out (VTIMEZONE), for programs that do not know it by its name.

One rule: it says exactly what `zoneinfo` says, from the first year to the last; where the changes follow a rule it goes on for ever.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from icalendar import Timezone

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class Habit:
    """What a zone's clocks are set to."""

    offset: timedelta
    name: str
    summer: bool


@dataclass(frozen=True, slots=True)
class Change:
    """The wall clock, as it still is before, at which the clocks are set otherwise."""

    at: datetime
    before: timedelta
    after: Habit


# The library's own `from_tzid` is not used: it writes the clock as it is after the change, where RFC 5545 wants it as it is before,
# and so has every spring an hour late.
def timezone(zone: str, first: int, last: int) -> Timezone:
    """Spell a zone out for the years from the first to the last."""
    from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

    spelt = Timezone()
    spelt.add("tzid", zone)
    for changes in _alike(changes_of(zone, first, last)):
        change = changes[0]
        part = TimezoneDaylight() if change.after.summer else TimezoneStandard()
        part.add("dtstart", change.at)
        part.add("tzoffsetfrom", change.before)
        part.add("tzoffsetto", change.after.offset)
        part.add("tzname", change.after.name)
        rule = yearly([each.at for each in changes], last)
        if rule:
            part.add("rrule", rule)
        elif len(changes) > 1:
            part.add("rdate", [each.at for each in changes[1:]])
        spelt.add_component(part)
    return spelt


@lru_cache(maxsize=256)
def changes_of(zone: str, first: int, last: int) -> tuple[Change, ...]:
    """List how the clocks are set in those years; the first is how they are set when the first year begins."""
    return tuple(_walk(ZoneInfo(zone), datetime(first, 1, 1, tzinfo=UTC), datetime(last + 1, 1, 1, tzinfo=UTC)))


def _walk(zone: ZoneInfo, day: datetime, end: datetime) -> Iterator[Change]:
    habit = _habit(day, zone)
    yield Change((day + habit.offset).replace(tzinfo=None), habit.offset, habit)
    while day < end:
        then = _habit(day + DAY, zone)
        if then != habit:
            early, late = day, day + DAY
            while late - early > SECOND:
                middle = early + (late - early) // (2 * SECOND) * SECOND
                early, late = (middle, late) if _habit(middle, zone) == habit else (early, middle)
            yield Change((late + habit.offset).replace(tzinfo=None), habit.offset, then)
            habit = then
        day += DAY


def _habit(at: datetime, zone: ZoneInfo) -> Habit:
    there = at.astimezone(zone)
    return Habit(there.utcoffset() or timedelta(), there.tzname() or zone.key, bool(there.dst()))


def _alike(changes: Sequence[Change]) -> list[list[Change]]:
    """The changes that set the clocks alike together; the first of all, which is none, by itself."""
    found: dict[tuple[timedelta, Habit], list[Change]] = {}
    for change in changes[1:]:
        found.setdefault((change.before, change.after), []).append(change)
    return [[changes[0]], *found.values()]


def yearly(at: Sequence[datetime], last: int) -> dict[str, object] | None:
    """Give the rule by which these moments come each year up to the last, on the nth weekday of a month; None if they do not."""
    if [each.year for each in at] != list(range(at[0].year, last + 1)) or len(at) < 2:
        return None
    if len({(each.month, each.weekday(), each.time()) for each in at}) > 1:
        return None
    nth = {(each.day - 1) // 7 + 1 for each in at}
    if all(each.day + 7 > monthrange(each.year, each.month)[1] for each in at):
        nth = {-1}
    if len(nth) > 1:
        return None
    return {"freq": "yearly", "bymonth": at[0].month, "byday": f"{nth.pop()}{_CODES[at[0].weekday()]}"}
