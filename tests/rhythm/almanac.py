"""What a partnership should see in the coming weeks, worked out a second time: from zones and public holidays alone.

One rule: nothing of the bot's own rules is used here, so that what both say alike was not said by one mistake.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
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
    """Something that arrives: when, what, with whom or in which room, of which day where it names one, and what it counts or names."""

    at: datetime
    what: str
    where: str
    day: str = ""
    says: str = ""


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
    """Somebody, with the zones they live in and since when; `lag` is how long after a prompt they answer (None: never).

    `habits` are what they do instead on some weekdays: `skip`, `late` (long after the window), `snooze` (and then answer), `leave`.
    """

    name: str
    side: str
    zones: tuple[tuple[datetime, str], ...]
    lag: timedelta | None
    role: str = "member"
    begins: time = time(9)
    days: frozenset[int] = WEEKDAYS
    away: tuple[tuple[date, date], ...] = ()
    habits: dict[int, str] = field(default_factory=dict)

    def away_on(self, day: date) -> bool:
        return any(first <= day <= last for first, last in self.away)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A prompt of one day: planned for `due`, delivered `at` (None: too late to be), answered `answered` (None: never).

    `did` is what else they did about it, at `then`.
    """

    who: Soul
    day: date
    due: datetime
    at: datetime | None
    answered: datetime | None
    did: str = ""
    then: datetime | None = None


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

    def home(self, who: str) -> ZoneInfo:
        """Where somebody lived at first."""
        return ZoneInfo(next(each.zones[0][1] for each in self.souls if each.name == who))


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
    """When somebody is asked on that day: where they live at that time, once; at the move, where the new place is past it already."""
    if day.weekday() not in world.on or who.away_on(day) or not works(world, who, day):
        return None
    since = [at for at, _ in who.zones] + [world.ends + 9 * DAY]
    missed = False
    for (start, zone), end in zip(who.zones, since[1:], strict=True):
        at = max(place(day, world.standup, zone), place(day, who.begins, zone))
        at = start if missed and start - DAY <= at < start else at
        if start <= at < end and arrives(world, at) is not None:
            return at
        missed = at >= end
    return None


def asked(world: World, day: date) -> list[Asked]:
    return [found for who in world.souls if (found := _asked(world, who, day)) is not None]


_AFTER = {"skip": 20 * MINUTE, "leave": 30 * MINUTE, "snooze": 20 * MINUTE, "late": 20 * HOUR}
_SNOOZED = 100 * MINUTE  # from the prompt to the answer of somebody who puts it off for an hour


def _asked(world: World, who: Soul, day: date) -> Asked | None:
    planned = due(world, who, day)
    if planned is None:
        return None
    came = arrives(world, planned)
    came = came if came is not None and came - planned <= LATE and not paused(world, came) else None
    did = who.habits.get(day.weekday(), "") if came else ""
    then = came + _AFTER[did] if came and did else None
    if then and out(world, then):
        did, then = "", None
    said = came + who.lag if came and who.lag and day.weekday() not in who.habits else None
    if came and did in ("snooze", "late"):
        said = came + _SNOOZED if did == "snooze" else then
    return Asked(
        who=who, day=day, due=planned, at=came, answered=None if said and out(world, said) else said, did=did, then=then
    )


@dataclass(frozen=True)
class Closing:
    """When the last window of a standup is over, and whether that came too late, or in a pause, and counts against nobody."""

    at: datetime
    excused: bool


def closes(world: World, those: list[Asked]) -> Closing:
    planned = max(each.due for each in those) + world.window
    at = next((end for start, end in world.outages if start < planned <= end), planned)
    return Closing(at, at - planned > 15 * MINUTE or paused(world, at))


