"""The weeks that a digest tells of: which instants they lie between, and which one somebody means who asks.

One rule: a digest's week ends on its own day at its own time on the wall clock, so one follows the other without a gap, whatever
the clocks do and however late it is sent.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.rules import Unclear
from bot.rules.cadence import Recurrence, days
from bot.rules.dates import deadline
from bot.rules.worktime import DAY_NAMES, place

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
COUNT = 8
NOON = time(12)
FARTHEST = 50  # years
LOOKED_BACK = timedelta(days=100)  # for when a digest that is not weekly last came
EXAMPLES = "Try “last week”, “2 weeks ago”, “week 45” or “2026-11-03”."


@dataclass(frozen=True, slots=True)
class Weeks:
    """Weeks end to end, the earliest first, by the instants between them. The last one is the one that is told of."""

    edges: tuple[datetime, ...]

    @property
    def start(self) -> datetime:
        return self.edges[-2]

    @property
    def end(self) -> datetime:
        return self.edges[-1]

    @property
    def count(self) -> int:
        return len(self.edges) - 1

    def index(self, at: datetime) -> int | None:
        """The week that an instant lies in, 0 the earliest; None outside. A week ends just before the next begins."""
        index = bisect_right(self.edges, at) - 1
        return index if 0 <= index < len(self.edges) - 1 else None

    def has(self, at: datetime) -> bool:
        """Whether it lies in the week that is told of."""
        return self.start <= at < self.end


def to(day: date, at: time, zone: str) -> Weeks:
    """The weeks up to that time on that local day."""
    return Weeks(tuple(place(day - back * WEEK, at, zone) for back in range(COUNT, -1, -1)))


def up_to_now(now: datetime, zone: str) -> Weeks:
    """The weeks up to this instant."""
    here = now.astimezone(ZoneInfo(zone))
    earlier = to(here.date(), here.time(), zone)
    return Weeks((*earlier.edges[:-1], now.astimezone(UTC)))


def meant(
    typed: str, *, now: datetime, zone: str, locale: str | None = None, closing: Recurrence | None = None
) -> Weeks:
    """Read which week somebody means: nothing typed is the week until now. Raises Unclear.

    Weeks end as the digest does that comes by `closing`, else with Sunday. One that is not over is told of until now.
    """
    phrase = " ".join(typed.casefold().split()).strip(".?!")
    if not phrase:
        return up_to_now(now, zone)
    today = now.astimezone(ZoneInfo(zone)).date()
    at, weekday = _closes(closing, today)
    about = now
    if phrase not in ("this week", "the week", "current week"):
        named = _day(phrase, typed, now, zone, locale, today)
        if abs(named.year - today.year) > FARTHEST:
            raise Unclear(f"“{typed.strip()[:60]}” is too far away. {EXAMPLES}")
        about = place(named, NOON, zone)
    near = about.astimezone(ZoneInfo(zone)).date()
    day = near + (weekday - near.weekday()) % 7 * DAY
    if place(day, at, zone) <= about:
        day += WEEK
    found = to(day, at, zone)
    if found.start >= now:
        raise Unclear(f"“{typed.strip()}” has not begun yet. {EXAMPLES}")
    return found if found.end <= now else replace(found, edges=(*found.edges[:-1], now.astimezone(UTC)))


def _closes(closing: Recurrence | None, today: date) -> tuple[time, int]:
    """At which time of which weekday a week ends."""
    if closing is None:
        return time(), 0
    found = days(closing, today - LOOKED_BACK, today) or days(closing, today, today + LOOKED_BACK)
    return closing.at, found[-1].weekday() if found else 0


def _day(phrase: str, typed: str, now: datetime, zone: str, locale: str | None, today: date) -> date:
    """A day in the week that is meant."""
    if phrase in ("last week", "previous week", "the last week", "the week before"):
        return today - WEEK
    if phrase in ("today", "yesterday"):
        return today - (DAY if phrase == "yesterday" else 0 * DAY)
    if found := re.fullmatch(r"(\d{1,3}|a|one|two|three|four) weeks? ago", phrase):
        count = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4}.get(found[1])
        return today - (count if count is not None else int(found[1])) * WEEK
    if found := re.fullmatch(r"(?:calendar )?(?:week|wk|cw|kw) ?(\d{1,2})(?:(?: of)? (\d{4}))?", phrase):
        return _numbered(int(found[1]), int(found[2]) if found[2] else None, today, typed)
    if found := re.fullmatch(r"(\d{4})-?w(\d{1,2})", phrase):
        return _numbered(int(found[2]), int(found[1]), today, typed)
    if (bare := phrase.removeprefix("last ")) in (names := [name.casefold() for name in DAY_NAMES]):
        return today - ((today.weekday() - names.index(bare) - 1) % 7 + 1) * DAY
    return _dated(phrase, typed, now, zone, locale, today)


def _numbered(week: int, year: int | None, today: date, typed: str) -> date:
    """The Thursday of an ISO week; where no year is named, of the last such week that has begun."""
    for each in (year,) if year else range(today.year + 1, today.year - 8, -1):
        try:
            thursday = date.fromisocalendar(each, week, 4)
        except ValueError:  # most years have no week 53
            continue
        if year or thursday - 3 * DAY <= today:
            return thursday
    raise Unclear(f"There is no “{typed.strip()}”: weeks are counted from 1 to 52 or 53. {EXAMPLES}")


def _dated(phrase: str, typed: str, now: datetime, zone: str, locale: str | None, today: date) -> date:
    """The day that a date names; one without a year is the last such day."""
    try:
        return date.fromisoformat(phrase)
    except ValueError:
        pass
    if not any(letter.isdigit() for letter in phrase) or re.match(r"(?:in|within|next) ", phrase):
        raise Unclear(f"I do not know which week “{typed.strip()[:60]}” is. {EXAMPLES}")
    year = re.search(r"\b(2\d{3})\b", phrase)
    # Dates are read as still to come, so they are read as if it were earlier.
    since = datetime(int(year[1]), 1, 1, tzinfo=UTC) - DAY if year else now - 364 * DAY
    try:
        found = {deadline(phrase, now=since, zone=zone, locale=locale).at}
    except Unclear as unclear:
        found = {each.at for each in unclear.readings}
    named = {at.astimezone(ZoneInfo(zone)).date() for at in found}
    gone = {day for day in named if day <= today} or named
    if len(gone) != 1:
        raise Unclear(f"I do not know which week “{typed.strip()[:60]}” is. {EXAMPLES}")
    return gone.pop()
