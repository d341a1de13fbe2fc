"""Weeks of a partnership in six zones, lived through and held against the almanac: exactly what it says, each once, nothing else.

The suite lives through days on which something happens; `python -m tests.rhythm.test_sixteen_weeks 16` through that many weeks with
both changes of the clocks, with people near and far.
"""

from __future__ import annotations

import itertools
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

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
from tests.house import House, labels
from tests.rhythm import almanac, reading
from tests.rhythm.almanac import DAY, HOUR, MINUTE, Act, Seen, World
from tests.rhythm.worlds import at_home, far, few, nights, noon, seldom, world

LIA = Profile(Known("teams", "T-SOUTH", "U-LIA"), "Lia Souza", "America/Sao_Paulo", "en-GB")
ROOMS = {"C-NORTH": "north", "C-SOUTH": "south"}


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
            of = self.world.sides[side.key.value]
            side.country, side.zone = of.country, of.zone
        for member in session.exec(select(Member)):
            member.role = Role.OBSERVER  # whoever is none of the world's souls
        for each in self.world.souls:
            if each.name == "lia":
                continue
            person = self._person(session, each.name)
            person.zone = each.zones[0][1]
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
            add(CadenceKind.REPORT, last, of.reports, start, name="Status", side=Key.B, zone=of.sides["b"].zone)

    def _person(self, session: Session, who: str) -> Person:
        account = session.exec(select(Account).where(Account.user == f"U-{who.upper()}")).one()
        return session.get_one(Person, account.person_id)

    # What arrives

    def notes(self, parcel: Parcel) -> None:
        message, where = parcel.content, ROOMS.get(parcel.channel, "")
        if parcel.way is Way.EDIT and (said := reading.closed(message)) and (where, said[1]) not in self.closed:
            self.closed.add((where, said[1]))
            self._saw(where, said)
        if parcel.way is Way.POST:
            self._saw(where, reading.in_a_thread(message) if parcel.thread else reading.in_a_room(message))
        if parcel.way is Way.DIRECT and parcel.account and (who := parcel.account.user[2:].lower()) != self.acting:
            self._saw(who, reading.in_private(message, self.clock().astimezone(self.world.home(who)).date()))

    def _saw(self, where: str, said: reading.Said) -> None:
        what, day, says = said
        self.seen.append(Seen(self.clock(), what, where, day, says))

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
            case ["late", day]:
                form = self.house.presses(act.who, "Answer", self._prompt(act.who, day), where="direct")
                self.house.submits(act.who, form, "direct", done=f"late for {day}")
            case ["skip", day]:
                self.house.presses(act.who, "Skip today", self._prompt(act.who, day), where="direct")
            case ["snooze", day]:
                self.house.presses(act.who, "Snooze 1 h", self._prompt(act.who, day), where="direct")
            case ["leave", day]:
                form = self.house.presses(act.who, "I’m away until…", self._prompt(act.who, day), where="direct")
                self.house.submits(act.who, form, "direct", until="today")
            case ["zone", zone]:
                self.house.types(act.who, f"/partnership mine zone {zone}", "direct")
            case ["joins"]:
                self.house.database.run(self._joins)
            case [what]:
                self.house.types(act.who, f"/partnership {what}")
        self.acting = ""

    def _prompt(self, who: str, day: str) -> Message:
        name = almanac.named(date.fromisoformat(day))
        return next(each for each in self.house.direct(who).posts if f"Daily of {name}" in plain(each.title))

    def _joins(self, session: Session) -> None:
        account = people.meet(session, LIA, LIA.account.tenant)
        session.get_one(Person, account.person_id).zone = next(
            each for each in self.world.souls if each.name == "lia"
        ).zones[0][1]
        session.add(
            Member(
                partnership_id=self.house.partnership, person_id=account.person_id, side=Key.B, role=Role.MEMBER,
                joined_at=self.clock(),
            )
        )  # fmt: skip
        rhythm.follow(session, self.clock())


