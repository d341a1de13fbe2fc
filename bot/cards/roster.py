"""Who is who: everybody on both sides in one list.

One rule: facts about where somebody stands, never about how they do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.cards.member import STANDS
from bot.messages import Block, Heading, Menu, Message, Option, Paragraph
from bot.words import Code, Dimension, Inline, Line, Person, Role, Shape, Strong, Text, city, line, local, plain

TOGETHER = 15  # people in one paragraph
ROOM = 9000  # letters of one message that may go to people, both sides together
OFFERED = 100  # people in one menu


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One person in the list of members. `stands` is how the other side sees them."""

    who: Person
    role: Role
    zone: str
    stands: Dimension | None = None
    virtual: bool = False
    rank: int | None = None
    reachable: bool = True
    confirmed: bool = True
    away: bool = False
    you: bool = False


def roster(
    partnership: str,
    sides: Sequence[tuple[str, str, Sequence[Entry]]],
    now: datetime,
    manages: Sequence[tuple[str, int]],
) -> Message:
    """List both sides: (organisation, the other organisation, people) each. `manages` are those whom the reader may change."""
    body: list[Block] = []
    for organisation, other, people in sides:
        body.append(Heading(organisation))
        if people:
            body += _listed([_row(each, other, now) for each in people], ROOM // len(sides))
        else:
            body.append(Paragraph(line("Nobody yet.")))
    count = sum(len(people) for _, _, people in sides)
    body.append(
        Paragraph(
            line("Add somebody with ", Code("/partnership members add @name as member"), ".")
            if manages
            else line("The shepherd and the leaders of a side add and change its people.")
        )
    )
    if len(manages) > OFFERED:
        body.append(Paragraph(line(f"The menu below offers the first {OFFERED}. Change anybody else with ",
                                   Code("/partnership members change @name"), ".")))  # fmt: skip
    options = tuple(Option(name, f"member:{member_id}") for name, member_id in manages[:OFFERED])
    return Message(
        line(f"{count} {'person is' if count == 1 else 'people are'} in ", Strong(partnership), "."),
        tuple(body),
        buttons=(Menu("Change somebody", "member.edit", options),) if options else (),
    )


def _listed(rows: Sequence[Line], room: int) -> list[Block]:
    """Write one person a row, many rows a paragraph, as far as one message holds them; the others are counted."""
    shown: list[Line] = []
    for row in rows:
        room -= len(plain(row))
        if room < 0:
            break
        shown.append(row)
    parts = [shown[start : start + TOGETHER] for start in range(0, len(shown), TOGETHER)]
    body: list[Block] = [
        Paragraph(line(*(word for index, row in enumerate(part) for word in ("\n" if index else "", "•  ", *row))))
        for part in parts
    ]
    if more := len(rows) - len(shown):
        body.append(Paragraph(line(f"{more} more of this side’s {len(rows)} people {'is' if more == 1 else 'are'} not shown here: "
                                   "one message does not hold them all.")))  # fmt: skip
    return body


def _row(each: Entry, other: str, now: datetime) -> Line:
    parts: list[Inline] = [each.who, " (you)" if each.you else "", f" – {each.role.value}"]
    if each.role is Role.LEADER and each.rank is not None:
        parts.append(f", rank {each.rank}")
    if each.stands is not None:
        parts += [f" · {STANDS[each.stands]} for ", Text(other)]
    if each.virtual:
        parts.append(" · virtual")
    parts.append(f" · {city(each.zone)}, {local(now, each.zone, Shape.TIME)} there now")
    if each.away:
        parts.append(" · away")
    parts.append(" · can be messaged" if each.reachable else " · cannot be messaged directly")
    if not each.confirmed:
        parts.append(" · not confirmed yet")
    return line(*parts)
