"""The evidence of a line in words, with its numbers.

One rule: neutral and about the work; whatever is counted of one side stands beside the same count of the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import assert_never

from bot.cards import several
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
from bot.words import Code, Key, Line, Person, Strong, Text, When, line

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
            return line(Strong(name or "The report"), " of ", Text(sides[evidence.side]), *due)
        case Meeting(name=name, at=at, held=held, kept=kept, of=of):
            said = " was not held" if held is not None else ": nobody has said yet whether it was held"
            past = f"; {kept} of the last {of} took place." if of > 1 else "."
            return line(Strong(name or "The meeting"), " of ", When(at, zones=zones), said, past)
        case Unsaid(asked=asked, other=other, other_asked=other_asked):
            beside = f" (at {sides.get(evidence.side.other, 'the other side')}: {other} of {other_asked})"
            return line(
                Strong("Check-ins"), f" are missing two days in a row from {len(people)} of {asked} people",
                Text(beside) if other_asked else "", ": ", *named(people), ".",
            )  # fmt: skip
        case Silence(days=days, other=other):
            beside = f"the last {counted(other, 'working day')}" if other else "no working day"
            return line(
                Strong("Nothing"), " was heard from ", Text(sides[evidence.side]), f" for {counted(days, 'working day')}",
                " (from ", Text(sides.get(evidence.side.other, "the other side")), f": for {beside}).",
            )  # fmt: skip
        case Unreachable():
            return line(
                Strong("Not reachable"), " by direct message: ", *named(people),
                ". It mends itself as soon as they write to me once where the app is installed.",
            )  # fmt: skip
        case Uncelebrated(days=days, moves=moves):
            return line(
                Strong("Nothing was celebrated"), f" for {days} days, while work moved forward by {moves} steps",
                " in the last two weeks. ", Code("/celebrate"), " says thank you.",
            )  # fmt: skip
        case OneSided(to=to, count=count, moves=moves):
            return line(
                Strong(f"All {count} celebrations"), " of the last four weeks went to ", Text(sides[to]), ", and ",
                Text(sides[to.other]), f" moved work forward by {counted(moves, 'step')} in two. ", Code("/celebrate"),
                " says thank you.",
            )  # fmt: skip
        case _:
            assert_never(evidence)


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