def counted(world: World, key: str, of: Held) -> str:
    """What the card of a closed standup says of a side: how many answered, of how many, and who else there is."""
    heard = [each for each in of.heard if each.who.side == key]
    answered = [each for each in heard if each.answered and each.answered < of.closing.at]
    skipped = [each.who.name for each in heard if each.did == "skip"]
    left = [each.who.name for each in heard if each.did == "leave"]
    missed = [each.who.name for each in heard if each not in answered and each.did not in ("skip", "leave")]
    missed = [] if of.closing.excused else missed
    gone = [
        each.name for each in world.souls if each.side == key and each.away_on(of.day) and works(world, each, of.day)
    ]
    names = {"skipped": skipped, "missed": missed, "away": [*left, *gone]}
    of_all = len(answered) + len(skipped) + len(missed)
    rest = (f" {what} {','.join(sorted(who))}" for what, who in names.items() if who)
    return f"{key} {len(answered)}/{of_all}{''.join(rest)}"


@dataclass(frozen=True)
class Held:
    """A standup that somebody heard of."""

    day: date
    those: list[Asked]
    closing: Closing

    @property
    def heard(self) -> list[Asked]:
        return [each for each in self.those if each.at]


def held(world: World) -> list[Held]:
    found = ((day, asked(world, day)) for day in days(world))
    return [Held(day, those, closes(world, those)) for day, those in found if any(each.at for each in those)]


def standups(world: World, every: list[Held]) -> Iterator[Seen]:
    for each in every:
        begins, closing = min(one.at for one in each.heard if one.at), each.closing
        says = "; ".join(counted(world, key, each) for key in world.sides)
        for room in ("north", "south"):
            yield Seen(begins, "parent", room, named(each.day))
            yield Seen(closing.at, "close", room, named(each.day), says)
        for one in each.heard:
            yield from _with(world, one)


def _with(world: World, each: Asked) -> Iterator[Seen]:
    """What one person sees of a standup, and the rooms of their answer."""
    if each.at is None:
        return
    day, closes_at = named(each.day), each.due + world.window
    yield Seen(each.at, "ask", each.who.name, day)
    if each.answered:
        for room in ("north", "south"):
            yield Seen(
                each.answered, "answer", room, "", each.who.name + (" late" if each.answered >= closes_at else "")
            )
    if each.did == "snooze" and each.then:
        yield Seen(each.then + HOUR, "back", each.who.name, day)
        return
    again = arrives(world, each.due + 0.8 * world.window)
    settled = each.answered or (each.then if each.did != "late" else None)
    if again and again < closes_at and (settled is None or settled > again):
        yield Seen(again, "remind", each.who.name, day)


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
            if received and not out(world, received):
                seen += [Seen(received, "received", room) for room in ("north", "south")]
            if late and received and received > late and late - said >= LATE:
                seen += [Seen(late, "report late", _watching(world, key, late)) for key in world.sides]
        yield Owed(at, said, received), seen


def digests(world: World, every: list[Held]) -> Iterator[Seen]:
    """On Mondays at nine in each room, or on the next working day; it tells of the week up to Monday at nine."""
    for day in days(world):
        if day.weekday() != 0 or day < world.begins.date():
            continue
        for key, side in world.sides.items():
            planned = place(next_open(world, key, day), time(9), side.zone)
            at = arrives(world, planned)
            if at:
                told = _recounted(
                    world, every, place(day - 7 * DAY, time(9), side.zone), place(day, time(9), side.zone), at
                )
                late = " late" if at - planned > LATE else ""
                yield Seen(at, "digest", side.room, named(day), f"{told or 'nothing'}{late}")
                if told:
                    yield Seen(at, "details", side.room)


def _recounted(world: World, every: list[Held], start: datetime, end: datetime, at: datetime) -> str:
    """The check-ins given of those due in the standups that closed in that time, by side, and the reports overdue."""
    given, wanted = dict.fromkeys(world.sides, 0), dict.fromkeys(world.sides, 0)
    for each in every:
        for one in each.heard if start <= each.closing.at < end else ():
            came = one.answered is not None and one.answered <= at
            if one.did != "leave" and (came or one.did == "skip" or not each.closing.excused):
                given[one.who.side] += came
                wanted[one.who.side] += 1
    late = _late(world, at)
    if not any(wanted.values()) and not late:
        return ""
    return " ".join([*(f"{key} {given[key]}/{wanted[key]}" for key in world.sides), f"overdue {int(late)}"])


def _late(world: World, at: datetime) -> bool:
    """Whether the newest report that was said to be due before then has not come."""
    fallen = [each for each, _ in owed(world) if each.said and each.said < at]
    return bool(fallen) and not (fallen[-1].received and fallen[-1].received <= at)


