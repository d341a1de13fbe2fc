"""A partnership as people see it: the card that says it has begun, where it stands, and what became of its rooms.

One rule: both sides are shown in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.cards import several
from bot.messages import (
    Block,
    Bullets,
    Button,
    Control,
    Fact,
    Facts,
    Heading,
    Message,
    Paragraph,
    Style,
    Tone,
)
from bot.words import Code, Key, Line, Person, Shape, Status, Strong, Text, When, city, line


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side as the cards show it. `room` is what its room is called (empty: not known); None where it has none."""

    key: Key
    organisation: str
    zone: str
    days: str
    hours: str
    country: str = ""
    shepherds: tuple[Person, ...] = ()
    room: str | None = None
    people: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """All that the cards show of a partnership. `moved`: a room is another one than at its beginning."""

    id: int
    name: str
    purpose: str
    strategic: bool
    status: Status
    sides: tuple[Side, ...]
    shared: bool = False
    moved: bool = False

    @property
    def subject(self) -> str:
        return f"partnership:{self.id}"

    def side(self, key: Key) -> Side:
        return next(each for each in self.sides if each.key is key)


STATUS = {
    Status.FORMING: "forming: the other side has not joined yet",
    Status.ACTIVE: "active",
    Status.PAUSED: "paused: every clock stands still",
    Status.CLOSED: "closed",
}


def names(shown: Shown) -> Line:
    """Name both sides."""
    return line(Text(shown.sides[0].organisation), " and ", Text(shown.sides[1].organisation))


def card(shown: Shown) -> Message:
    """Draw the living card of the rooms."""
    match shown.status:
        case Status.FORMING:
            title = line(Strong(shown.name), " is forming: ", *names(shown), ".")
        case Status.ACTIVE if shown.moved:
            title = line(Strong(shown.name), " lives here: ", *names(shown), " work together.")
        case Status.ACTIVE:
            title = line(Strong(shown.name), " has begun: ", *names(shown), " work together here.")
        case Status.PAUSED:
            title = line(Strong(shown.name), " is paused: every clock stands still until a shepherd resumes it.")
        case Status.CLOSED:
            title = line(Strong(shown.name), " is closed.")
    body: list[Block] = []
    if shown.purpose:
        body.append(Paragraph(line("What it is for: ", Text(shown.purpose))))
    body.append(Facts(tuple(_looked_after(side) for side in shown.sides)))
    if shown.status is Status.ACTIVE:
        body += [Heading("First steps"), Bullets(_first_steps())]
    return Message(title, tuple(body), tone=Tone.GREEN if shown.status is Status.ACTIVE else Tone.GREY)


def _looked_after(side: Side) -> Fact:
    return Fact(side.organisation, line(*several(side.shepherds)) if side.shepherds else ("no shepherd yet",))


def _first_steps() -> tuple[Line, ...]:
    return (
        line(Code("/celebrate"), " – say thank you to somebody on either side"),
        line(Code("/escalate"), " – raise a concern to those who can help; it never costs you anything"),
        line(Code("/partnership members"), " – see who is who, and add people"),
        line(Code("/partnership side"), " – set your side’s time zone, hours and holidays"),
    )


# Where it stands -----------------------------------------------------------------------------------------------------


def standing(
    shown: Shown,
    you: Line,
    open_escalations: int,
    celebrated_at: datetime | None,
    *,
    menu: bool = False,
) -> Message:
    """Show where a partnership stands."""
    facts = [Fact("Status", (STATUS[shown.status],))]
    if shown.purpose:
        facts.append(Fact("What it is for", (Text(shown.purpose),)))
    facts += [
        Fact("Strategic", ("yes" if shown.strategic else "no",)),
        Fact("Open escalations", (str(open_escalations) if open_escalations else "none",)),
        Fact("Last celebration", (When(celebrated_at, Shape.DAY),) if celebrated_at else
             line("none yet – ", Code("/celebrate"), " begins")),
    ]  # fmt: skip
    body: list[Block] = [Facts(tuple(facts))]
    for side in shown.sides:
        body += [Heading(side.organisation), Facts(_side_facts(side))]
    body.append(Paragraph(you))
    more: tuple[Control, ...] = (
        (
            Button("Status", "partnership.status", shown.subject),
            Button("Create another", "partnership.begin", opens=True),
        )
        if menu
        else ()
    )
    return Message(
        line(Strong(shown.name), ": ", *names(shown), "."),
        tuple(body),
        buttons=(
            Button("Members", "partnership.members", shown.subject),
            Button("My side", "side.open", shown.subject, opens=True),
            Button("Mine", "mine.open", "mine"),
            *more,
        ),
    )


