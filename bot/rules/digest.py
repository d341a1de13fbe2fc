"""What a digest counts: wins, what is open, check-ins given of those due, what is overdue, what comes next, what changed.

One rule: numbers come from what is on record and from nothing else, and swapping the sides swaps them.

- A win is a celebration that the rooms show, or an escalation confirmed in the week and not opened again.
- A check-in counts in the week in which its standup closes. Whoever was not asked (holiday, day off), is away or could not be heard
  (an outage, a pause) owes none; whoever skipped does. An answer counts whenever it came, also late.
- Overdue is what somebody still owes: an answer that did not come in time, word on progress once asked, a report past its day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from bot.rules.escalation import Status
from bot.rules.stand import Stand, Step, stand
from bot.rules.weeks import Weeks
from bot.words import CheckInState, Key, Role

BARS = "▁▂▃▄▅▆▇█"
_SIDES = tuple(Key)
OWED = (CheckInState.ANSWERED, CheckInState.SKIPPED, CheckInState.MISSED)
"""What of a check-in counts as due."""
UNDER_WAY = (Status.OPEN, Status.ACKNOWLEDGED, Status.RESOLVED)


# What is on record ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Concern:
    """An escalation that `side` raised, with its steps, oldest first; `people` are those of its ladder by level, `left` the time left by
    its clock."""

    id: int
    side: Key
    steps: tuple[Step, ...]
    people: Mapping[int, tuple[int, ...]]
    left: timedelta | None = None
    working: bool = True


class Prompt(NamedTuple):
    """A check-in that somebody was asked for, or several (`many`) that are alike. `closes_at` is when its standup closes."""

    side: Key
    state: CheckInState
    closes_at: datetime
    answered_at: datetime | None = None
    many: int = 1


@dataclass(frozen=True, slots=True)
class Report:
    """A report that a side owes, with the time at which it came."""

    occurrence: int
    side: Key
    at: datetime
    came_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Meeting:
    cadence: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """What became of something that recurs: `set`, `changed`, `paused`, `resumed`, `ended`."""

    cadence: int
    what: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Material:
    """All that a digest is worked out from: `people` are side and role by member, `celebrations` the ids and times of those that the
    rooms show."""

    people: Mapping[int, tuple[Key, Role]]
    celebrations: Sequence[tuple[int, datetime]] = ()
    concerns: Sequence[Concern] = ()
    prompts: Sequence[Prompt] = ()
    reports: Sequence[Report] = ()
    meetings: Sequence[Meeting] = ()
    changes: Sequence[Change] = ()


# What is told --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of how many."""

    given: int = 0
    due: int = 0

    @property
    def share(self) -> int | None:
        """In percent; None where nothing was due."""
        return round(100 * self.given / self.due) if self.due else None


@dataclass(frozen=True, slots=True)
class Open:
    """An escalation that has not ended; `waits_for` is the side whose turn it is."""

    escalation: int
    status: Status
    level: int
    waits_for: Key
    left: timedelta | None = None
    working: bool = True


