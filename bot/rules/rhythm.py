"""What falls due in a partnership between two instants: prompts, reminders, meetings, reports, digests, morning messages.

One rule: the schedule is worked out from the cadences, the people and the calendars as they are now, and from nothing else; so
it can be dropped and worked out again at any time, and comes out the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.rules.cadence import Recurrence, days, moved
from bot.rules.worktime import Calendar, place, works_on
from bot.words import CadenceKind, Key, Role

DAY = timedelta(days=1)
REMINDED = 0.8
"""The part of a prompt's window after which whoever has not answered is reminded."""

BEFORE_MEETING = timedelta(minutes=30)
MORNING = time(8, 30)
ALWAYS = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)

# A local day begins up to 14 hours before the same day in UTC, and ends up to 12 hours after it.
_BEGINS, _ENDS = timedelta(hours=14), timedelta(hours=36)
_FAR = 15 * DAY  # how far a run of holidays moves something
_OFFICES = (Role.SHEPHERD, Role.BACKUP)
_SOONEST = itemgetter(1, 0, 3, 4, 2)


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


AT_ONCE = frozenset({Tick.BEGIN, Tick.REPLAN})
"""What is planned for the time at which it is planned."""


class Due(NamedTuple):
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
    found = [*_mornings(score, first, last)]
    for cadence in score.cadences:
        match cadence.kind:
            case CadenceKind.STANDUP:
                found += _standups(cadence, score.members, first, last)
            case CadenceKind.MEETING:
                found += _meetings(cadence, first, last)
            case CadenceKind.REPORT:
                found += _reports(cadence, score.sides.get(cadence.side) if cadence.side else None, first, last)
            case CadenceKind.DIGEST:
                found += _digests(cadence, score.rooms, first, last)
    return sorted(found, key=_SOONEST)


# Standups ------------------------------------------------------------------------------------------------------------


def asked_at(cadence: Cadence, member: Member, day: date) -> datetime | None:
    """When somebody is asked on that day, in their own zone and not before they begin to work; None where they are not."""
    if member.role is Role.OBSERVER or cadence.side not in (None, member.side) or not member.here(day):
        return None
    zone = member.calendar.zone
    return max(place(day, cadence.recurrence.at, zone), place(day, member.calendar.start, zone))


def standup(
    cadence: Cadence, members: Iterable[Member], day: date, first: datetime = ALWAYS[0], last: datetime = ALWAYS[1]
) -> Iterator[Due]:
    """Ask each in their own morning, remind once, and end when the last window closes: what of it lies in that time."""
    ends = None
    for member in members:
        at = asked_at(cadence, member, day)
        if at is None:
            continue
        if first <= at < last:
            yield Due(Tick.ASK, at, day, cadence.id, member.id)
        again = at + REMINDED * cadence.window
        if first <= again < last:
            yield Due(Tick.REMIND, again, day, cadence.id, member.id)
        ends = at if ends is None else max(ends, at)
    if ends is not None and first <= ends + cadence.window < last:
        yield Due(Tick.END, ends + cadence.window, day, cadence.id)


def _standups(cadence: Cadence, members: Iterable[Member], first: datetime, last: datetime) -> Iterator[Due]:
    for day in days(cadence.recurrence, (first - cadence.window - _ENDS).date(), (last + _BEGINS).date()):
        yield from standup(cadence, members, day, first, last)


# Meetings, reports, digests ------------------------------------------------------------------------------------------


def _meetings(cadence: Cadence, first: datetime, last: datetime) -> Iterator[Due]:
    for day in days(cadence.recurrence, (first - cadence.lasts - _ENDS).date(), (last + _BEGINS).date() + DAY):
        at = place(day, cadence.recurrence.at, cadence.zone)
        if first <= at - BEFORE_MEETING < last:
            yield Due(Tick.MEETING_SOON, at - BEFORE_MEETING, day, cadence.id)
        if first <= at + cadence.lasts < last:
            yield Due(Tick.MEETING_OVER, at + cadence.lasts, day, cadence.id)


