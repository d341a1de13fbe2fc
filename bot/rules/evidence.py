"""What a line of the morning message rests on: the facts of a partnership, and the evidence that each line gives.

One rule: values only. Each kind of evidence has a key, by which the same line is known again tomorrow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.words import Key


class Waits(StrEnum):
    """How an escalation waits."""

    SHORT = "short"  # less than a quarter of its time left
    OVERDUE = "overdue"  # longer than the time that was promised first
    ASKED = "asked"  # acknowledged, and the owner did not answer yet how it goes
    EARLY = "early"  # less than half of its time left


# Evidence ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """An escalation that `side` is to answer; `people` are those it waits for."""

    id: int
    number: int
    side: Key
    how: Waits
    level: int
    summary: str
    since: datetime
    people: tuple[int, ...]
    left: timedelta | None = None
    working: bool = True

    @property
    def key(self) -> str:
        return f"escalation|{self.id}"


@dataclass(frozen=True, slots=True)
class Report:
    """A report that `side` owes: due soon, or late. `people` look after it."""

    cadence: int
    name: str
    side: Key
    day: date
    at: datetime
    late: bool
    people: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        return f"report|{self.cadence}|{self.day.isoformat()}"


@dataclass(frozen=True, slots=True)
class Meeting:
    """The last meeting of a cadence, when it was not held or (`held` is None) nobody said so yet. Of the last `of` of which somebody
    said so, `kept` were held."""

    occurrence: int
    cadence: int
    name: str
    day: date
    at: datetime
    held: bool | None
    kept: int
    of: int
    side: None = None

    @property
    def key(self) -> str:
        return f"meeting|{self.cadence}|{self.day.isoformat()}"


@dataclass(frozen=True, slots=True)
class Unsaid:
    """People of a side who gave no check-in on the last two days they were asked, of how many, beside the other side's."""

    side: Key
    people: tuple[int, ...]
    asked: int
    other: int
    other_asked: int

    @property
    def key(self) -> str:
        return f"checkin|{self.side}"


@dataclass(frozen=True, slots=True)
class Silence:
    """Nobody of a side did anything for so many working days on which the bot ran; `other` are the other side's."""

    side: Key
    days: int
    other: int

    @property
    def key(self) -> str:
        return f"silence|{self.side}"


@dataclass(frozen=True, slots=True)
class Unreachable:
    side: Key
    people: tuple[int, ...]

    @property
    def key(self) -> str:
        return f"unreachable|{self.side}"


@dataclass(frozen=True, slots=True)
class Uncelebrated:
    """Nothing was celebrated for so many days, while work moved forward by so many steps."""

    days: int
    moves: int
    side: None = None
    key: str = "celebration|none"


@dataclass(frozen=True, slots=True)
class OneSided:
    """All praise in the rooms of the last four weeks went `to` one side, while the other moved forward too."""

    to: Key
    count: int
    moves: int
    side: None = None

    @property
    def key(self) -> str:
        return f"celebration|{self.to}"


Evidence = Waiting | Report | Meeting | Unsaid | Silence | Unreachable | Uncelebrated | OneSided


def news(evidence: Evidence) -> str:
    """Name what a line says: it is said again when it means something else, though it is the same line."""
    match evidence:
        case Waiting(how=how, level=level):
            return f"{evidence.key}|{level}|{how}"
        case Report(late=late):
            return f"{evidence.key}|{'late' if late else 'due'}"
        case Meeting(held=held):
            return f"{evidence.key}|{'open' if held is None else 'missed'}"
        case _:
            return evidence.key


def reminded(evidence: Evidence) -> tuple[int, ...]:
    """Those whom a reminder of it would go to."""
    return evidence.people if isinstance(evidence, Waiting | Report | Unsaid) else ()


# Facts ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Half:
    """The facts of one side. `heard` is when somebody did something last, and `silent` are the working days without anything since;
    `missing` gave no check-in on the last two days they were asked, of all `asked`;
    `moves` are its steps forward in two weeks; `praised` counts the celebrations it got in the rooms in four."""

    silent: int = 0
    unreachable: tuple[int, ...] = ()
    missing: tuple[int, ...] = ()
    asked: int = 0
    moves: int = 0
    praised: int = 0
    heard: datetime | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is so in a partnership this morning. `uncelebrated` are days without any celebration."""

    halves: Mapping[Key, Half]
    waiting: tuple[Waiting, ...] = ()
    reports: tuple[Report, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    uncelebrated: int = 0
