"""Partnerships and what happens to them: who lives where, what is agreed, and when something comes between.

One rule: a world says what is so; what follows from it is for the almanac and for the bot.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from tests.rhythm import almanac
from tests.rhythm.almanac import DAY, HOUR, MINUTE, Soul, World


def noon(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 12, tzinfo=UTC)


SIDES = {
    "a": almanac.Side(room="north", zone="Europe/Berlin", country="DE"),
    "b": almanac.Side(room="south", zone="Asia/Tokyo", country="JP"),
}


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


FAR = {"a": SIDES["a"], "b": almanac.Side(room="south", zone="Australia/Adelaide", country="AU")}


def far(begins: datetime, weeks: float) -> World:
    """The same between Berlin and Adelaide, with people from one end of the day to the other and clocks that change both ways.

    On some weekdays they skip, answer late, put it off, or are away; one moves from the Atlantic to the other side of the date line.
    """
    near = world(begins, weeks)
    moves = almanac.place((begins + 3 * DAY).date(), time(12), "Europe/Berlin")
    homes = {"joao": "Pacific/Kiritimati", "nora": "America/St_Johns", "bo": "Australia/Adelaide", "sam": "Pacific/Pago_Pago",
             "lia": "America/Santiago"}  # fmt: skip
    habits = {"joao": {2: "late"}, "priya": {1: "skip", 3: "snooze"}, "sam": {3: "leave"}}

    def moved(who: Soul) -> Soul:
        home = (who.zones[0][0], homes.get(who.name, who.zones[0][1]))
        zones = (home, (moves, "Pacific/Auckland")) if who.name == "nora" else (home,)
        return replace(who, zones=zones, habits=habits.get(who.name, {}))

    return replace(near, sides=FAR, souls=tuple(moved(each) for each in near.souls))


def at_home(of: World, zone: str) -> World:
    """The same with Ana in that zone."""
    return replace(
        of, souls=tuple(replace(each, zones=((of.begins, zone),)) if each.name == "ana" else each for each in of.souls)
    )


def nights(begins: datetime, hours: float, at: time) -> World:
    """A few days on which everybody is asked in the night, weekends too."""
    quiet = world(begins, hours / 168, eventful=False)
    every = frozenset(range(7))
    owls = tuple(replace(each, days=every, begins=time(0)) for each in quiet.souls)
    return replace(quiet, souls=owls, on=every, standup=at, meets=None, reports=None)


def few(of: World, *names: str, silent: str = "") -> World:
    """The same with these people alone, one of whom never answers."""
    return replace(
        of,
        souls=tuple(
            replace(each, lag=None) if each.name == silent else each for each in of.souls if each.name in names
        ),
    )


def seldom(of: World, *days: int) -> World:
    """The same with a standup on those weekdays alone."""
    return replace(of, on=frozenset(days))
