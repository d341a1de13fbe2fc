"""Check-ins: what somebody typed, what becomes of a prompt, and how a side's answers are counted.

One rule: only time makes a prompt missed, and only where the question came within its window; who is away, was not reached, or was
asked in a standup whose end an outage took, is counted nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import assert_never
from zoneinfo import ZoneInfo

from bot.rules import Unclear, dates
from bot.rules.blockers import is_nothing
from bot.words import CheckInState

MOST = 1000  # letters of each part
LATE = timedelta(hours=2)
"""A prompt that comes later than this, because the bot was out, is not sent any more."""

OUT = timedelta(minutes=15)
"""A standup that is closed later than this was cut off by an outage, and counts against nobody."""

ROBBED = 0.25
"""Where the bot was out for so much of somebody's window, they did not miss it."""

SNOOZE = timedelta(hours=1)
LONGEST_AWAY = timedelta(days=366)
# What is typed --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said:
    """A check-in: each part may be empty. `own_side`: not for the other side's eyes."""

    done: str = ""
    next: str = ""
    blockers: str = ""
    waiting: str = ""
    own_side: bool = False

    @property
    def parts(self) -> tuple[str, str, str, str]:
        return self.done, self.next, self.blockers, self.waiting


PARTS = ("done", "next", "blockers", "waiting")
_LABEL = re.compile(
    r"(?i)(?:^|(?<=[\s;,.|]))(?:(?P<done>done|since last time)|(?P<next>next|to ?do)"
    r"|(?P<blockers>block(?:ers?|ed)(?: (?:by|on))?)|(?P<waiting>waiting(?: (?:on|for)(?: (?:the )?partner)?)?))[ \t]*:"
)
_OWN_SIDE = re.compile(r"(?i)(?:^|(?<=\s))!(?:private|side)(?=\s|$)")


def parse(text: str) -> tuple[Said, frozenset[str]]:
    """Read `done: … next: … blockers: … waiting: … [!private]`; words before the first label are what was done.

    Gives the parts that were named beside it, because a blocker is over only when somebody says so.
    """
    words, own_side = _OWN_SIDE.subn("", text)
    found: dict[str, list[str]] = {part: [] for part in PARTS}
    part, start = "done", 0
    named = set()
    for label in _LABEL.finditer(words):
        found[part].append(words[start : label.start()])
        part, start = str(label.lastgroup), label.end()
        named.add(part)
    found[part].append(words[start:])
    said = {each: "\n".join(filter(None, (piece.strip(" \t\n;,|") for piece in found[each]))) for each in PARTS}
    if said["done"]:
        named.add("done")
    return cleaned(Said(**said, own_side=bool(own_side))), frozenset(named)


def labelled(text: str) -> bool:
    """Whether it begins with a label, so that it can be meant as a check-in only."""
    return _LABEL.match(text) is not None


def cleaned(said: Said) -> Said:
    """The same with `none` and its like read as nothing."""
    blockers = "" if is_nothing(said.blockers) else said.blockers
    return replace(said, blockers=blockers, waiting="" if is_nothing(said.waiting) else said.waiting)


def troubles(said: Said) -> dict[str, str]:
    """What is wrong with it, by part; empty where it can be taken."""
    if not any(said.parts):
        return {"done": "Write at least one line: what was done, what comes next, or a blocker."}
    return {
        part: f"Please keep this to {MOST} letters; it is {len(words)}."
        for part, words in zip(PARTS, said.parts, strict=True)
        if len(words) > MOST
    }


def last_day(typed: str, *, now: datetime, zone: str, locale: str | None) -> date:
    """Read the day until which somebody is away. Raises Unclear."""
    if typed.strip().casefold() == "today":
        return now.astimezone(ZoneInfo(zone)).date()
    try:
        return dates.deadline(typed, now=now, zone=zone, locale=locale).at.astimezone(ZoneInfo(zone)).date()
    except Unclear as unclear:
        days = {each.at.astimezone(ZoneInfo(zone)).date() for each in unclear.readings}
        if len(days) == 1:  # two hours of one day are the same day
            return days.pop()
        raise


# What becomes of a prompt ---------------------------------------------------------------------------------------------


class Step(StrEnum):
    ANSWER = "answer"
    SKIP = "skip"
    LEAVE = "leave"  # they are away
    CLOSE = "close"  # the last window closed
    UNDO = "undo"


class Refused(ValueError):
    """Says why it cannot be, with what can be done instead; shown to the person as it is."""


def after(state: CheckInState, step: Step, *, over: bool = False) -> CheckInState:
    """The state that follows; `over` once the standup is closed. Raises Refused."""
    match step:
        case Step.ANSWER:
            return CheckInState.ANSWERED
        case Step.SKIP if state is CheckInState.ANSWERED:
            raise Refused("You have answered already. You can change what you said.")
        case Step.SKIP if over:
            raise Refused("This standup is over. You can still answer; it is marked late.")
        case Step.SKIP:
            return CheckInState.SKIPPED
        case Step.LEAVE:
            return state if state is CheckInState.ANSWERED else CheckInState.AWAY
        case Step.CLOSE:
            return CheckInState.MISSED if state is CheckInState.ASKED else state
        case Step.UNDO if state is not CheckInState.ANSWERED:
            raise Refused("There is no answer to take back.")
        case Step.UNDO:
            return CheckInState.MISSED if over else CheckInState.ASKED
        case _:
            assert_never(step)


def too_late(now: datetime, planned_for: datetime, window: timedelta) -> bool:
    """Whether a prompt comes so late, after the bot was out, that it is not sent any more."""
    return now - planned_for > LATE or now - planned_for >= window


def robbed(asked_at: datetime, closes_at: datetime, outages: Iterable[tuple[datetime, datetime]]) -> bool:
    """Whether the bot was out for so much of a window that who did not answer in it could not be expected to."""
    out = sum((max(min(until, closes_at) - max(since, asked_at), timedelta()) for since, until in outages), timedelta())
    return out >= ROBBED * (closes_at - asked_at)


def comes_back(now: datetime, closes_at: datetime | None) -> datetime:
    """When a snoozed prompt comes back. Raises Refused where it is closed by then."""
    if closes_at is not None and now + SNOOZE >= closes_at:
        raise Refused("In an hour this standup is closed. You can answer now, skip it, or answer late.")
    return now + SNOOZE


# Counting -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tally:
    """How one side stands: `answered` of `due`; those who are away are not due, those who skipped are."""

    answered: int = 0
    due: int = 0
    away: int = 0
    skipped: int = 0
    missed: int = 0


def tally(states: Collection[CheckInState], *, to_come: int = 0, away: int = 0, over: bool = False) -> Tally:
    """Count a side. `to_come` are asked later, `away` were not asked at all; whoever was asked and never heard of again when it
    is over was left out by an outage or a pause."""
    count = {state: _count(states, state) for state in CheckInState}
    gone = count[CheckInState.AWAY]
    unheard = count[CheckInState.ASKED] if over else 0
    return Tally(
        answered=count[CheckInState.ANSWERED],
        due=len(states) - gone - unheard + to_come,
        away=gone + away,
        skipped=count[CheckInState.SKIPPED],
        missed=count[CheckInState.MISSED],
    )


def _count(states: Iterable[CheckInState], wanted: CheckInState) -> int:
    return sum(state is wanted for state in states)


def total(sides: Iterable[Tally]) -> tuple[int, int]:
    """How many answered, of how many, on all sides."""
    every = list(sides)
    return sum(each.answered for each in every), sum(each.due for each in every)
