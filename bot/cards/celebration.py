"""A celebration as people see it: the card in the rooms, what the celebrated hear, the forms and the private replies.

One rule: warm and plain. No points and no comparison, and nobody is named where they do not want to be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.cards import several
from bot.messages import (
    Block,
    Button,
    ChoiceField,
    Fact,
    Facts,
    Form,
    ManyField,
    Message,
    Option,
    Paragraph,
    Quote,
    TextField,
    Tone,
)
from bot.rules.celebrating import LEAST, MOST
from bot.words import Code, Inline, Line, Person, Strong, Text, When, line

EXAMPLE = Code("/celebrate @ana @joão for turning the test rig round in a single night")
AT_A_GLANCE = 8  # more names than this are counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """All that a card shows. `people` and `sides` are those who are named to the reader of this card."""

    subject: str
    number: int
    giver: Person
    people: tuple[Person, ...] = ()
    sides: tuple[str, ...] = ()
    why: str
    milestone: bool = False
    given_at: datetime
    edited: bool = False
    claps: int = 0
    editable: bool = True


def card(shown: Shown) -> Message:
    """The card in a room."""
    return Message(
        line("🎉 ", shown.giver, " celebrates ", *_receivers(shown)),
        (Quote(Text(shown.why)),),
        tone=Tone.JOY,
        buttons=(
            Button(f"👏 {shown.claps}" if shown.claps else "👏", "celebration.clap", shown.subject),
            Button("Comment", "celebration.comment", shown.subject, opens=True),
            *((Button("Edit", "celebration.edit", shown.subject, opens=True),) if shown.editable else ()),
            Button("Undo", "celebration.undo", shown.subject, confirm="Take this celebration back?"),
        ),
        footer=_footer(shown),
    )


def to_receiver(shown: Shown, *, as_side: str = "", in_rooms: bool, named: bool) -> Message:
    """What somebody hears who is celebrated; with `as_side` they are celebrated with everybody on it. `named`: in the rooms too."""
    with_others = (" and ", *_receivers(shown)) if shown.people or shown.sides else ()
    whom = ("everybody at ", Text(as_side)) if as_side else ("you",)
    if not in_rooms:
        where = "The rooms do not show it."
    elif named:
        where = "The rooms of your partnership show it too."
    else:
        where = "The rooms show it without your name, as you chose."
    return Message(
        line("🎉 ", shown.giver, " celebrates ", *whom, *with_others),
        (
            Quote(Text(shown.why)),
            Paragraph(line(where)),
        ),
        tone=Tone.JOY,
        buttons=(Button("Comment", "celebration.comment", shown.subject, opens=True),),
        footer=_footer(shown),
    )


def taken_back(number: int, giver: Person) -> Message:
    """What is left of a card when its giver took it back."""
    return Message(line(f"Celebration {number} was taken back by ", giver, "."), tone=Tone.GREY)


def not_shown(number: int) -> Message:
    """What is left of a card where it is not shown any more."""
    return Message(line(f"Celebration {number} was changed and is not shown here any more."), tone=Tone.GREY)


def _receivers(shown: Shown) -> Line:
    return several([*shown.people, *(Text(f"everybody at {side}") for side in shown.sides)])


def _footer(shown: Shown) -> Line:
    return line(
        f"Celebration {shown.number}",
        " · Milestone" if shown.milestone else "",
        " · ",
        When(shown.given_at),
        " · edited" if shown.edited else "",
    )


# What the giver hears ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a celebration went: the rooms by their organisation (None: the shared one), the people told, and those whom it reached otherwise than asked for."""

    rooms: tuple[str | None, ...] = ()
    told: tuple[Person, ...] = ()
    discreet: tuple[Person, ...] = ()
    silent: tuple[Person, ...] = ()
    mentioned: tuple[Person, ...] = ()
    unreachable: tuple[Person, ...] = ()


