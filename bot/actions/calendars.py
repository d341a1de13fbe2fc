"""Rows to calendars: the working time of a side, and of a person on it.

One rule: a person's own hours, days and zone go before their side's; holidays are their side's.
"""

from __future__ import annotations

from datetime import time
from functools import lru_cache

from bot.rules.escalation import Calendars
from bot.rules.worktime import Calendar
from bot.words import Key
from storage.people import Standing
from storage.scenes import Scene
from storage.tables import Side


@lru_cache(maxsize=8192)  # there are few, and many work by each
def calendar(zone: str, days: str, start: time, end: time, country: str | None, region: str | None) -> Calendar:
    """The calendar of those hours on those days ("0,1,2,3,4")."""
    return Calendar(zone, frozenset(int(day) for day in days.split(",")), start, end, country, region)


def of_side(side: Side) -> Calendar:
    return calendar(side.zone, side.days, side.start, side.end, side.country, side.region)


def of_person(scene: Scene, who: Standing) -> Calendar:
    side, person = scene.sides[who.side], who.person
    return calendar(
        who.zone,
        person.days or side.days,
        person.start if person.start is not None else side.start,
        person.end if person.end is not None else side.end,
        side.country,
        side.region,
    )


def of_escalation(scene: Scene, raised_by: Key) -> Calendars:
    """The two calendars an escalation runs on: the responder side is the one that did not raise it."""
    return Calendars(responder=of_side(scene.sides[raised_by.other]), raiser=of_side(scene.sides[raised_by]))
