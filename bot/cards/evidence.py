"""The evidence of a line in words, with its numbers.

One rule: neutral and about the work; whatever is counted of one side stands beside the same count of the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import assert_never

from bot.cards import several
from bot.cards.cadence import called
from bot.rules.escalation import left_in_words
from bot.rules.evidence import (
    Evidence,
    Meeting,
    OneSided,
    Report,
    Silence,
    Uncelebrated,
    Unreachable,
    Unsaid,
    Waiting,
    Waits,
)
from bot.words import CadenceKind, Code, Key, Line, Person, Strong, Text, When, line

NAMES = 5  # in one line


def in_words(evidence: Evidence, people: Sequence[Person], sides: Mapping[Key, str], zones: tuple[str, ...]) -> Line:
    """Say a line with its numbers. `people` are those of the evidence."""
    match evidence:
        case Waiting():
            return _waiting(evidence, people)
        case Report(name=name, at=at, late=late):
            due = (
                (" was due ", When(at, zones=zones), " and has not come yet.")
                if late
                else (" is due ", When(at, zones=zones), ".")
            )
            return line(Strong(called(CadenceKind.REPORT, name)), " of ", Text(sides[evidence.side]), *due)
        case Meeting(name=name, at=at, held=held, kept=kept, of=of):
            said = " was not held" if held is not None else ": nobody has said yet whether it was held"
            past = f"; {kept} of the last {of} took place." if held is not None and of > 1 else "."
            return line(Strong(called(CadenceKind.MEETING, name)), " of ", When(at, zones=zones), said, past)
        case Unsaid(asked=asked, other=other, other_asked=other_asked):
            beside = (f", and {other} of {other_asked} at ", Text(_other(evidence.side, sides))) if other_asked else ()
            return line(
                Strong("No check-in"), " on the last two days they were asked: ", *named(people), f". That is {len(people)} of"
                f" {asked} at ", Text(sides[evidence.side]), *beside, ".",
            )  # fmt: skip
        case Silence(days=days, other=other):
            return line(
                Strong("Nothing"), " was heard from ", Text(sides[evidence.side]), f" for {counted(days, 'working day')}",
                " (the same count for ", Text(_other(evidence.side, sides)), f": {other}).",
            )  # fmt: skip
        case Unreachable():
            return line(
                Strong("Not reachable"), " by direct message: ", *named(people),
                ". Ask them to write to me once, where the app is installed.",
            )  # fmt: skip
        case Uncelebrated(days=days, moves=moves):
            return line(
                Strong("Nothing was celebrated"), f" for {days} days, while work {_forward(moves)}. ",
                Code("/celebrate"), " says thank you.",
            )  # fmt: skip
        case OneSided(to=to, count=count, moves=moves):
            return line(
                Strong(f"All {count} celebrations"), " in the rooms in the last four weeks went to ", Text(sides[to]),
                ", while ", Text(sides[to.other]), f" {_forward(moves)}. ", Code("/celebrate"), " says thank you.",
            )  # fmt: skip
        case _:
            assert_never(evidence)


def _other(side: Key, sides: Mapping[Key, str]) -> str:
    return sides.get(side.other, "the other side")


def _forward(steps: int) -> str:
    """Name what a step is, because a number alone means nothing to who reads it first."""
    return f"moved forward by {counted(steps, 'step')} in two weeks (check-ins, meetings, reports, settled escalations)"


def _waiting(evidence: Waiting, people: Sequence[Person]) -> Line:
    which = (Strong(f"Escalation {evidence.number}"), " “", Text(evidence.summary), "”")
    left = "" if evidence.left is None else f"{left_in_words(evidence.left, evidence.working)} left"
    if evidence.how is Waits.ASKED:
        return line(
            *which, " is with ", *several(people), " since ", When(evidence.since),
            f", and how it goes is not said yet; {left}." if left else ", and how it goes is not said yet.",
        )  # fmt: skip
    return line(
        *which, " has waited for an answer since ", When(evidence.since), f", now at level {evidence.level} with ",
        *named(people), f": {left}." if left else ".",
    )  # fmt: skip


def named(people: Sequence[Person]) -> Line:
    """Name them, and count those beyond the first few."""
    if len(people) <= NAMES:
        return several(people)
    return several([*people[: NAMES - 1], f"{len(people) - NAMES + 1} others"])


def counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