def given(shown: Shown, reach: Reach, *, changed: bool = False) -> Message:
    """Echo what was understood and who was told. Here `shown` names everybody who is celebrated."""
    body: list[Block] = [
        Quote(Text(shown.why)),
        Facts(
            (
                Fact("Kind", line("Milestone" if shown.milestone else "Day-to-day")),
                Fact(
                    "Shown in",
                    several([Text(f"{whose}’s room") if whose else "the shared room" for whose in reach.rooms])
                    or line("no room"),
                ),
                Fact("Told directly", _some(reach.told) or line("nobody")),
            )
        ),
    ]
    notes: list[Line] = []
    if reach.discreet:
        notes.append(line(*several(reach.discreet), _has(reach.discreet), " chosen to be celebrated privately,"
                          " so the rooms do not show it."))  # fmt: skip
    if reach.silent:
        notes.append(line(*several(reach.silent), _prefers(reach.silent), " not to be celebrated here: it stays on the"
                          " record, and nothing is shown or sent."))  # fmt: skip
    if reach.mentioned:
        notes.append(
            line("I cannot write to ", *several(reach.mentioned), " directly: the room mentions them instead.")
        )
    if reach.unreachable:
        notes.append(line("I cannot write to ", *several(reach.unreachable), " directly: please tell them yourself."))
    body += [Paragraph(note) for note in notes]
    return Message(
        line("Your celebration now reads so, for " if changed else "You celebrated ", *_receivers(shown), "."),
        tuple(body),
        tone=Tone.JOY,
        buttons=(
            Button("Change", "celebration.edit", shown.subject, opens=True),
            Button("Undo", "celebration.undo", shown.subject),
        ),
        footer=_footer(shown),
    )


def _some(people: Sequence[Person]) -> Line:
    if len(people) <= AT_A_GLANCE:
        return several(people)
    return several([*people[: AT_A_GLANCE - 1], f"{len(people) - AT_A_GLANCE + 1} others"])


def _has(people: Sequence[Person]) -> str:
    return " has" if len(people) == 1 else " have"


def _prefers(people: Sequence[Person]) -> str:
    return " prefers" if len(people) == 1 else " prefer"


def undone(number: int) -> Message:
    return Message(
        line(f"Celebration {number} is taken back."),
        (
            Paragraph(
                line("Its words are gone from every card. You can celebrate again with ", Code("/celebrate"), ".")
            ),
        ),
        tone=Tone.GREY,
    )


def clapped_before() -> Message:
    return Message(line("You have already clapped for this one."), (Paragraph(line("It counts once a person.")),))


# Forms ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Draft:
    """What is in the form, as far as it is known. `who` are values of the options."""

    who: tuple[str, ...] = ()
    why: str = ""
    milestone: bool = False
    public: bool = True


def form(subject: str, options: Sequence[tuple[str, str]], draft: Draft, intro: Sequence[Inline] = ()) -> Form:
    """The form for giving one; its context is the partnership, or the celebration that is being changed. `options` are label and value."""
    changing = subject.startswith("celebration:")
    return Form(
        "celebration.edit" if changing else "celebration.give",
        "Change celebration" if changing else "Celebrate",
        (
            ManyField("people", "Who?", tuple(Option(label, value) for label, value in options), draft.who),
            TextField("why", "What for?", draft.why[:MOST], lines=True, least=LEAST, most=MOST,
                      hint=f"{LEAST} characters or more.",
                      example="for turning the test rig round in a single night"),
            ChoiceField("kind", "Kind", (Option("Day-to-day", "day"), Option("Milestone", "milestone")),
                        "milestone" if draft.milestone else "day"),
            ChoiceField("shown", "Who sees it?",
                        (Option("Everybody in the rooms", "public"), Option("Only those celebrated", "private")),
                        "public" if draft.public else "private"),
        ),
        submit="Save" if changing else "Celebrate",
        context=subject,
        intro=line(*intro),
    )  # fmt: skip


def about(number: int, giver: Person) -> Line:
    """Name a celebration in a sentence."""
    return line(Strong(f"celebration {number}"), " by ", giver)
