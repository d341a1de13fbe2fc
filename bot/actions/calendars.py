"""Rows to calendars: the working time of a side, and of a person on it.

One rule: a person's own hours, days and zone go before their side's; holidays are their side's.
"""

from __future__ import annotations

from bot.rules.escalation import Calendars
from bot.rules.worktime import Calendar
from bot.words import Key
from storage.people import Standing
from storage.scenes import Scene
from storage.tables import Side


def _days(text: str) -> frozenset[int]:
    return frozenset(int(day) for day in text.split(","))


def of_side(side: Side) -> Calendar:
    return Calendar(side.zone, _days(side.days), side.start, side.end, side.country, side.region)


def of_person(scene: Scene, who: Standing) -> Calendar:
    side, person = scene.sides[who.side], who.person
    return Calendar(
        who.zone,
        _days(person.days or side.days),
        person.start if person.start is not None else side.start,
        person.end if person.end is not None else side.end,
        side.country,
        side.region,
    )


def of_escalation(scene: Scene, raised_by: Key) -> Calendars:
    """The two calendars an escalation runs on: the responder side is the one that did not raise it."""
    return Calendars(responder=of_side(scene.sides[raised_by.other]), raiser=of_side(scene.sides[raised_by]))
