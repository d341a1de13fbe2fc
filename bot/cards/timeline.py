"""The timeline of an escalation: every step on the record, as a sentence.

One rule: a kind of event that is not known here is shown by its own name, so that nothing is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.cards.escalation import TONES, Shown
from bot.messages import Block, Message, Paragraph, Quote
from bot.words import Inline, Line, Person, Strong, Text, When, line


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a timeline; `who` is None where time did it, `what` goes on after the name."""

    at: datetime
    what: Line
    who: Person | None = None
    platform: str = ""
    clause: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What the record says of one step: `before` and `after` are states, `was` and `level` levels, `alone` when time did it."""

    kind: str
    before: str = ""
    after: str = ""
    was: int | None = None
    level: int | None = None
    to: Person | None = None
    until: datetime | None = None
    alone: bool = False


def in_words(step: Recorded) -> Line:
    """Say what a step was, and from what to what; a kind that is not known here is shown by its own name."""
    person: Inline = step.to or "the owner"
    sentences: Mapping[str, Line] = {
        "raised": (f"raised it at level {step.level}",),
        "acknowledged": ("acknowledged it",),
        "resolved": ("resolved it",),
        "confirmed": ("two working days went by without a word" if step.alone else "confirmed it",),
        "lifted": ("raised the level",),
        "reassigned": ("handed it to ", person),
        "snoozed": ("snoozed it until ", When(step.until)) if step.until else ("snoozed it",),
        "progressed": ("is on it",),
        "noted": ("left a note",),
        "commented": ("commented",),
        "withdrawn": ("withdrew it",),
        "climbed": ("not acknowledged in time, so it went up on both sides",),
        "repeated": ("not acknowledged at the top, so it was told again",),
        "stopped": ("told as often as agreed, so the clock stopped",),
        "asked": ("no progress for a working day, so ", person, " was asked"),
        "lapsed": ("no answer for four working hours, so it opened again",),
        "woken": ("the snooze was over",),
        "reopened": ("reopened it",),
        "changed": ("changed the wording",),
    }
    said = sentences.get(step.kind.partition(".")[2], (step.kind,))
    steps = [f"{step.before} → {step.after}"] if step.before and step.before != step.after else []
    steps += [f"level {step.was} → {step.level}"] if step.was and step.was != step.level else []
    return (*said, f" ({', '.join(steps)})") if steps else said


def timeline(shown: Shown, steps: Sequence[Step]) -> Message:
    """Every step on the record: when, who, on which platform, what, under which clause."""
    body: list[Block] = []
    for step in steps:
        via = f" · via {step.platform.capitalize()}" if step.platform else ""
        clause = f" · clause {step.clause}" if step.clause else ""
        who: Line = (step.who, " ") if step.who else ()
        body.append(Paragraph(line(When(step.at), " — ", *who, *step.what, via, clause)))
        if step.words:
            body.append(Quote(Text(step.words)))
    return Message(
        line(Strong(f"Timeline of {shown.name}"), ": ", Text(shown.summary)), tuple(body), tone=TONES[shown.status]
    )