def _next(session: Session) -> tuple[datetime | None, datetime | None]:
    return timers.next_due(session), session.exec(
        select(func.min(Lane.due_at)).where(col(Lane.due_at).is_not(None))
    ).one()


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
    wrong.sort(key=lambda one: one[1:])
    return [f"{sign} {at:%a %Y-%m-%d %H:%M:%S} {' | '.join(rest)}" for sign, at, *rest in wrong]


_PAUSED = world(noon(2026, 10, 28), 13 / 7, pause=2, eventful=False)
_REPORT = few(replace(seldom(_PAUSED, 2), meets=None), "ana", "bo")
_SILENT = few(replace(seldom(_PAUSED, 0, 3, 4), reports=None, meets=None), "ana", "bo", "sam", silent="sam")
_SHORTLY = replace(
    few(world(noon(2026, 10, 27), 0.3, eventful=False), "ana", "bo"),
    pauses=((noon(2026, 10, 28) - 2 * HOUR, noon(2026, 10, 28) + HOUR),),
)
_DOWN = replace(
    few(world(noon(2026, 10, 31), 0.5, eventful=False), "ana", "nora", "bo", "sam"),
    outages=((noon(2026, 11, 1) + 10 * HOUR, noon(2026, 11, 2) + 10 * HOUR),),
)
_MOVES = replace(few(far(noon(2026, 11, 8), 4.7 / 7), "nora", "bo"), meets=None, outages=())

WORLDS = {
    # The change of the clocks in Europe, an absence, a move at noon, a newcomer, an outage.
    "autumn": few(seldom(world(noon(2026, 10, 18), 10.4 / 7), 2), "ana", "nora", "bo", "priya", "lia"),
    # Both clock changes, a pause and what is not celebrated, for those whose clocks change, and one whose does not.
    "spring": few(seldom(world(noon(2027, 3, 7), 3.2, pause=12, eventful=False), 0), "ana", "bo", "sam"),
    "a day of downtime": _DOWN,
    "a holiday of one side": few(world(noon(2026, 11, 22), 0.25, eventful=False), "ana", "bo", "sam"),
    "all habits, from one end of the day to the other": few(
        replace(seldom(far(noon(2026, 11, 8), 5.1 / 7), 1, 2, 3), outages=(), meets=None),
        "ana",
        "joao",
        "bo",
        "priya",
        "sam",
    ),
    "somebody who moves over the date line": _MOVES,
    "a zone whose rules change for good": few(
        at_home(world(noon(2024, 2, 28), 3 / 7, eventful=False), "Asia/Almaty"), "ana", "bo"
    ),
    "a pause in the middle of a standup": _SHORTLY,
    "a report that falls into a pause": _REPORT,
    "somebody silent before and after a pause": _SILENT,
    "a report due behind a weekend": few(world(noon(2026, 11, 26) - 10 * HOUR, 0.3, eventful=False), "ana", "bo"),
    "a leap day": few(world(noon(2028, 2, 28), 0.3, eventful=False), "ana", "bo"),
    "a night that lacks an hour in Berlin": few(nights(noon(2027, 3, 27), 24, time(2, 30)), "ana", "sam"),
    "a night that lacks an hour in New York": few(nights(noon(2027, 3, 13), 24, time(2, 30)), "ana", "sam"),
    "a night with an hour twice in Berlin": few(nights(noon(2026, 10, 24), 24, time(2, 30)), "ana", "sam"),
    "a night with an hour twice in New York": few(nights(noon(2026, 10, 31), 24, time(1, 30)), "ana", "sam"),
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
    for begins, make in itertools.product((noon(2026, 9, 13), noon(2027, 2, 14)), (world, far)):
        with _empty() as fresh:
            of = make(begins, float(sys.argv[1]))
            wrong = differences(fresh, of)
            print(f"{begins:%B %Y}, {make.__name__}: {len(almanac.expected(of))} expected, {len(wrong)} differ")
            print("\n".join(wrong), flush=True)
