"""What a partnership should see in the coming weeks, worked out a second time: from zones and public holidays alone.

One rule: nothing of the bot's own rules is used here, so that what both say alike was not said by one mistake.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from holidays import country_holidays

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
LATE = timedelta(hours=2)
WEEKDAYS = frozenset(range(5))
Span = tuple[datetime, datetime]


class Seen(NamedTuple):
    """Something that arrives: when, what, with whom or in which room, and of which day where it names one."""

    at: datetime
    what: str
    where: str
    day: str = ""


class Act(NamedTuple):
    """Something that somebody does."""

    at: datetime
    who: str
    what: str


@dataclass(frozen=True, kw_only=True)
class Side:
    room: str
    zone: str
    country: str


@dataclass(frozen=True, kw_only=True)
class Soul:
    """Somebody, with the zones they live in and since when; `lag` is how long after a prompt they answer (None: never)."""

    name: str
    side: str
    zones: tuple[tuple[datetime, str], ...]
    lag: timedelta | None
    role: str = "member"
    begins: time = time(9)
    days: frozenset[int] = WEEKDAYS
    away: tuple[tuple[date, date], ...] = ()

    def away_on(self, day: date) -> bool:
        return any(first <= day <= last for first, last in self.away)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A prompt of one day: planned for `due`, delivered `at` (None: too late to be), answered `answered` (None: never)."""

    who: Soul
    due: datetime
    at: datetime | None
    answered: datetime | None


@dataclass(frozen=True, kw_only=True)
class World:
    """All that is so, from `begins` on and before `ends`."""

    begins: datetime
    ends: datetime
    sides: dict[str, Side]
    souls: tuple[Soul, ...]
    standup: time = time(9, 30)
    on: frozenset[int] = WEEKDAYS
    window: timedelta = timedelta(hours=4)
    meets: date | None = None  # the first of the meetings, every other week at 14:00 in Berlin for an hour
    reports: time | None = None  # of the last day of the month, in side b's zone
    outages: tuple[Span, ...] = ()
    pauses: tuple[Span, ...] = ()


