"""What falls due in a partnership between two instants: prompts, reminders, meetings, reports, digests, morning messages.

One rule: the schedule is worked out from the cadences, the people and the calendars as they are now, and from nothing else; so
it can be dropped and worked out again at any time, and comes out the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from bot.rules.cadence import Recurrence, days, moved
from bot.rules.worktime import Calendar, hours_of, place, works_on
from bot.words import CadenceKind, Key, Role

DAY = timedelta(days=1)
REMINDED = 0.8
"""The part of a prompt's window after which whoever has not answered is reminded."""

BEFORE_MEETING = timedelta(minutes=30)
MORNING = time(8, 30)


class Tick(StrEnum):
    """The kinds of timers that the schedule is made of."""

    PLAN = "rhythm.plan"  # a day further
    REPLAN = "rhythm.replan"  # something that it is made of changed
    BEGIN = "rhythm.begin"  # every schedule: the rules of the world's zones changed, or of this schedule
    ASK = "standup.ask"
    REMIND = "standup.remind"
    END = "standup.end"
    MEETING_SOON = "meeting.remind"
    MEETING_OVER = "meeting.ask"
    REPORT_SOON = "report.remind"
    REPORT_DUE = "report.due"
    REPORT_LATE = "report.late"
    DIGEST = "digest.post"
    MORNING = "shepherd.morning"


@dataclass(frozen=True, slots=True)
class Due:
    """One thing that falls due: `cadence` is 0 for what no cadence is behind, `who` a member or a room, 0 for the whole partnership."""

    tick: Tick
    at: datetime
    day: date
    cadence: int = 0
    who: int = 0

    @property
    def once(self) -> str:
        """What keeps it from happening twice: everything but the instant, which may move with a zone."""
        return f"{self.tick}|{self.cadence}|{self.who}|{self.day.isoformat()}"


def read_once(once: str) -> tuple[int, int, date]:
    """Give the cadence, the member or room, and the day of a timer of the schedule."""
    _, cadence, who, day = once.split("|")
    return int(cadence), int(who), date.fromisoformat(day)


@dataclass(frozen=True, slots=True)
class Cadence:
    """What recurs. `zone` is empty where each person's or room's own holds; `side` the one it is for, None for both."""

    id: int
    kind: CadenceKind
    recurrence: Recurrence
    zone: str = ""
    side: Key | None = None
    window: timedelta = timedelta(hours=4)
    lasts: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody on a side. `calendar` is their own days and hours where they chose some, in the zone they live in."""

    id: int
    side: Key
    role: Role
    calendar: Calendar
    away: tuple[tuple[date, date], ...] = ()

    def here(self, day: date) -> bool:
        """Whether they work on that local day."""
        return works_on(self.calendar, day) and not self.away_on(day)

    def away_on(self, day: date) -> bool:
        return any(start <= day <= end for start, end in self.away)


@dataclass(frozen=True, slots=True)
class Room:
    """Where a side reads (None: both do)."""

    id: int
    side: Key | None
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class Score:
    """All that a partnership's schedule is worked out from. `sides` are the working calendars of those that are there."""

    cadences: Sequence[Cadence]
    members: Sequence[Member]
    rooms: Sequence[Room]
    sides: dict[Key, Calendar]


def falls_due(score: Score, first: datetime, last: datetime) -> list[Due]:
    """List what falls due from `first` on and before `last`, soonest first."""
    # What falls due may lie some days after its own day (a digest that was moved) or before it (the reminder of a report).
    span = first.date() - 15 * DAY, last.date() + 15 * DAY
    found = [*_mornings(score, *span)]
    for cadence in score.cadences:
        found += _of(cadence, score, *span)
    return sorted((due for due in found if first <= due.at < last), key=lambda due: (due.at, due.once))


def _of(cadence: Cadence, score: Score, start: date, end: date) -> Iterator[Due]:
    for day, then in pairwise([*days(cadence.recurrence, start, end), None]):
        assert day is not None  # only the last has nothing behind it
        match cadence.kind:
            case CadenceKind.STANDUP:
                yield from standup(cadence, score.members, day)
            case CadenceKind.MEETING:
                yield from _meeting(cadence, day)
            case CadenceKind.REPORT:
                yield from _report(cadence, score, day, then)
            case CadenceKind.DIGEST:
                yield from _digest(cadence, score.rooms, day, then)


