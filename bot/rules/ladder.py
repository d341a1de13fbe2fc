"""Who stands on which level of an escalation, and when they are told.

One rule: level *n* of both sides is told together, so a ladder is one value for both sides. It is made when the escalation is
raised and stays with it as it was: who joins, leaves or is promoted later changes nothing in it.

Level 1 is the shepherd (the backup if away), level 2 the leaders, level 3 the most senior leader, unless a side names other people
for a level. A level with nobody on either side is skipped; a level with nobody on one side is told on the other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from bot.rules.escalation import Limit
from bot.rules.worktime import Calendar, next_moment
from bot.words import Key, Role, Urgency


@dataclass(frozen=True, slots=True)
class Level:
    """What a level is called and how many minutes it has: working time, and wall clock where the urgency is high."""

    name: str
    normal: int
    high: int


LEVELS: Mapping[int, Level] = MappingProxyType(
    {
        1: Level("the shepherds", normal=4 * 60, high=30),
        2: Level("the leaders", normal=8 * 60, high=2 * 60),
        3: Level("the most senior leaders", normal=24 * 60, high=4 * 60),
    }
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member of one side as the ladder sees them; the lower the `rank`, the more senior (None: not said)."""

    member: int
    role: Role
    rank: int | None = None
    away: bool = False


@dataclass(frozen=True, slots=True)
class Rung:
    """One level with its people on both sides and its minutes to acknowledge."""

    level: int
    a: tuple[int, ...]
    b: tuple[int, ...]
    normal: int
    high: int

    @property
    def everybody(self) -> tuple[int, ...]:
        return self.a + self.b

    def on(self, side: Key) -> tuple[int, ...]:
        """The people of one side, first the one who answers for it."""
        return self.a if side is Key.A else self.b


@dataclass(frozen=True, slots=True)
class Ladder:
    """The levels that have somebody, lowest first, and those that nobody stands on. Packs to JSON."""

    rungs: tuple[Rung, ...]
    skipped: tuple[int, ...] = ()


def people(
    candidates: Sequence[Candidate], named: Mapping[int, tuple[int, ...]] | None = None
) -> dict[int, tuple[int, ...]]:
    """Tell who of one side stands on each level. `candidates` come in the order in which the side named them.

    `named` are the side's own choices, which take the place of that level's people as long as one of them is still
    there to act.
    """
    leaders = _with_role(candidates, Role.LEADER)
    # sorted() keeps the order of naming among those of equal or unsaid rank.
    by_rank = sorted(leaders, key=lambda each: (each.rank is None, each.rank or 0))
    usual = {
        1: _shepherd(candidates),
        2: tuple(each.member for each in leaders),
        3: tuple(each.member for each in by_rank[:1]),
    }
    here = {each.member for each in candidates if each.role is not Role.OBSERVER}
    chosen = {
        level: tuple(one for one in ones if one in here) for level, ones in (named or {}).items() if level in LEVELS
    }
    return usual | {level: ones for level, ones in chosen.items() if ones}


def _with_role(candidates: Sequence[Candidate], role: Role) -> list[Candidate]:
    return [each for each in candidates if each.role is role]


def _shepherd(candidates: Sequence[Candidate]) -> tuple[int, ...]:
    """The first who is there: shepherd, then backup; the shepherd all the same where both are away."""
    stand = _with_role(candidates, Role.SHEPHERD) + _with_role(candidates, Role.BACKUP)
    present = [each for each in stand if not each.away]
    return tuple(each.member for each in (present or stand)[:1])


def join(a: Mapping[int, tuple[int, ...]], b: Mapping[int, tuple[int, ...]], raiser: int) -> Ladder:
    """Put both sides' people together for one escalation.

    Nobody is told of their own concern: the raiser is left out of every level, unless there is nobody else on any.
    """
    others = _joined(a, b, without=raiser)
    return others if others.rungs else _joined(a, b, without=None)


def _joined(a: Mapping[int, tuple[int, ...]], b: Mapping[int, tuple[int, ...]], without: int | None) -> Ladder:
    rungs, skipped = [], []
    for number, level in LEVELS.items():
        on_a, on_b = (tuple(one for one in side.get(number, ()) if one != without) for side in (a, b))
        if on_a or on_b:
            rungs.append(Rung(number, on_a, on_b, level.normal, level.high))
        else:
            skipped.append(number)
    return Ladder(tuple(rungs), tuple(skipped))


def limits(ladder: Ladder, urgency: Urgency) -> tuple[Limit, ...]:
    """Give the minutes of each level for the clock."""
    return tuple(Limit(rung.level, rung.high if urgency is Urgency.HIGH else rung.normal) for rung in ladder.rungs)


def rung_at(ladder: Ladder, level: int) -> Rung:
    """Find the rung of a level; KeyError where the level is skipped."""
    for rung in ladder.rungs:
        if rung.level == level:
            return rung
    raise KeyError(level)


def begin(ladder: Ladder, level: int = 0, to: int | None = None) -> Rung | None:
    """Find the rung to begin on: the wished one (0: none) or the next above it, else that of the member it goes `to`, else the
    lowest; None where nobody stands on any."""
    wished = level or (to and level_of(ladder, to)) or 0
    return next((rung for rung in ladder.rungs if rung.level >= wished), ladder.rungs[-1] if ladder.rungs else None)


def level_of(ladder: Ladder, member: int) -> int | None:
    """Give the lowest level that a member stands on; None for somebody who is not on the ladder."""
    return next((rung.level for rung in ladder.rungs if member in rung.everybody), None)


def skipped_in_words(ladder: Ladder) -> str:
    """Say for the card which levels are skipped; empty where none is."""
    if not ladder.skipped:
        return ""
    *most, last = (str(level) for level in ladder.skipped)
    which = f"Levels {', '.join(most)} and {last} are" if most else f"Level {last} is"
    return f"{which} skipped: nobody else stands there on either side."


def told_at(urgency: Urgency, now: datetime, calendar: Calendar, away: Collection[tuple[date, date]] = ()) -> datetime:
    """Tell when a person is notified: at once where it is urgent, else in their next working time.

    `away` holds their first and last days off. The rooms show the card at once, whatever the hour.
    """
    return now if urgency is Urgency.HIGH else next_moment(calendar, now, away)
