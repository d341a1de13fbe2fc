"""A meeting as people see it: announced in the rooms, and afterwards whether it was held.

One rule: neutral. A meeting that was not held is a fact, and one on a public holiday asks nothing of anybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.cards import several
from bot.messages import (
    Block,
    Button,
    ChoiceField,
    Control,
    Fact,
    Facts,
    Form,
    Message,
    Option,
    Quote,
    Style,
    TextField,
    Tone,
)
from bot.words import Line, Person, Strong, Text, When, line

NOTE_AT_MOST = 500


class Phase(StrEnum):
    SOON = "soon"
    MOVED = "moved"  # announced, and then moved to a later time
    OFF = "off"  # moved, paused or ended after it was announced
    ASKED = "asked"
    EXCUSED = "excused"  # a public holiday: nobody is asked
    HELD = "held"
    NOT_HELD = "not held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """All that a card shows. `holidays` are the sides that have a public holiday that day; `by` said whether it was held."""

    subject: str
    called: str
    at: datetime
    zones: tuple[str, ...]
    long: str
    phase: Phase
    holidays: tuple[str, ...] = ()
    by: Person | None = None
    note: str = ""


def card(shown: Shown) -> Message:
    """The card as it is now, in a room or with a shepherd."""
    name, facts = Strong(shown.called), [Fact("When", line(When(shown.at, zones=shown.zones)))]
    tone = Tone.NEUTRAL
    buttons: tuple[Control, ...] = ()
    match shown.phase:
        case Phase.SOON:
            title = line("📅 ", name, " begins soon.")
            facts.append(Fact("Lasts", line(shown.long)))
        case Phase.MOVED:
            title = line("📅 ", name, " is moved.")
            facts.append(Fact("Lasts", line(shown.long)))
        case Phase.OFF:
            title, tone = line(name, " does not take place this time."), Tone.GREY
        case Phase.ASKED:
            title, buttons = line(name, " is over. Was it held?"), _answers(shown.subject)
        case Phase.EXCUSED:
            title, tone = line(name, " fell on a public holiday, so nobody is asked whether it was held."), Tone.GREY
            buttons = (Button("It was held", "meeting.held", shown.subject),)
        case Phase.HELD:
            title, tone = line(name, " was held."), Tone.GREEN
        case Phase.NOT_HELD:
            title, tone = line(name, " was not held this time."), Tone.GREY
    if shown.holidays:
        facts.append(Fact("Public holiday", several([Text(each) for each in shown.holidays])))
    if shown.by:
        facts.append(Fact("Said by", line(shown.by)))
    body: list[Block] = [Facts(tuple(facts))]
    if shown.note:
        body.append(Quote(Text(shown.note)))
    return Message(title, tuple(body), tone=tone, buttons=buttons)


def _answers(subject: str) -> tuple[Control, ...]:
    return (
        Button("Held", "meeting.held", subject, Style.PRIMARY),
        Button("Not held", "meeting.not_held", subject),
        Button("Answer with a note", "meeting.note", subject, opens=True),
    )


def moved(shown: Shown, before: datetime | None, by: Person) -> Message:
    """Tell the rooms that one which was announced comes at another time, or (no `before`) takes place after all."""
    how = " is moved to " if before else " takes place after all: "
    until = (Fact("Until now", line(When(before, zones=shown.zones))),) if before else ()
    title = line("📅 ", Strong(shown.called), how, When(shown.at, zones=shown.zones), ".")
    return Message(title, (Facts((*until, Fact("Changed by", line(by)))),))


def called_off(shown: Shown, follows: datetime | None, by: Person) -> Message:
    """Tell the rooms that one which was announced does not take place, and when the next one does."""
    coming = (Fact("Next", line(When(follows, zones=shown.zones))),) if follows else ()
    title = line("📅 ", Strong(shown.called), " of ", When(shown.at, zones=shown.zones), " does not take place.")
    return Message(title, (Facts((*coming, Fact("Changed by", line(by)))),))


def said(shown: Shown) -> Message:
    """Echo privately what somebody said about it, with a way to correct it."""
    how = "was held" if shown.phase is Phase.HELD else "was not held"
    return Message(
        line("Noted: ", Strong(shown.called), f" {how}."),
        (Facts((Fact("When", line(When(shown.at, zones=shown.zones))),)), *((Quote(Text(shown.note)),) if shown.note else ())),
        buttons=(Button("Change", "meeting.note", shown.subject, opens=True),),
    )  # fmt: skip


def said_before(shown: Shown) -> Line:
    """Tell that somebody else answered first."""
    how = "it was held" if shown.phase is Phase.HELD else "it was not held"
    who: Sequence[Person | str] = (shown.by or "Somebody",)
    return line(*who, f" said already that {how}. The first answer counts, and they can change it.")


def form(shown: Shown) -> Form:
    """Ask whether it was held, with a note."""
    options = (Option("It was held", "held"), Option("It was not held", "not_held"))
    return Form(
        "meeting.say",
        "Was it held?",
        (
            ChoiceField("held", shown.called[:60], options, "not_held" if shown.phase is Phase.NOT_HELD else "held"),
            TextField("note", "Note", shown.note, lines=True, required=False, most=NOTE_AT_MOST,
                      hint="Both rooms see it on the card.", example="Moved to Thursday because of the trade fair."),
        ),
        submit="Save",
        context=shown.subject,
    )  # fmt: skip
