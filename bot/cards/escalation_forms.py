"""The forms of an escalation: raising, changing, resolving, handing on, noting.

One rule: who will be told is said before anything is sent, and what was typed stays in the form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.cards.escalation import Shown, level_in_words
from bot.messages import ChoiceField, Field, Form, Note, Option, SwitchField, TextField
from bot.rules.ladder import LEVELS
from bot.words import Code, Inline, Line, Person, Shape, Strong, When, line


@dataclass(frozen=True, slots=True)
class Draft:
    """What is in the form, as typed."""

    summary: str = ""
    impact: str = ""
    tried: str = ""
    asked: str = ""
    wanted_by: str = ""
    high: bool = False
    level: int = 0
    to: int | None = None
    private: bool = False


SUMMARY_AT_MOST = 500


@dataclass(frozen=True, slots=True)
class Rung:
    """A level that can be chosen, who would be told on it, and who of them is away until when."""

    level: int
    people: tuple[Person, ...]
    away: tuple[tuple[Person, datetime], ...] = ()


def form(subject: str, partnership: str, rungs: Sequence[Rung], draft: Draft, people: Sequence[Person] = ()) -> Form:
    """The form for raising one. Its context is the partnership, or the escalation that is being changed."""
    changing = subject.startswith("escalation:")
    told: list[Field] = []
    for rung in rungs:
        away: list[Inline] = []
        for person, until in rung.away:
            away += [" — ", person, " is away until ", When(until, Shape.DAY)]
        told.append(Note(line(*level_in_words(rung.level, rung.people), *away)))
    fields: list[Field] = [
        TextField("summary", "What is wrong?", draft.summary, lines=True, least=3, most=SUMMARY_AT_MOST,
                  hint="Observed, in a sentence or two.", example="The test rig has been down since Tuesday."),
        TextField("impact", "Impact on the shared objective", draft.impact, lines=True, required=False, most=1000),
        TextField("tried", "What was tried?", draft.tried, lines=True, required=False, most=1000),
        TextField("asked", "What do you ask for?", draft.asked, lines=True, required=False, most=1000),
        TextField("wanted_by", "Wanted by", draft.wanted_by, required=False, most=60, example="friday noon"),
    ]  # fmt: skip
    if not changing:
        levels = tuple(Option(f"Level {rung.level} – {LEVELS[rung.level].name}", str(rung.level)) for rung in rungs)
        fields += [
            ChoiceField("urgency", "Urgency",
                        (Option("Normal – working time", "normal"), Option("High – wall clock, day and night", "high")),
                        "high" if draft.high else "normal"),
            ChoiceField("level", "Begin at", levels, _begin_at(rungs, draft.level)),
            ChoiceField("to", "To one person (optional)",
                        tuple(Option(f"{each.name} ({each.organisation})", str(each.id)) for each in people),
                        str(draft.to or ""), required=False),
            SwitchField("private", "Private to the shepherds, those addressed and you", draft.private),
        ]  # fmt: skip
        fields += [Note(line(Strong("Who will be told"))), *told]
    return Form(
        "escalate",
        "Change the escalation" if changing else "Raise an escalation",
        tuple(fields),
        submit="Save" if changing else "Raise it",
        context=subject,
        intro=line("In ", Strong(partnership), ". Raising a concern never costs the raiser anything."),
    )


def _begin_at(rungs: Sequence[Rung], wished: int) -> str:
    levels = [str(rung.level) for rung in rungs]
    return str(wished) if str(wished) in levels else next(iter(levels), "")


def resolve_form(shown: Shown) -> Form:
    return Form(
        "escalation.resolve",
        f"Resolve {shown.name}",
        (
            TextField("outcome", "What is the outcome?", lines=True, least=3, most=1000,
                      example="The spare part is in; the rig runs since noon."),
        ),
        submit="Resolve",
        context=shown.subject,
        intro=line(shown.raised_by, " is asked to confirm."),
    )  # fmt: skip


def reassign_form(shown: Shown, people: Sequence[Person]) -> Form:
    return Form(
        "escalation.reassign",
        f"Reassign {shown.name}",
        (
            ChoiceField("to", "Who takes it?", tuple(Option(f"{each.name} ({each.organisation})", str(each.id)) for each in people)),
            TextField("why", "A word to them (optional)", lines=True, required=False, most=1000),
        ),
        submit="Reassign",
        context=shown.subject,
    )  # fmt: skip


def note_form(shown: Shown) -> Form:
    return Form(
        "escalation.note",
        f"Note on {shown.name}",
        (TextField("words", "Note", lines=True, least=1, most=2000),),
        submit="Add note",
        context=shown.subject,
        intro=line("It goes into the thread in both rooms, with your name." if not shown.private else "It goes to those who see this escalation."),
    )  # fmt: skip


def away_question(names: Sequence[tuple[Person, datetime]]) -> Line:
    """Ask before somebody is addressed who is away."""
    parts: list[Inline] = []
    for person, until in names:
        parts += [person, " is away until ", When(until, Shape.DAY), ". "]
    return line(*parts, "Raise it all the same?")


EXAMPLE = Code("/escalate the test rig is down by friday noon")
