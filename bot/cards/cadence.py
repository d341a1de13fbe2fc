"""What recurs, as people see it: the list, and the card in the rooms.

One rule: a recurrence is said in words that can be typed again, and its next dates beside it in every zone that matters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.cards import several
from bot.messages import Block, Button, Controls, Fact, Facts, Menu, Message, Option, Paragraph, Tone
from bot.words import CadenceKind, Code, Inline, Line, Person, Strong, Text, When, city, line

EXAMPLES = {
    CadenceKind.STANDUP: "weekdays at 9:30",
    CadenceKind.MEETING: "steering every other tuesday at 14:00 for 1 h",
    CadenceKind.REPORT: "status from Contoso last friday of the month by noon",
    CadenceKind.DIGEST: "fridays at 9:00",
}
LISTED = 2
"""How many of the next dates the list has, so that it fits on a screen."""


class State(StrEnum):
    RUNS = "runs"
    PAUSED = "paused"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Off:
    """Sides that do not work on a day, all for the same reason; `holiday`: a public holiday. `then` is what comes of it."""

    organisations: tuple[str, ...]
    holiday: bool
    then: str = ""


@dataclass(frozen=True, slots=True)
class Next:
    """One of the next dates: an instant for all (`at`), or a day that comes to each on their own clock. `instead`: the day it stands for."""

    day: date
    at: datetime | None = None
    off: tuple[Off, ...] = ()
    instead: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """All that is said of one. `words` say when, with whose clock; `whose` is the side it is for, empty for both; `long` a length in words."""

    subject: str = ""
    number: int = 0
    kind: CadenceKind
    name: str
    words: str
    whose: str = ""
    long: str = ""
    zones: tuple[str, ...] = ()
    reader: str = ""
    dates: tuple[Next, ...] = ()
    state: State = State.RUNS
    by: Person | None = None

    @property
    def called(self) -> str:
        return called(self.kind, self.name, self.whose)


def called(kind: CadenceKind, name: str, whose: str = "") -> str:
    """How one is called: `Steering meeting`, `Standup`, `Status report of Contoso`."""
    words = name if kind in name.casefold() else f"{name} {kind}".strip()
    of = f" of {whose}" if whose else ""
    return f"{words[:1].upper()}{words[1:]}{of}"


def clock(zone: str, kind: CadenceKind) -> str:
    """On whose clock its time is."""
    if zone:
        return f"{city(zone)} time"
    return "on each room’s own clock" if kind is CadenceKind.DIGEST else "on each person’s own clock"


def lasting(minutes: int) -> str:
    """A length in words that can be typed: `1 h 30 min`."""
    hours, rest = divmod(minutes, 60)
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest else "") if part)


# The list ------------------------------------------------------------------------------------------------------------


def listed(partnership: str, subject: str, rows: Sequence[Shown], manages: bool) -> Message:
    """Everything that recurs, with its next dates; whoever manages it has its buttons."""
    body: list[Block] = []
    for row in rows:
        body.append(Paragraph(line(Strong(f"{row.number}. "), Text(row.called), ": ", *_rule(row), *_marked(row))))
        if row.state is State.RUNS:
            body.append(Paragraph(_then(row)))
        if manages:
            body.append(_controls(row))
    if not rows:
        begin = (
            "Begin, for example with "
            if manages
            else "A shepherd or leader of either side can begin, for example with "
        )
        body.append(
            Paragraph(line(begin, Code(_typed(CadenceKind.STANDUP)), " or ", Code(_typed(CadenceKind.MEETING)), "."))
        )
    elif manages:
        body.append(Paragraph(line("Add one, for example with ", Code(_typed(CadenceKind.MEETING)), ". Change, pause, resume or end one"
                                   " by its number or name, for example ", Code(f"/partnership cadence pause {rows[0].number}"),
                                   ".")))  # fmt: skip
    return Message(
        line("What recurs in ", Strong(partnership), ":") if rows else line("Nothing recurs in ", Strong(partnership), " yet."),
        tuple(body),
        buttons=(Button("Add", "cadence.add", subject, opens=True),) if manages else (),
    )  # fmt: skip


def _typed(kind: CadenceKind) -> str:
    return f"/partnership cadence add {kind} {EXAMPLES[kind]}"


def _controls(row: Shown) -> Controls:
    switch = "Resume" if row.state is State.PAUSED else "Pause"
    options = tuple(Option(label, f"{row.subject}|{label.casefold()}") for label in (switch, "End"))
    change = Button("Change", "cadence.edit", row.subject, opens=True)
    return Controls((change, Menu(f"{switch} or end", "cadence.do", options)))


def _then(row: Shown) -> Line:
    """The next dates on one line: platforms show so many lines only."""
    parts: list[Inline] = []
    for index, each in enumerate(row.dates[:LISTED]):
        parts += ["; then " if index else "Next: ", *dated(each, row)]
    return line(*parts)


def _marked(row: Shown) -> Line:
    return (" – ", Strong("paused")) if row.state is State.PAUSED else ()


# In words -------------------------------------------------------------------------------------------------------------


def _rule(shown: Shown) -> Line:
    match shown.kind:
        case CadenceKind.MEETING:
            more = f", for {shown.long}"
        case CadenceKind.STANDUP:
            more = f", answers within {shown.long}"
        case CadenceKind.REPORT | CadenceKind.DIGEST:
            more = ""
    return line(Text(f"{shown.words}{more}"))


def dated(one: Next, shown: Shown) -> Line:
    """One of its dates, with who does not work then."""
    parts: list[Inline] = [
        When(one.at, zones=shown.zones, reader=shown.reader) if one.at else f"{day_in_words(one.day)} {one.day.year}"
    ]
    if one.instead:
        parts.append(f" – instead of {day_in_words(one.instead)}")
    for off in one.off:
        several_sides = len(off.organisations) > 1
        has, does = ("have", "do") if several_sides else ("has", "does")
        why = f" {has} a public holiday" if off.holiday else f" {does} not work that day"
        parts += [
            ", when " if one.instead else " – ",
            *several([Text(each) for each in off.organisations]),
            why,
            off.then,
        ]
    return line(*parts)


def day_in_words(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def facts_of(shown: Shown, instead: Shown | None = None) -> tuple[Fact, ...]:
    """When it recurs, for whom and how long; `instead` is what it takes the place of."""
    facts = [Fact("When", _words(shown))]
    if instead:
        facts.append(Fact("Until now", _rule(instead)))
    if shown.whose:
        facts.append(Fact("Owed by" if shown.kind is CadenceKind.REPORT else "For", line(Text(shown.whose))))
    if shown.long:
        facts.append(Fact("Lasts" if shown.kind is CadenceKind.MEETING else "Time to answer", line(shown.long)))
    return tuple(facts)


def _words(shown: Shown) -> Line:
    return line(Text(shown.words))


DONE = {"set": "is set", "changed": "is changed", "paused": "is paused", "resumed": "goes on", "ended": "has ended"}
"""What happened to one, in words."""


# In the rooms ---------------------------------------------------------------------------------------------------------


def card(shown: Shown) -> Message:
    """The card in the rooms: what recurs now."""
    facts = list(facts_of(shown))
    match shown.state:
        case State.RUNS:
            title = line("🔁 ", Text(shown.called), " recurs ", *_words(shown), ".")
            facts = facts[1:]
            if shown.dates:
                facts.insert(0, Fact("Begins", dated(shown.dates[0], shown)))
        case State.PAUSED:
            title = line("⏸ ", Text(shown.called), " is paused.")
        case State.ENDED:
            title = line(Text(shown.called), " has ended and recurs no more.")
    return Message(
        title,
        (Facts(tuple(facts)),) if facts else (),
        tone=Tone.NEUTRAL if shown.state is State.RUNS else Tone.GREY,
        footer=line(f"Recurs, number {shown.number}", *((" · set by ", shown.by) if shown.by else ())),
    )


def in_thread(by: Person, what: str, now: str, before: str = "") -> Message:
    """One line under the card: who did what."""
    match what:
        case "changed" if before and before != now:
            return Message(line(by, " changed it: until now ", Text(before), ", from now on ", Text(now), "."))
        case "changed":
            return Message(line(by, " changed it."))
        case "paused":
            return Message(line(by, " paused it."))
        case "resumed":
            return Message(line(by, " resumed it."))
        case _:
            return Message(line(by, " ended it."))