# Mornings ------------------------------------------------------------------------------------------------------------


def missed(one: Asked, closing: Closing, at: datetime) -> bool | None:
    """Whether nothing came of a prompt, as it is known then; None where that is not known yet, or they were away."""
    if one.answered is not None and one.answered <= at:
        return False
    if one.did == "skip" and one.then and one.then <= at:
        return False
    if one.did == "leave" or closing.at > at:
        return None
    return not closing.excused  # whoever could not be heard missed nothing


def silent(world: World, every: list[Held], at: datetime) -> dict[str, list[str]]:
    """Who gave nothing on the last two days on which they were asked, by side."""
    found: dict[str, list[str]] = {key: [] for key in world.sides}
    for who in (each for each in world.souls if each.zones[0][0] <= at):
        theirs = [(each.closing, one) for each in every for one in each.heard if one.who.name == who.name]
        known = [(one.day, gone) for closing, one in theirs if (gone := missed(one, closing, at)) is not None][::-1][:2]
        today = at.astimezone(ZoneInfo(zone_at(who, at))).date()
        off = who.away_on(today) or any(
            one.did == "leave" and one.day == today and one.then and one.then <= at for _, one in theirs
        )
        if len(known) == 2 and all(gone for _, gone in known) and at.date() - known[0][0] <= 5 * DAY and not off:
            found[who.side].append(who.name)
    return found


def news(world: World, every: list[Held], at: datetime) -> set[str]:
    """What there is to act on then; what stands behind a bar tells one from another and is not said."""
    found = {f"missing {key} {','.join(sorted(who))}" for key, who in silent(world, every, at).items() if who}
    begun = max([world.begins, *(end for _, end in world.pauses if end <= at)])
    steps = [
        one.answered for each in every for one in each.heard if one.answered and at - 14 * DAY <= one.answered <= at
    ]
    if (at - begun).days >= 14 and len(steps) >= 3:
        found.add("uncelebrated")
    met = [each for each, _ in meetings(world) if each.asked and each.at + HOUR <= at]
    if met and not (met[-1].said and met[-1].said <= at) and at - met[-1].at <= 7 * DAY:
        found.add(f"meeting|{met[-1].at}")
    due_by = [each for each, _ in owed(world) if each.said and each.at <= at + DAY]
    if due_by and due_by[-1].at <= at and not (due_by[-1].received and due_by[-1].received <= at):
        found.add(f"report|{due_by[-1].at}")
    return found


def mornings(world: World, every: list[Held]) -> Iterator[Seen]:
    """Half past eight, where they live, where there is something that was not said before in the week."""
    told: dict[tuple[str, date], set[str]] = {}
    stood_in = set()
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
            fresh = [each for each in news(world, every, at) if _topic(each) not in before]
            if fresh:
                yield Seen(
                    at, "morning", who.name, named(day), "; ".join(sorted(each.partition("|")[0] for each in fresh))
                )
            before |= {_topic(each) for each in fresh}


def _topic(news: str) -> str:
    """What it is about: people who are missing are one thing, whoever they are."""
    return " ".join(news.split()[:2]) if news.startswith("missing") else news


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
    every = held(world)
    found = [*standups(world, every), *digests(world, every), *mornings(world, every)]
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
        for each in asked(world, day):
            if each.did and each.then:
                found.append(Act(each.then, each.who.name, f"{each.did} {each.day}"))
            if each.answered and each.did != "late":
                found.append(Act(each.answered, each.who.name, "answer"))
    found += [Act(each.said, "ana", "held") for each, _ in meetings(world) if each.said]
    found += [Act(each.received, "ana", "received") for each, _ in owed(world) if each.received]
    for who in world.souls:
        found += [Act(who.zones[0][0], who.name, "joins")] if who.zones[0][0] > world.begins else []
        found += [Act(at, who.name, f"zone {zone}") for at, zone in who.zones[1:]]
    for start, end in world.pauses:
        found += [Act(start, "ana", "pause"), Act(end, "ana", "resume")]
    return sorted(each for each in found if world.begins <= each.at < world.ends and not out(world, each.at))