def _reports(cadence: Cadence, calendar: Calendar | None, first: datetime, last: datetime) -> Iterator[Due]:
    if calendar is None:
        return
    start, end = (first - _ENDS).date(), (last + _BEGINS).date()
    # Reminded of on the working day before, late on the one after: each may be behind many holidays.
    for each in _placed(tuple(days(cadence.recurrence, start - _FAR, end + _FAR)), calendar):
        if each.after < start or each.before > end:
            continue
        ticks = {
            Tick.REPORT_SOON: place(each.before, calendar.start, calendar.zone),
            Tick.REPORT_DUE: place(each.due, cadence.recurrence.at, cadence.zone),
            Tick.REPORT_LATE: place(each.after, calendar.start, calendar.zone),
        }
        yield from (Due(tick, at, each.day, cadence.id) for tick, at in ticks.items() if first <= at < last)


def _digests(cadence: Cadence, rooms: Iterable[Room], first: datetime, last: datetime) -> Iterator[Due]:
    start, end = (first - _ENDS).date(), (last + _BEGINS).date()
    found = tuple(days(cadence.recurrence, start - _FAR, end))
    for room in rooms:
        if cadence.side in (None, room.side) or room.side is None:
            for each in _placed(found, room.calendar):
                if start <= each.due <= end:
                    at = place(each.due, cadence.recurrence.at, room.calendar.zone)
                    if first <= at < last:
                        yield Due(Tick.DIGEST, at, each.day, cadence.id, room.id)


@dataclass(frozen=True, slots=True)
class _Placed:
    """A day of a cadence, the working day on which it falls due, and those before and after that."""

    day: date
    before: date
    due: date
    after: date


@lru_cache(maxsize=8192)
def _placed(found: tuple[date, ...], calendar: Calendar) -> tuple[_Placed, ...]:
    """Where these days fall due: nothing is owed on a holiday; where the next one falls on the same, that stands for both."""
    placed = []
    for day, then in zip(found, (*found[1:], None), strict=False):
        due = moved(day, calendar)
        if then is None or moved(then, calendar) > due:
            before = due - DAY
            while not works_on(calendar, before):
                before -= DAY
            placed.append(_Placed(day, before, due, moved(due + DAY, calendar)))
    return tuple(placed)


# Shepherds -----------------------------------------------------------------------------------------------------------


def watches(members: Iterable[Member], side: Key, day: date) -> Member | None:
    """Who looks after the relationship for a side on that day: its shepherd, or the backup while the shepherd is away."""
    return _first(_offices(members, side), day)


def _first(offices: Iterable[Member], day: date) -> Member | None:
    return next((each for each in offices if not each.away_on(day)), None)


def _offices(members: Iterable[Member], side: Key) -> list[Member]:
    """Those of a side who may look after it, in the order in which they are asked."""
    return [each for role in _OFFICES for each in members if each.role is role and each.side is side]


def _mornings(score: Score, first: datetime, last: datetime) -> Iterator[Due]:
    start, end = (first - _ENDS).date(), (last + _BEGINS).date()
    for side in score.sides:
        offices = _offices(score.members, side)
        for who in offices:
            for day, at in _at_work(who.calendar, start, end):
                if first <= at < last and _first(offices, day) is who:
                    yield Due(Tick.MORNING, at, day, who=who.id)


@lru_cache(maxsize=8192)
def _at_work(calendar: Calendar, start: date, end: date) -> tuple[tuple[date, datetime], ...]:
    """The mornings of working days."""
    each_day = (start + count * DAY for count in range((end - start).days + 1))
    return tuple((day, place(day, MORNING, calendar.zone)) for day in each_day if works_on(calendar, day))


def local_day(at: datetime, zone: str) -> date:
    """The date that it is there at that instant."""
    return at.astimezone(ZoneInfo(zone)).date()