def named(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"


def place(day: date, clock: time, zone: str) -> datetime:
    """The first minute from that time on that the clocks of the zone show on that day; of two the first."""
    wall, tz = datetime.combine(day, clock), ZoneInfo(zone)
    while True:
        at = wall.replace(tzinfo=tz, fold=0).astimezone(UTC)
        if at.astimezone(tz).replace(tzinfo=None) == wall:
            return at
        wall += MINUTE


@cache
def _holidays(country: str, year: int) -> frozenset[date]:
    return frozenset(country_holidays(country, years=year))


def holiday(world: World, side: str, day: date) -> bool:
    return day in _holidays(world.sides[side].country, day.year)


def works(world: World, who: Soul, day: date) -> bool:
    return day.weekday() in who.days and not holiday(world, who.side, day)


def open_on(world: World, side: str, day: date) -> bool:
    return day.weekday() in WEEKDAYS and not holiday(world, side, day)


def next_open(world: World, side: str, day: date) -> date:
    while not open_on(world, side, day):
        day += DAY
    return day


def zone_at(who: Soul, at: datetime) -> str:
    return [zone for since, zone in who.zones if since <= at][-1]


def days(world: World) -> Iterator[date]:
    """Every day that it is somewhere."""
    day = world.begins.date() - 2 * DAY
    while day <= world.ends.date() + 2 * DAY:
        yield day
        day += DAY


def paused(world: World, at: datetime) -> bool:
    return any(start <= at < end for start, end in world.pauses)


def out(world: World, at: datetime) -> bool:
    return any(start < at <= end - MINUTE for start, end in world.outages)


def arrives(world: World, at: datetime) -> datetime | None:
    """When what is due then happens: after the outage that it falls in, never where it falls in a pause."""
    if at < world.begins or paused(world, at):
        return None
    return next((end for start, end in world.outages if start < at <= end), at)


# Standups ------------------------------------------------------------------------------------------------------------


def due(world: World, who: Soul, day: date) -> datetime | None:
    """When somebody is asked on that day: where they live at that time, once."""
    if day.weekday() not in world.on or who.away_on(day) or not works(world, who, day):
        return None
    since = [at for at, _ in who.zones] + [world.ends + 9 * DAY]
    for (start, zone), end in zip(who.zones, since[1:], strict=True):
        at = max(place(day, world.standup, zone), place(day, who.begins, zone))
        if start <= at < end and arrives(world, at) is not None:
            return at
    return None


def asked(world: World, day: date) -> list[Asked]:
    found = []
    for who in world.souls:
        at = due(world, who, day)
        if at is None:
            continue
        came = arrives(world, at)
        came = came if came is not None and came - at <= LATE and not paused(world, came) else None
        said = came + who.lag if came and who.lag else None
        found.append(Asked(who=who, due=at, at=came, answered=None if said is None or out(world, said) else said))
    return found


def closes(world: World, those: list[Asked]) -> tuple[datetime, bool]:
    """When the last window is over, and whether that was too late to count."""
    planned = max(each.due for each in those) + world.window
    at = next((end for start, end in world.outages if start < planned <= end), planned)
    return at, at - planned > 15 * MINUTE


def standups(world: World) -> Iterator[Seen]:
    for day in days(world):
        those = asked(world, day)
        heard = [each.at for each in those if each.at]
        if not heard:
            continue
        for room in ("north", "south"):
            yield Seen(min(heard), "parent", room, named(day))
            yield Seen(closes(world, those)[0], "close", room, named(day))
        for each in those:
            if each.at is None:
                continue
            yield Seen(each.at, "ask", each.who.name, named(day))
            again = arrives(world, each.due + 0.8 * world.window)
            if again and again < each.due + world.window and (each.answered is None or each.answered > again):
                yield Seen(again, "remind", each.who.name, named(day))


# Meetings, reports, digests ------------------------------------------------------------------------------------------


def watches(world: World, side: str, day: date) -> Soul | None:
    here = [each for each in world.souls if each.side == side and not each.away_on(day)]
    return next((each for role in ("shepherd", "backup") for each in here if each.role == role), None)


def _watching(world: World, side: str, at: datetime) -> str:
    who = watches(world, side, at.astimezone(ZoneInfo(world.sides[side].zone)).date())
    assert who is not None
    return who.name


@dataclass(frozen=True)
class Met:
    at: datetime
    asked: datetime | None  # None where nobody is
    said: datetime | None


def meetings(world: World) -> Iterator[tuple[Met, list[Seen]]]:
    day = world.meets
    while day is not None and day <= world.ends.date():
        at, seen = place(day, time(14), "Europe/Berlin"), []
        soon, over = arrives(world, at - 30 * MINUTE), arrives(world, at + HOUR)
        if soon and soon < at:
            seen += [Seen(soon, "meeting", room) for room in ("north", "south")]
        local = {key: at.astimezone(ZoneInfo(side.zone)).date() for key, side in world.sides.items()}
        if over and not any(holiday(world, key, there) for key, there in local.items()):
            seen += [Seen(over, "was it held", _watching(world, key, at)) for key in world.sides]
            third = (day - world.meets).days // 14 % 3 == 2 if world.meets else False
            yield Met(at, over, None if third else over + 10 * MINUTE), seen
        else:
            yield Met(at, None, None), seen
        day += 14 * DAY


@dataclass(frozen=True)
class Owed:
    at: datetime
    said: datetime | None  # None where it fell in a pause
    received: datetime | None


def owed(world: World) -> Iterator[tuple[Owed, list[Seen]]]:
    """The report of the last day of each month that side b owes."""
    for day in days(world):
        if world.reports is None or (day + DAY).day != 1 or day < world.begins.date():
            continue
        falls = next_open(world, "b", day)
        before = falls - DAY
        while not open_on(world, "b", before):
            before -= DAY
        zone, seen = world.sides["b"].zone, []
        at = place(falls, world.reports, zone)
        soon, said = arrives(world, place(before, time(9), zone)), arrives(world, at)
        late = arrives(world, place(next_open(world, "b", falls + DAY), time(9), zone))
        if soon and soon < at:
            seen.append(Seen(soon, "report soon", _watching(world, "b", soon)))
        received = said + (HOUR if day.month % 2 == 0 else 200 * HOUR) if said else None
        if said:
            seen += [Seen(said, "report due", room) for room in ("north", "south")]
            if late and received and received > late and late - said >= LATE:
                seen += [Seen(late, "report late", _watching(world, key, late)) for key in world.sides]
        yield Owed(at, said, received), seen


def digests(world: World) -> Iterator[Seen]:
    for day in days(world):
        if day.weekday() == 0 and day >= world.begins.date():
            for key, side in world.sides.items():
                at = arrives(world, place(next_open(world, key, day), time(9), side.zone))
                if at:
                    yield Seen(at, "digest", side.room)


# Mornings ------------------------------------------------------------------------------------------------------------


Results = dict[str, list[tuple[date, datetime, bool]]]


def results(world: World) -> Results:
    """Of each person the days that count, with when each was over and whether nothing came."""
    found: dict[str, list[tuple[date, datetime, bool]]] = {each.name: [] for each in world.souls}
    for day in days(world):
        those = asked(world, day)
        heard = [each for each in those if each.at]
        if heard:
            end, excused = closes(world, those)
            for each in heard:
                if each.answered is not None and each.answered < end:
                    found[each.who.name].append((day, each.answered, False))
                elif not excused:
                    found[each.who.name].append((day, end, True))
    return found


def news(world: World, given: Results, at: datetime) -> set[str]:
    """What there is to act on then."""
    found = set()
    for who in world.souls:
        over = [each for each in given[who.name] if each[1] <= at][::-1][:2]
        lately = len(over) == 2 and over[0][2] and over[1][2] and at.date() - over[0][0] <= 5 * DAY
        if lately and not who.away_on(at.astimezone(ZoneInfo(zone_at(who, at))).date()):
            found.add(f"missing {who.side}")
    begun = max([world.begins, *(end for _, end in world.pauses if end <= at)])
    said = [end for those in given.values() for _, end, missed in those if not missed and end <= at]
    if (at - begun).days >= 14 and sum(each >= at - 14 * DAY for each in said) >= 3:
        found.add("uncelebrated")
    met = [each for each, _ in meetings(world) if each.asked and each.at + HOUR <= at]
    if met and not (met[-1].said and met[-1].said <= at) and at - met[-1].at <= 7 * DAY:
        found.add(f"meeting {met[-1].at}")
    due_by = [each for each, _ in owed(world) if each.said and each.at <= at + DAY]
    if due_by and due_by[-1].at <= at and not (due_by[-1].received and due_by[-1].received <= at):
        found.add(f"report {due_by[-1].at}")
    return found


def mornings(world: World) -> Iterator[Seen]:
    """Half past eight, where they live, where there is something that was not said before in the week."""
    told: dict[tuple[str, date], set[str]] = {}
    stood_in = set()
    given = results(world)
    for day in days(world):
        for key in world.sides:
            who = watches(world, key, day)
            if who is None or not works(world, who, day):
                continue
            planned = place(day, time(8, 30), zone_at(who, world.begins))
            at = arrives(world, planned)
            if at is None or at - planned > 4 * HOUR:
                continue
            if who.role == "backup":
                other = watches(world, "a" if key == "b" else "b", day)
                gone = next(each for each in world.souls if each.side == key and each.role == "shepherd")
                span = next(each for each in gone.away if each[0] <= day <= each[1])
                if other is not None and span not in stood_in:
                    stood_in.add(span)
                    yield Seen(_at_work(world, other, at), "stands in", other.name)
            before = told.setdefault((who.name, day - day.weekday() * DAY), set())
            fresh = news(world, given, at) - before
            if fresh:
                yield Seen(at, "morning", who.name, named(day))
            before |= fresh


def _at_work(world: World, who: Soul, at: datetime) -> datetime:
    """The first moment from then on at which somebody is at work, nine to five."""
    zone = zone_at(who, at)
    day = at.astimezone(ZoneInfo(zone)).date()
    while True:
        start, end = place(day, time(9), zone), place(day, time(17), zone)
        if works(world, who, day) and not who.away_on(day) and at < end:
            return max(at, start)
        day += DAY


# All of it -----------------------------------------------------------------------------------------------------------


def expected(world: World) -> list[Seen]:
    found = [*standups(world), *digests(world), *mornings(world)]
    for _, seen in (*meetings(world), *owed(world)):
        found += seen
    for start, end in world.pauses:
        found += [
            Seen(at, what, room) for at, what in ((start, "pause"), (end, "resume")) for room in ("north", "south")
        ]
    return sorted(each for each in found if world.begins <= each.at < world.ends)


def acts(world: World) -> list[Act]:
    """What people do: they answer, and say what was held and received."""
    found = []
    for day in days(world):
        found += [Act(each.answered, each.who.name, "answer") for each in asked(world, day) if each.answered]
    found += [Act(each.said, "ana", "held") for each, _ in meetings(world) if each.said]
    found += [Act(each.received, "ana", "received") for each, _ in owed(world) if each.received]
    for who in world.souls:
        found += [Act(who.zones[0][0], who.name, "joins")] if who.zones[0][0] > world.begins else []
        found += [Act(at, who.name, f"zone {zone}") for at, zone in who.zones[1:]]
    for start, end in world.pauses:
        found += [Act(start, "ana", "pause"), Act(end, "ana", "resume")]
    return sorted(each for each in found if world.begins <= each.at < world.ends and not out(world, each.at))
