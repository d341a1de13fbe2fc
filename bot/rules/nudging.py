"""What a shepherd hears in the morning: facts of both sides become lines, each with its evidence and one thing to do about it.

One rule: both shepherds are told of the same facts. Lines are worked out anew from what is so now; swapping the sides mirrors
them, and what somebody did about a line is known by its key alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import assert_never

from bot.rules.evidence import (
    Evidence,
    Facts,
    Half,
    Meeting,
    OneSided,
    Report,
    Silence,
    Uncelebrated,
    Unreachable,
    Unsaid,
    Waiting,
    Waits,
    news,
)
from bot.rules.worktime import Calendar
from bot.words import Key, Nudging

QUIET = {Nudging.LIGHT: 10, Nudging.STANDARD: 5, Nudging.ACTIVE: 3}
"""After how many working days without anything from a side its silence is told."""

SHORT, EARLY = 0.25, 0.5  # of a clock's time left
FORGOTTEN = timedelta(days=28)  # how long a line that was not useful stays away
UNCELEBRATED = 14  # days
MOVES = 3  # steps forward by which work moves
ONE_SIDED = 3  # celebrations that all go to one side


def lines(facts: Facts, setting: Nudging, viewer: Key) -> list[Evidence]:
    """List what there is to act on, the most pressing first, the viewer's own side before the other."""
    found: list[Evidence] = [*facts.waiting, *facts.reports, *facts.meetings]
    for key, half in facts.halves.items():
        other = facts.halves.get(key.other, Half())
        if half.missing:
            found.append(Unsaid(key, half.missing, half.asked, len(other.missing), other.asked))
        if half.silent >= QUIET[setting]:
            found.append(Silence(key, half.silent, other.silent))
        if half.unreachable:
            found.append(Unreachable(key, half.unreachable))
        if half.praised >= ONE_SIDED and not other.praised and other.moves:
            found.append(OneSided(key, half.praised, other.moves))
    moves = sum(half.moves for half in facts.halves.values())
    if facts.uncelebrated >= UNCELEBRATED and moves >= MOVES:
        found.append(Uncelebrated(facts.uncelebrated, moves))
    return sorted(
        (each for each in found if setting in _told_in(each)), key=lambda each: (_rank(each), _of_other(each, viewer))
    )


_ALL = frozenset(Nudging)
_MORE = frozenset({Nudging.STANDARD, Nudging.ACTIVE})
_MOST = frozenset({Nudging.ACTIVE})


def _told_in(evidence: Evidence) -> frozenset[Nudging]:
    """The settings in which it is told; light is only what is overdue or runs out, and a long silence."""
    match evidence:
        case Waiting(how=how):
            return _MOST if how is Waits.EARLY else _ALL
        case Report(late=late):
            return _ALL if late else _MOST
        case Silence():
            return _ALL
        case Meeting() | Unsaid() | Unreachable() | Uncelebrated() | OneSided():
            return _MORE
        case _:
            assert_never(evidence)


def _rank(evidence: Evidence) -> tuple[int, float, int]:
    match evidence:
        case Waiting(how=how, since=since, id=id):
            return tuple(Waits).index(how), since.timestamp(), id
        case Report(late=late, at=at, cadence=cadence):
            return 10 if late else 15, at.timestamp(), cadence
        case Meeting(held=held, at=at, cadence=cadence):
            return 12 if held is None else 11, at.timestamp(), cadence
        case Unsaid():
            return 13, 0, 0
        case Silence(days=days):
            return 14, -days, 0
        case Unreachable():
            return 16, 0, 0
        case Uncelebrated():
            return 17, 0, 0
        case OneSided():
            return 18, 0, 0
        case _:
            assert_never(evidence)


def _of_other(evidence: Evidence, viewer: Key) -> bool:
    whose = evidence.to if isinstance(evidence, OneSided) else evidence.side
    return whose is viewer.other


# What was done about them --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mark:
    """What the shepherd of one side did about a line."""

    snoozed_until: datetime | None = None
    snoozed_by: int | None = None
    useless_at: datetime | None = None

    def snoozed(self, now: datetime) -> bool:
        return self.snoozed_until is not None and self.snoozed_until > now

    def useless(self, now: datetime) -> bool:
        return self.useless_at is not None and self.useless_at + FORGOTTEN > now


NO_MARK = Mark()


def to_say(
    found: Iterable[Evidence], marks: Mapping[str, Mark], said: Mapping[str, datetime], now: datetime
) -> tuple[Evidence, ...]:
    """Keep what is neither put aside on the viewer's side (`marks` by key) nor `said` before in this week (news, and when last).

    What was snoozed since it was said is said again when it comes back.
    """

    def wanted(each: Evidence) -> bool:
        mark, before = marks.get(each.key, NO_MARK), said.get(news(each))
        back = mark.snoozed_until is not None and before is not None and before < mark.snoozed_until
        return not (mark.snoozed(now) or mark.useless(now)) and (before is None or back)

    return tuple(each for each in found if wanted(each))


def week_of(calendar: Calendar, day: date) -> date:
    """Find the day on which the week began that this one is in: the first working day after the longest rest."""
    begins = min(calendar.days, key=lambda first: (-_rest_before(calendar, first), first))
    return day - timedelta(days=(day.weekday() - begins) % 7)


def _rest_before(calendar: Calendar, first: int) -> int:
    return next(back for back in range(7) if (first - back - 1) % 7 in calendar.days)
