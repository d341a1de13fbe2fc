"""What somebody types of something that recurs, understood: when, on whose clock, whose, how long.

One rule: of a change, what is not said stays as it is. A time is on the clock of the side it is for, else on that of whoever types
it, unless the words name another.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import time, timedelta
from functools import partial
from itertools import pairwise

from bot.actions.cadences import Wish
from bot.cards.cadence import lasting
from bot.cards.cadence_forms import NAME_AT_MOST, Draft
from bot.rules import Unclear
from bot.rules.cadence import Recurrence, days, in_words, lift
from bot.rules.cadence.typed import LENGTH
from bot.rules.dates.vocabulary import COUNT, number
from bot.rules.grammar import tidy
from bot.rules.worktime.zone import parse_zone
from bot.rules.zone_words import lift_zone
from bot.words import CadenceKind, Key, city, line
from handlers import Ask, Visit
from handlers.partnership import whom

LONG = (CadenceKind.STANDUP, CadenceKind.MEETING)
SIDED = (CadenceKind.STANDUP, CadenceKind.REPORT)
OWN_CLOCK = (CadenceKind.STANDUP, CadenceKind.DIGEST)
"""What comes to each on their own clock, and has no zone."""
MINUTES = range(5, 12 * 60 + 1)
LENGTHS = "Between 5 minutes and 12 hours, for example “1 h”, “90 min” or “1 h 30 min”."
NINE = time(9)
WEEK, YEAR = timedelta(weeks=1), timedelta(weeks=53)


@dataclass(frozen=True, slots=True)
class Typed:
    """The parts of what was typed: when (with the name in it, unless that stands apart), whose, how long. `form`: all were asked for."""

    when: str
    name: str = ""
    side: Key | None = None
    long: str = ""
    form: bool = False


_LONG = re.compile(
    r"[,;]?\s*\b(?:with (?:a )?)?(?:window(?: of)?|for)\s+"
    rf"(?P<long>{LENGTH.removeprefix('for ')}(?: and a half| ?min(?:ute)?s?\b)?)(?: window\b)?",
    re.IGNORECASE,
)


def taken_apart(visit: Visit, kind: CadenceKind, text: str) -> Typed:
    """Take out how long and whose, which are no part of when."""
    long, side = "", None
    if found := _LONG.search(text):
        long, text = found["long"], f"{text[: found.start()]} {text[found.end() :]}"
    if kind in SIDED:
        organisations = [visit.scene.organisation(key) for key in visit.scene.sides]
        names = sorted({*organisations, *(name.split()[0] for name in organisations)}, key=len, reverse=True)
        known = "|".join([*map(re.escape, names), "us", "our side", "them", "their side", "the other side"])
        if found := re.search(rf"(?i)(?:^|(?<=\s))(?:from|of|for|by)\s+({known})(?=$|[\s,;.])", text):
            side, text = whom.side(visit, found[1]), f"{text[: found.start()]} {text[found.end() :]}"
    return Typed(tidy(" ".join(text.split())), "", side, long)


def read(visit: Visit, kind: CadenceKind, typed: Typed, like: Wish | None = None) -> Wish:
    """Understand it; of what changes, what is not said stays as it is in `like`. Raises Unclear, and `Ask` for whose report it is."""
    if typed.long and kind not in LONG:
        raise Unclear(f"A {kind} has no length: leave “{typed.long}” out.")
    long = minutes(typed.long) if typed.long else 0
    if typed.long and long not in MINUTES:
        raise Unclear(f"“{typed.long}” is no length that I can keep. {LENGTHS}")
    side = typed.side or (like.side if like and not typed.form else None)
    if kind is CadenceKind.REPORT and side is None:
        side = _owing(visit)
    recurrence, zone, rest = _when(visit, kind, typed.when, like, side)
    if kind is CadenceKind.DIGEST and not _weekly(recurrence):
        raise Unclear("A digest comes once a week: name one day of the week, for example “fridays at 9:00”.")
    name = typed.name if typed.form else like.name if like else ""
    if rest and (name or like or kind is CadenceKind.DIGEST):
        raise Unclear(f"I do not understand “{rest}” in it. The name changes in the form.")
    if len(rest) > NAME_AT_MOST:
        raise Unclear(f"A name has {NAME_AT_MOST} letters at most, and “{rest[:NAME_AT_MOST]}…” is longer.")
    wish = Wish(
        kind=kind, name=name or rest, rrule=recurrence.rrule, at=recurrence.at, start_on=recurrence.start, zone=zone, side=side,
        of=like.of if like else 0, window=like.window if like else 240, lasts=like.lasts if like else 60,
    )  # fmt: skip
    if not long:
        return wish
    return replace(wish, window=long) if kind is CadenceKind.STANDUP else replace(wish, lasts=long)


def _weekly(recurrence: Recurrence) -> bool:
    """Whether it comes once in every week."""
    found = days(recurrence, recurrence.start, recurrence.start + YEAR)
    return len(found) > 1 and all(then - day == WEEK for day, then in pairwise(found))


def _when(
    visit: Visit, kind: CadenceKind, text: str, like: Wish | None, side: Key | None
) -> tuple[Recurrence, str, str]:
    """The recurrence, the zone that its time is in, and the words that are no part of it."""
    named, text = lift_zone(text, _known(visit))
    if named and kind in OWN_CLOCK:
        whose = "person on their" if kind is CadenceKind.STANDUP else "room on its"
        raise Unclear(f"A {kind} comes to each {whose} own clock: leave the time zone out.")
    if like and text in ("", in_words(like.recurrence)):
        return like.recurrence, named or _stays(visit, like, side), ""
    own = "" if kind in OWN_CLOCK else named or _usual_zone(visit, side)
    read = partial(lift, now=visit.now, locale=visit.account.locale)
    ways: list[tuple[time | None, str]] = [(None, own)]
    if usual := (like.at, named or _stays(visit, like, side)) if like else _usual(visit, kind, side):
        ways.append(usual)
    problem = Unclear("")
    for otherwise, zone in ways:
        try:
            found, rest = read(text, zone=zone or visit.zone, otherwise=otherwise)
        except Unclear as unclear:
            problem = unclear
        else:
            return found, zone, rest
    if like:
        with suppress(Unclear):  # a time of day alone: the days stay
            found, rest = read(f"every day {text}", zone=visit.zone)
            return replace(like.recurrence, at=found.at), own, rest
    raise problem


def _known(visit: Visit) -> dict[str, str]:
    """Whose clocks can be named: `our time`, `their time`, `Contoso time`, `my time`."""
    sides = visit.scene.sides
    own, other = visit.actor.side, visit.actor.side.other
    known = {"my": visit.zone, "our": sides[own].zone, "their": sides[other].zone} if other in sides else {}
    return known | {side.organisation.casefold(): side.zone for side in sides.values()}


def _usual_zone(visit: Visit, side: Key | None) -> str:
    return visit.scene.sides[side].zone if side else visit.zone


def _stays(visit: Visit, like: Wish, side: Key | None) -> str:
    """The zone of what changes; where it was that of its side, and another side has it now, that of the other."""
    if like.zone and like.side and side and like.zone == visit.scene.sides[like.side].zone:
        return visit.scene.sides[side].zone
    return like.zone


def _usual(visit: Visit, kind: CadenceKind, side: Key | None) -> tuple[time, str] | None:
    """The time of day where none is typed, and its zone: a digest comes at nine, a report is due when the side that owes it ends its day."""
    match kind:
        case CadenceKind.DIGEST:
            return NINE, ""
        case CadenceKind.REPORT if side is not None:
            return visit.scene.sides[side].end, visit.scene.sides[side].zone
        case _:
            return None


def _owing(visit: Visit) -> Key:
    sides = sorted(visit.scene.sides.items())
    said = visit.answers.get("owes")
    if said not in [key.value for key, _ in sides]:
        raise Ask("owes", line("Who owes this report?"), [(side.organisation, key.value) for key, side in sides])
    return Key(said)


_HOURS = rf"({COUNT}|\d[.,]\d+) ?(?:h|hrs?|hours?)(?: ?(?:and )?(?:(\d{{1,3}}) ?(?:m|mins?|minutes?)?|(a half)))?"


def minutes(text: str) -> int:
    """Read a length such as `90 min`, `1 h 30 min` or `half an hour`; 0 where it is none."""
    plain = " ".join(text.casefold().split())
    if plain == "half an hour":
        return 30
    if found := re.fullmatch(rf"({COUNT}) ?(?:m|mins?|minutes?)", plain):
        return number(found[1])
    if found := re.fullmatch(_HOURS, plain):
        hours = float(found[1].replace(",", ".")) if re.match(r"\d", found[1]) else number(found[1])
        return round(60 * hours) + int(found[2] or 0) + (30 if found[3] else 0)
    return 0


def as_typed(wish: Wish) -> Draft:
    """The same as it can be typed again, for the form."""
    when = in_words(wish.recurrence)
    if wish.zone:
        when = f"{when}, {_typable(wish.zone)} time"
    long = {CadenceKind.STANDUP: wish.window, CadenceKind.MEETING: wish.lasts}.get(wish.kind, 0)
    return Draft(wish.kind, wish.name, when, wish.side, lasting(long))


def _typable(zone: str) -> str:
    with suppress(Unclear):
        if parse_zone(city(zone)) == zone:
            return city(zone)
    return zone
