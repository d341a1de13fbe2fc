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


def on_record(
    kind: str,
    *,
    level: int | None = None,
    was: int | None = None,
    to: Person | None = None,
    until: datetime | None = None,
    alone: bool = False,
) -> Line:
    """Say what an event was (`alone`: time did it); a kind that is not known here is shown by its own name."""
    new = f"level {level}" if level else "the same level"
    move = f"from level {was} to level {level}" if was and level and was != level else f"at {new}"
    person: Inline = to or "the owner"
    sentences: Mapping[str, Line] = {
        "raised": (f"raised it, {move}",),
        "acknowledged": ("acknowledged it: open → acknowledged",),
        "resolved": ("resolved it: → resolved",),
        "confirmed": (("two working days without a word" if alone else "confirmed it") + ": resolved → closed",),
        "lifted": (f"raised it {move}",),
        "reassigned": ("handed it to ", person),
        "snoozed": ("snoozed it until ", When(until)) if until else ("snoozed it",),
        "progressed": ("is on it",),
        "noted": ("left a note",),
        "commented": ("commented",),
        "withdrawn": ("withdrew it: → withdrawn",),
        "climbed": (f"not acknowledged in time: {move}, on both sides",),
        "repeated": ("not acknowledged at the top: told again",),
        "stopped": ("told as often as agreed: the clock stopped",),
        "asked": ("no progress for a working day: ", person, " was asked"),
        "lapsed": ("no answer for four working hours: acknowledged → open",),
        "woken": ("the snooze was over",),
        "reopened": (f"reopened it, {move}",),
        "changed": ("changed the wording",),
    }
    return sentences.get(kind.partition(".")[2], (kind,))


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
