"""Weeks of a partnership in six zones, lived through and held against the almanac: exactly what it says, each once, nothing else.

The suite lives through the weeks with the clock changes; `python -m tests.rhythm.test_sixteen_weeks 16` through that many of both.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, col, func, select

from bot.actions import rhythm
from bot.inbound import Profile
from bot.messages import Message
from bot.port import Parcel, Way
from bot.words import Account as Known
from bot.words import CadenceKind, Key, Role, plain
from storage import Database, people, timers
from storage.tables import Absence, Account, Cadence, Lane, Member, Person, Side
from tests.conftest import Clock
from tests.house import House, controls
from tests.rhythm import almanac
from tests.rhythm.almanac import DAY, HOUR, MINUTE, Act, Seen, Soul, World

SAO_PAULO = Profile(Known("teams", "T-SOUTH", "U-LIA"), "Lia Souza", "America/Sao_Paulo", "en-GB")
SIDES = {
    "a": almanac.Side(room="north", zone="Europe/Berlin", country="DE"),
    "b": almanac.Side(room="south", zone="Asia/Tokyo", country="JP"),
}
ROOMS = {"C-NORTH": "north", "C-SOUTH": "south"}


WEEK = 7 * DAY
ROUND = 8 * WEEK


def world(begins: datetime, weeks: float, *, pause: float = 26, eventful: bool = True) -> World:
    """A partnership of Berlin and Tokyo with people in six zones; in every round of eight weeks something happens to it.

    It begins at noon (UTC) on a Sunday; `pause` is the day of the round on whose evening a pause of a week begins.
    """
    rounds = [begins + number * ROUND for number in range(int(weeks // 8) + 1)]
    away = tuple(((each + DAY).date(), (each + WEEK).date()) for each in rounds if eventful)  # from a Monday on
    moves = begins + 3 * DAY
    moves = almanac.place(moves.date(), time(12), "Europe/Berlin")
    joins = begins + 9 * DAY + 3 * HOUR

    def soul(name: str, side: str, zone: str, lag: timedelta | None, role: str = "member", **more: Any) -> Soul:
        return Soul(name=name, side=side, zones=((begins, zone),), lag=lag, role=role, **more)

    nora = soul("nora", "a", "Europe/Berlin", 210 * MINUTE, "leader")
    souls = (
        soul("ana", "a", "Europe/Berlin", 10 * MINUTE, "shepherd"),
        soul("joao", "a", "Europe/Lisbon", 210 * MINUTE, days=frozenset(range(4))),
        replace(nora, zones=(*nora.zones, (moves, "America/New_York"))) if eventful else nora,
        soul("bo", "b", "Asia/Tokyo", 5 * MINUTE, "shepherd", away=away),
        soul("priya", "b", "Asia/Kolkata", 210 * MINUTE, "backup", begins=time(11)),
        soul("sam", "b", "America/New_York", HOUR),
        *((Soul(name="lia", side="b", zones=((joins, "America/Sao_Paulo"),), lag=None),) if eventful else ()),
    )
    outages = [
        span
        for each in rounds
        for span in (
            (each + 10 * DAY - 4 * HOUR, each + 10 * DAY - HOUR),  # on a Wednesday, 8:00 to 11:00
            (each + 14 * DAY + 10 * HOUR, each + 15 * DAY + 10 * HOUR),  # Monday in Tokyo and nearly everywhere
            (each + 18 * DAY - HOUR, each + 19 * DAY - HOUR),  # from the middle of a standup on
        )
    ]
    pauses = tuple((each + pause * DAY + 10 * HOUR, each + (pause + 7) * DAY + 10 * HOUR) for each in rounds)
    return World(
        begins=begins,
        ends=begins + weeks * WEEK,
        sides=SIDES,
        souls=souls,
        meets=(begins + 9 * DAY).date(),
        reports=time(12),
        outages=tuple(outages) if eventful else (),
        pauses=tuple(span for span in pauses if span[0] < begins + weeks * WEEK),
    )


def nights(begins: datetime, hours: float, at: time) -> World:
    """A few days on which everybody is asked in the night, weekends too."""
    quiet = world(begins, hours / 168, eventful=False)
    every = frozenset(range(7))
    owls = tuple(replace(each, days=every, begins=time(0)) for each in quiet.souls)
    return replace(quiet, souls=owls, on=every, standup=at, meets=None, reports=None)


# Living it ------------------------------------------------------------------------------------------------------------


class Life:
    """A house that lives through a world and notes what arrives, when."""

    def __init__(self, database: Database, of: World) -> None:
        self.world, self.clock = of, Clock()
        self.clock.time = of.begins
        self.house = House(database, self.clock).begun()
        self.seen: list[Seen] = []
        self.acting = ""
        self.closed: set[tuple[str, str]] = set()
        for chat in self.house.chats.values():
            chat.goes_wrong = self.notes
        database.run(self._begin)

    def _begin(self, session: Session) -> None:
        for side in session.exec(select(Side)):
            side.country = self.world.sides[side.key.value].country
        for member in session.exec(select(Member)):
            member.role = Role.OBSERVER  # whoever is none of the world's souls
        for each in self.world.souls:
            if each.name == "lia":
                continue
            person = self._person(session, each.name)
            person.days = ",".join(map(str, sorted(each.days)))
            person.start, person.end = each.begins, time(each.begins.hour + 8)
            session.exec(select(Member).where(Member.person_id == person.id)).one().role = Role(each.role)
            for first, last in each.away:
                session.add(Absence(person_id=person.id, starts_on=first, ends_on=last))
        self._cadences(session)
        session.flush()
        rhythm.follow(session, self.world.begins)

    def _cadences(self, session: Session) -> None:
        of = self.world
        days = ",".join(("MO", "TU", "WE", "TH", "FR", "SA", "SU")[day] for day in sorted(of.on))

        def add(kind: CadenceKind, rrule: str, at: time, start_on: date, **more: Any) -> None:
            more |= {"partnership_id": self.house.partnership, "created_at": of.begins}
            session.add(Cadence(kind=kind, rrule=rrule, at=at, start_on=start_on, **more))

        start = of.begins.date()
        window = int(of.window / MINUTE)
        add(CadenceKind.STANDUP, f"FREQ=WEEKLY;BYDAY={days}", of.standup, start - DAY, name="Daily", window=window)
        if of.meets:
            every = "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"
            add(CadenceKind.MEETING, every, time(14), of.meets, name="Steering", zone="Europe/Berlin")
        if of.reports:
            last = "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1"
            add(CadenceKind.REPORT, last, of.reports, start, name="Status", side=Key.B, zone="Asia/Tokyo")

    def _person(self, session: Session, who: str) -> Person:
        account = session.exec(select(Account).where(Account.user == f"U-{who.upper()}")).one()
        return session.get_one(Person, account.person_id)

    # What arrives

    def notes(self, parcel: Parcel) -> None:
        title = plain(parcel.content.title)
        where = ROOMS.get(parcel.channel, "")
        if parcel.way is Way.EDIT and " · closed" in title and (where, title[:20]) not in self.closed:
            self.closed.add((where, title[:20]))
            self._saw("close", where, _day(title))
        if parcel.way is Way.POST and not parcel.thread:
            self._saw(_posted(title), where, _day(title) if "Daily of" in title else "")
        if parcel.way is Way.DIRECT and parcel.account and not self.acting:
            who = parcel.account.user[2:].lower()
            what = _told(title)
            morning = almanac.named(self.clock().astimezone(_zone(self.world, who)).date()) if what == "morning" else ""
            self._saw(what, who, _day(title) if "Daily of" in title else morning)

    def _saw(self, what: str, where: str, day: str) -> None:
        self.seen.append(Seen(self.clock(), what, where, day))

    # What time does, and people

    def lives(self) -> list[Seen]:
        """Go from one thing to the next: what is due, what waits to be sent, what somebody does."""
        coming = almanac.acts(self.world)[::-1]
        while True:
            due = [at for at in self.house.database.run(_next) if at is not None]
            due += [coming[-1].at] if coming else []
            at = max(min(due), self.clock())
            if at >= self.world.ends:
                return sorted(self.seen)
            outage = next((end for start, end in self.world.outages if start < at < end), None)
            if outage:
                self.house.jumps(outage)
                continue
            self.clock.time = at
            if self.house.database.run(timers.next_due) is not None:
                self.house.loop.run_until_complete(self.house.metronome.tick())
            self.house.delivers()
            while coming and coming[-1].at <= at:
                self.does(coming.pop())

    def does(self, act: Act) -> None:
        self.acting = act.who
        match act.what.split():
            case ["answer"]:
                self.house.types(act.who, f"/checkin done: {act.at:%d %b}", "direct")
            case ["held"]:
                asked = [each for each in self.house.direct("ana").posts if "Was it held?" in plain(each.title)]
                self.house.presses("ana", "Held", asked[-1], where="direct")
            case ["received"]:
                owed = [each for each in self.house.room("north").posts if "Received" in labels(each)]
                self.house.presses("ana", "Received", owed[-1])
            case ["zone", zone]:
                self.house.types(act.who, f"/partnership mine zone {zone}", "direct")
            case ["joins"]:
                self.house.database.run(self._joins)
            case [what]:
                self.house.types(act.who, f"/partnership {what}")
        self.acting = ""

    def _joins(self, session: Session) -> None:
        account = people.meet(session, SAO_PAULO, SAO_PAULO.account.tenant)
        session.add(
            Member(
                partnership_id=self.house.partnership, person_id=account.person_id, side=Key.B, role=Role.MEMBER,
                joined_at=self.clock(),
            )
        )  # fmt: skip
        rhythm.follow(session, self.clock())


def labels(message: Message) -> list[str]:
    return [each.label for each in controls(message)]


def _next(session: Session) -> tuple[datetime | None, datetime | None]:
    return timers.next_due(session), session.exec(
        select(func.min(Lane.due_at)).where(col(Lane.due_at).is_not(None))
    ).one()


def _zone(of: World, who: str) -> ZoneInfo:
    return ZoneInfo(next(each.zones[0][1] for each in of.souls if each.name == who))


def _day(title: str) -> str:
    return " ".join(title.partition("Daily of ")[2].split()[:4]).rstrip(".")


def _posted(title: str) -> str:
    marks = {" · open": "parent", "begins soon": "meeting", "is due today": "report due", "was due on": "report due",
             "the week to": "digest", " paused ": "pause", " resumed ": "resume"}  # fmt: skip
    return next((what for mark, what in marks.items() if mark in title), title)


def _told(title: str) -> str:
    marks = {"A reminder:": "remind", "how does it go in": "ask", "Was it held?": "was it held", "to act on in": "morning",
             "is due on": "report soon", "is due today": "report soon", "was due on": "report late", "looks after": "stands in"}  # fmt: skip
    return next((what for mark, what in marks.items() if mark in title), title)


# Held against each other ----------------------------------------------------------------------------------------------


def differences(database: Database, of: World) -> list[str]:
    """What came and was not expected (+), and what was expected and did not come (-)."""
    life = Life(database, of)
    try:
        came, wanted = Counter(life.lives()), Counter(almanac.expected(of))
    finally:
        life.house.close()
    wrong = [("+", *each) for each in (came - wanted).elements()] + [
        ("-", *each) for each in (wanted - came).elements()
    ]
    return [f"{sign} {at:%a %Y-%m-%d %H:%M:%S} {what} | {where} | {day}" for sign, at, what, where, day in sorted(wrong, key=lambda one: one[1:])]  # fmt: skip


def noon(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 12, tzinfo=UTC)


def few(of: World, *names: str, silent: str = "") -> World:
    """The same with these people alone, one of whom never answers."""
    return replace(
        of,
        souls=tuple(
            replace(each, lag=None) if each.name == silent else each for each in of.souls if each.name in names
        ),
    )


_PAUSED = world(noon(2026, 10, 28), 13 / 7, pause=2, eventful=False)
_SHORTLY = replace(
    world(noon(2026, 10, 27), 0.3, eventful=False),
    pauses=((noon(2026, 10, 28) - 2 * HOUR, noon(2026, 10, 28) + HOUR),),
)

WORLDS = {
    "autumn": world(noon(2026, 10, 18), 3),  # both clock changes, an absence, a move, a newcomer, three outages
    # Both clock changes and a pause, for those whose clocks change, and one whose does not.
    "spring": few(world(noon(2027, 3, 7), 3.5, pause=12, eventful=False), "ana", "joao", "bo", "sam"),
    "a pause in the middle of a standup": _SHORTLY,
    "a report that falls into a pause": few(_PAUSED, "ana", "bo"),
    "somebody silent before and after a pause": few(replace(_PAUSED, reports=None), "ana", "bo", "sam", silent="sam"),
    "a report due behind a weekend": few(world(noon(2026, 11, 26) - 10 * HOUR, 0.3, eventful=False), "ana", "bo"),
    "a leap day": world(noon(2028, 2, 27), 0.5, eventful=False),
    "a night that lacks an hour in Berlin": nights(noon(2027, 3, 27), 36, time(2, 30)),
    "a night that lacks an hour in New York": nights(noon(2027, 3, 13), 36, time(2, 30)),
    "a night with an hour twice in Berlin": nights(noon(2026, 10, 24), 36, time(2, 30)),
    "a night with an hour twice in New York": nights(noon(2026, 10, 31), 36, time(1, 30)),
}


@pytest.mark.parametrize("of", WORLDS.values(), ids=list(WORLDS))
def test_what_arrives_is_what_the_almanac_says_each_once_and_nothing_else(sqlite: Database, of: World) -> None:
    assert "\n".join(differences(sqlite, of)) == ""


@contextmanager
def _empty() -> Iterator[Database]:
    folder = Path(tempfile.mkdtemp(prefix="weeks-"))
    database = Database(f"sqlite:///{folder / 'weeks.db'}")
    database.migrate()
    try:
        yield database
    finally:
        database.close()
        shutil.rmtree(folder)


if __name__ == "__main__":
    for begins in (noon(2026, 9, 13), noon(2027, 2, 14)):
        with _empty() as fresh:
            of = world(begins, float(sys.argv[1]))
            wrong = differences(fresh, of)
            print(f"{begins:%B %Y}: {len(almanac.expected(of))} expected, {len(wrong)} differ")
            print("\n".join(wrong))
