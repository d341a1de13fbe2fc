"""A person's own page: what waits for them, and where they belong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.cards.escalation import Shown
from bot.messages import Block, Bullets, Button, Controls, Heading, Message, Paragraph
from bot.rules.escalation import Status, left_in_words
from bot.words import Code, Inline, Strong, Text, When, line

RAISED = "raised by you"  # it waits for others


@dataclass(frozen=True, slots=True)
class Membership:
    """A partnership as its member sees it in one line."""

    name: str
    organisation: str
    role: str
    status: str
    rooms: tuple[str, ...]


def home(items: Sequence[tuple[Shown, str]], memberships: Sequence[Membership]) -> Message:
    """My open items, each with why it is mine, then my partnerships."""
    body: list[Block] = [Heading("My open items")]
    for shown, why in items:
        left: list[Inline] = []
        if shown.deadline is not None and shown.left is not None:
            left = [" — ", left_in_words(shown.left, shown.working), " left, until ", When(shown.deadline)]
        body.append(Paragraph(line(Strong(shown.name), f" · {shown.status} · {why}: ", Text(shown.summary), *left)))
        body.append(Controls(_controls(shown, why)))
    if not items:
        body.append(Paragraph(line("Nothing waits for you.")))
    body.append(Heading("My partnerships"))
    if memberships:
        body.append(
            Bullets(
                tuple(
                    line(
                        Strong(each.name),
                        f" · {each.organisation} · {each.role} · {each.status}",
                        f" · {', '.join('#' + room for room in each.rooms)}" if each.rooms else "",
                    )
                    for each in memberships
                )
            )
        )
    else:
        begin = Code("/partnership create <name> with <other organisation>")
        body.append(Paragraph(line("You are in none yet. Begin one in a channel with ", begin, ".")))
    return Message(line(Strong("Bellwether")), tuple(body))


def _controls(shown: Shown, why: str) -> tuple[Button, ...]:
    timeline = Button("Timeline", "escalation.timeline", shown.subject)
    if why == RAISED:
        return (timeline,)
    if shown.status is Status.OPEN:
        return (Button("Acknowledge", "escalation.acknowledge", shown.subject), timeline)
    if shown.status is Status.ACKNOWLEDGED:
        return (Button("Resolve", "escalation.resolve", shown.subject, opens=True), timeline)
    return (Button("Confirm", "escalation.confirm", shown.subject), timeline)
