"""Who asks, when and where; and how several readings of their words become one, or a question.

One rule: only one reading that is still to come is an answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.rules import Reading, Unclear
from bot.rules.worktime import Calendar, place
from bot.words import local

EXAMPLE = "Try “friday noon”, “in 2 weeks”, “end of month” or “1 December at 14:00”."
DAY = timedelta(days=1)
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Times:
    """Times of day in minutes from midnight; none means the end of the working day.

    `later` are the readings for somebody who can no longer mean the first: 9 at ten o'clock. `zones` are those that the words
    name and may mean; none is the person's own.
    """

    minutes: tuple[int, ...] = ()
    later: tuple[int, ...] = ()
    zones: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """The readings of a phrase; one that is not `sure` is asked back though it is the only one."""

    readings: tuple[datetime, ...]
    sure: bool = True


@dataclass(frozen=True)
class Here:
    """The person's own clock and habits."""

    typed: str
    now: datetime
    zone: str
    locale: str
    calendar: Calendar

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    @property
    def language(self) -> str:
        return re.split(r"[-_]", self.locale)[0].casefold()

    def at(self, day: date, minutes: int, zone: str = "") -> datetime:
        return place(day + minutes // 1440 * DAY, time(minutes // 60 % 24, minutes % 60), zone or self.zone)

    def end(self, day: date) -> datetime:
        last = day if self.calendar.end > self.calendar.start else day + DAY
        return place(last, self.calendar.end, self.zone)

    def choose(self, found: Found) -> Reading:
        """Take the only reading that is still to come, or ask."""
        readings = tuple(Reading(at, self.typed) for at in sorted(set(found.readings)) if at > self.now)
        if not readings:
            past = f" ({self.said(found.readings[-1])})" if found.readings else ""
            raise Unclear(f"“{self.typed}” is in the past{past}. {EXAMPLE}")
        if readings[-1].at - self.now > timedelta(days=3660):
            raise Unclear(f"“{self.typed}” is more than ten years away. {EXAMPLE}")
        if len(readings) == 1 and found.sure:
            return readings[0]
        spelled = readings[0].at.astimezone(ZoneInfo(self.zone)).strftime("%Y-%m-%d %H:%M")
        ways = " or ".join(self.said(reading.at) for reading in readings)
        raise Unclear(
            f"“{self.typed}” is not clear: do you mean {ways}? Write it out, for example “{spelled}”.", readings
        )

    def said(self, at: datetime) -> str:
        return local(at, self.zone)

    def unclear(self, what: str = "is not a date that I understand") -> Unclear:
        return Unclear(f"“{self.typed}” {what}. {EXAMPLE}")