class Owed(StrEnum):
    """What somebody owes."""

    ANSWER = "answer"
    PROGRESS = "progress"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Overdue:
    """What a side owes since then, and in which roles; `members` who, which is for shepherds alone."""

    owed: Owed
    about: int
    side: Key
    since: datetime
    roles: tuple[Role, ...]
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """What a digest says, as ids and numbers; `seen` is the instant as of which it says so, `trend` the check-ins of each week."""

    start: datetime
    end: datetime
    seen: datetime
    celebrations: tuple[int, ...] = ()
    resolved: tuple[int, ...] = ()
    open: tuple[Open, ...] = ()
    check_ins: Mapping[Key, Tally] | None = None
    overdue: tuple[Overdue, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    changes: tuple[Change, ...] = ()
    trend: tuple[Tally, ...] = ()

    @property
    def given(self) -> Mapping[Key, Tally]:
        return self.check_ins or {}

    @property
    def wins(self) -> int:
        return len(self.celebrations) + len(self.resolved)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to report, a meeting ahead aside."""
        due = any(each.due for each in self.given.values())
        return not (self.wins or self.open or self.overdue or self.changes or due)


def digest(material: Material, weeks: Weeks, seen: datetime) -> Digest:
    """Work it out for the last of these weeks, as it stood at `seen`."""
    stands = [(each, found) for each in material.concerns if (found := stand(each.steps, seen)) is not None]
    open_ = [(each, found) for each, found in stands if found.status in UNDER_WAY]
    by_week = tallies(material.prompts, weeks, seen)
    return Digest(
        weeks.start,
        weeks.end,
        seen,
        celebrations=tuple(id for id, at in material.celebrations if weeks.has(at)),
        resolved=tuple(
            each.id for each, found in stands if found.status is Status.CLOSED and weeks.has(found.since)
        ),
        open=tuple(_open(each, found, material.people) for each, found in open_),
        check_ins=by_week[-1],
        overdue=(
            *(owed for each, found in open_ if (owed := _owed(each, found, material.people))),
            *_reports(material, seen),
        ),
        meetings=tuple(sorted(material.meetings, key=lambda each: (each.at, each.cadence))),
        changes=tuple(each for each in material.changes if weeks.has(each.at)),
        trend=tuple(_both(each.values()) for each in by_week),
    )  # fmt: skip


def _both(tallies: Iterable[Tally]) -> Tally:
    given = due = 0
    for each in tallies:
        given += each.given
        due += each.due
    return Tally(given, due)


# Check-ins -----------------------------------------------------------------------------------------------------------


def tallies(prompts: Iterable[Prompt], weeks: Weeks, seen: datetime) -> list[dict[Key, Tally]]:
    """Count each side's check-ins, week by week."""
    due = {key: [0] * weeks.count for key in _SIDES}
    given = {key: [0] * weeks.count for key in _SIDES}
    closes, index = None, None
    for side, state, closes_at, answered_at, many in prompts:
        if state not in OWED or closes_at > seen:
            continue
        if closes_at is not closes:  # many close together
            closes, index = closes_at, weeks.index(closes_at)
        if index is None:
            continue
        due[side][index] += many
        if answered_at is not None and answered_at <= seen:
            given[side][index] += many
    return [{key: Tally(given[key][index], due[key][index]) for key in _SIDES} for index in range(weeks.count)]


def bars(tallies: Iterable[Tally]) -> str:
    """Draw shares as small bars, a week with nothing due as a dot: `▅▆·█`."""
    shares = (each.share for each in tallies)
    return "".join("·" if share is None else BARS[min(share * len(BARS) // 100, len(BARS) - 1)] for share in shares)


# Escalations ---------------------------------------------------------------------------------------------------------


def _open(concern: Concern, found: Stand, people: Mapping[int, tuple[Key, Role]]) -> Open:
    side = _turn(concern, found, people)
    return Open(concern.id, found.status, found.level, side, concern.left, concern.working)


def _turn(concern: Concern, found: Stand, people: Mapping[int, tuple[Key, Role]]) -> Key:
    """The side whose turn it is: those who answer, the owner's, the raiser's to confirm."""
    match found.status:
        case Status.ACKNOWLEDGED if found.owner is not None and found.owner in people:
            return people[found.owner][0]
        case Status.OPEN | Status.ACKNOWLEDGED:
            return concern.side.other
        case _:
            return concern.side


def _owed(concern: Concern, found: Stand, people: Mapping[int, tuple[Key, Role]]) -> Overdue | None:
    side = _turn(concern, found, people)
    owner = found.owner
    if found.status is Status.ACKNOWLEDGED and found.asked and owner is not None and owner in people:
        return Overdue(Owed.PROGRESS, concern.id, side, found.asked, (people[owner][1],), (owner,))
    if found.unanswered is None:
        return None
    those = tuple(each for each in concern.people.get(found.level, ()) if each in people and people[each][0] is side)
    roles = dict.fromkeys(people[each][1] for each in those)
    return Overdue(Owed.ANSWER, concern.id, side, found.unanswered, tuple(roles), those)


def _reports(material: Material, seen: datetime) -> Iterable[Overdue]:
    for report in material.reports:
        if report.at < seen and (report.came_at is None or report.came_at > seen):
            shepherds = tuple(
                member for member, stands in material.people.items() if stands == (report.side, Role.SHEPHERD)
            )
            yield Overdue(Owed.REPORT, report.occurrence, report.side, report.at, (Role.SHEPHERD,), shepherds)