# Standups ------------------------------------------------------------------------------------------------------------


def asked_at(cadence: Cadence, member: Member, day: date) -> datetime | None:
    """When somebody is asked on that day, in their own zone and not before they begin to work; None where they are not."""
    if member.role is Role.OBSERVER or cadence.side not in (None, member.side) or not member.here(day):
        return None
    return max(place(day, cadence.recurrence.at, member.calendar.zone), hours_of(member.calendar, day)[0])


def standup(cadence: Cadence, members: Iterable[Member], day: date) -> Iterator[Due]:
    """Ask each in their own morning, remind once, and end when the last window closes."""
    ends = None
    for member in members:
        at = asked_at(cadence, member, day)
        if at is None:
            continue
        yield Due(Tick.ASK, at, day, cadence.id, member.id)
        yield Due(Tick.REMIND, at + REMINDED * cadence.window, day, cadence.id, member.id)
        ends = max(ends or at, at + cadence.window)
    if ends is not None:
        yield Due(Tick.END, ends, day, cadence.id)


# Meetings, reports, digests ------------------------------------------------------------------------------------------


def _meeting(cadence: Cadence, day: date) -> Iterator[Due]:
    at = place(day, cadence.recurrence.at, cadence.zone)
    yield Due(Tick.MEETING_SOON, at - BEFORE_MEETING, day, cadence.id)
    yield Due(Tick.MEETING_OVER, at + cadence.lasts, day, cadence.id)


def _report(cadence: Cadence, score: Score, day: date, then: date | None) -> Iterator[Due]:
    calendar = score.sides.get(cadence.side) if cadence.side else None
    if calendar is None:
        return
    day_due = _falls_on(day, then, calendar)  # nobody owes anything on a holiday
    if day_due is None:
        return
    at = place(day_due, cadence.recurrence.at, cadence.zone)
    before = day_due - DAY
    while not works_on(calendar, before):
        before -= DAY
    yield Due(Tick.REPORT_SOON, hours_of(calendar, before)[0], day, cadence.id)
    yield Due(Tick.REPORT_DUE, at, day, cadence.id)
    yield Due(Tick.REPORT_LATE, hours_of(calendar, moved(day_due + DAY, calendar))[0], day, cadence.id)


def _digest(cadence: Cadence, rooms: Iterable[Room], day: date, then: date | None) -> Iterator[Due]:
    for room in rooms:
        if cadence.side in (None, room.side) or room.side is None:
            there = _falls_on(day, then, room.calendar)
            if there is not None:
                yield Due(
                    Tick.DIGEST, place(there, cadence.recurrence.at, room.calendar.zone), day, cadence.id, room.id
                )


def _falls_on(day: date, then: date | None, calendar: Calendar) -> date | None:
    """The working day on which it falls due; None where the next one (`then`) falls on the same, and stands for both."""
    due = moved(day, calendar)
    return None if then is not None and moved(then, calendar) <= due else due


# Shepherds -----------------------------------------------------------------------------------------------------------


def watches(members: Iterable[Member], side: Key, day: date) -> Member | None:
    """Who looks after the relationship for a side on that day: its shepherd, or the backup while the shepherd is away."""
    here = [each for each in members if each.side is side]
    for role in (Role.SHEPHERD, Role.BACKUP):
        for each in here:
            if each.role is role and not each.away_on(day):
                return each
    return None


def _mornings(score: Score, start: date, end: date) -> Iterator[Due]:
    for side in score.sides:
        day = start
        while day <= end:
            who = watches(score.members, side, day)
            if who is not None and works_on(who.calendar, day):
                yield Due(Tick.MORNING, place(day, MORNING, who.calendar.zone), day, who=who.id)
            day += DAY


def local_day(at: datetime, zone: str) -> date:
    """The date that it is there at that instant."""
    return at.astimezone(ZoneInfo(zone)).date()