def _side_facts(side: Side) -> tuple[Fact, ...]:
    return (
        Fact("Shepherd", line(*several(side.shepherds)) if side.shepherds else ("nobody yet",)),
        Fact("Works", (f"{side.days}, {side.hours}, {city(side.zone)} time" + (f", holidays of {side.country}" if side.country else ""),)),
        Fact("Room", ("none yet",) if side.room is None else (Text(side.room or "a channel"),)),
        Fact("People", (str(side.people),)),
    )  # fmt: skip


def begin(channel: bool) -> Message:
    """Where there is no partnership: how to begin one."""
    title = "No partnership lives in this channel yet." if channel else "You are not in a partnership yet."
    body: list[Block] = [
        Bullets(
            (
                line(Code("/partnership create <name> with <other organisation>"), " begins one in a channel"),
                line(Code("/partnership join <code>"), " takes up an invitation"),
                line(Code("/partnership help"), " shows everything else"),
            )
        )
    ]
    buttons = (Button("Create a partnership", "partnership.begin", style=Style.PRIMARY, opens=True),) if channel else ()
    return Message(line(title), tuple(body), buttons=(*buttons, Button("Mine", "mine.open", "mine")))


# What is said once ---------------------------------------------------------------------------------------------------


def moved_away(shown: Shown, organisation: str, to: str) -> Message:
    """Tell the old room."""
    where = line(" to ", Text(to)) if to else ()
    return Message(
        line(
            Text(organisation), " moved its room for ", Strong(shown.name), *where, ". Its cards are there from now on."
        )
    )


def moved(shown: Shown, organisation: str, shared: bool) -> Message:
    """Tell the one who moved it."""
    now = " now share this channel." if shared else " now has its room here."
    who: Line = names(shown) if shared else (Text(organisation),)
    return Message(
        line(Strong(shown.name), ": ", *who, now),
        (Paragraph(line("The old room was told. Open escalations are shown here too.")),),
    )


def stands_still(shown: Shown, by: Person, clocks: int) -> Message:
    """Tell the rooms of a pause."""
    more = (
        f" {clocks} open {'escalation keeps' if clocks == 1 else 'escalations keep'} the time left." if clocks else ""
    )
    return Message(
        line(by, " paused ", Strong(shown.name), f". Every clock stands still.{more}"),
        (Paragraph(line("Either shepherd can go on with ", Code("/partnership resume"), ".")),),
        tone=Tone.GREY,
    )


def goes_on(shown: Shown, by: Person) -> Message:
    """Tell the rooms that it goes on."""
    return Message(
        line(by, " resumed ", Strong(shown.name), ". Every clock goes on with the time it had left."), tone=Tone.GREEN
    )


def switched(shown: Shown) -> Message:
    """Tell who paused or resumed it that it went through."""
    paused = shown.status is Status.PAUSED
    return Message(
        line(Strong(shown.name), " is paused." if paused else " goes on."),
        (Paragraph(line("Both rooms were told." if not shown.shared else "It was told in the room.")),),
        buttons=(Button("Undo", "partnership.resume" if paused else "partnership.pause", shown.subject),),
    )


def room_lost(shown: Shown, organisation: str | None, room: str, yours: bool) -> Message:
    """Tell shepherds that the room of an organisation is gone, or (None) the one that both share."""
    named = line(" (", Text(room), ")") if room else ()
    how = (
        line("In the channel where your side should live from now on, type ", Code("/partnership room move"), ".")
        if yours
        else line("Their shepherd was told how to move it. Until then your cards are not seen there.")
    )
    return Message(
        line(
            "I can no longer post in the room of ",
            Text(organisation or "both sides"),
            *named,
            " for ",
            Strong(shown.name),
            ".",
        ),
        (Paragraph(how),),
        tone=Tone.AMBER,
    )


def left_reply(partnership: str, follower: Person | None, to: Sequence[Person], handed: int) -> Message:
    """Tell somebody that they are out."""
    body: list[Block] = []
    if follower:
        body.append(Paragraph(line(follower, " is the shepherd of your side now and was told.")))
    if handed:
        body.append(Paragraph(line("What you had open is with ", *several(to), " now.")))
    elif to:
        body.append(Paragraph(line(*several(to), " was told." if len(to) == 1 else " were told.")))
    return Message(line("You left ", Strong(partnership), "."), tuple(body))
