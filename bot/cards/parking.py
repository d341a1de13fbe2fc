"""What is said when something could not be delivered, or not yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.messages import Message, Paragraph, Tone
from bot.words import Code, Person, Strong, Text, line

PRODUCTS = {"slack": " (Slack)", "teams": " (Microsoft Teams)"}


def lagging(card: Message, rooms: Sequence[tuple[str, str, bool]]) -> Message:
    """The card with a line that says where it has not arrived as it stands: the platform, whose room, and whether it still may."""
    if not rooms:
        return card
    named = {
        may: [f"{whose}{PRODUCTS.get(at, '')}" for at, whose, tried in rooms if tried is may] for may in (True, False)
    }
    said = []
    if named[True]:
        said.append(f"⏳ This has not reached {' and '.join(named[True])} yet. Bellwether goes on trying.")
    if named[False]:
        said.append(f"⚠ This could not be delivered to {' and '.join(named[False])}. Both shepherds know.")
    return replace(card, body=(*card.body, *(Paragraph((words,)) for words in said)))


def undelivered(partnership: str, room: str, person: Person | None, reason: str) -> Message:
    """Tell a shepherd where something did not arrive, why, and what helps."""
    where = line("#", Text(room)) if room else line(person) if person else line("a channel that is no longer known")
    if person:
        helps = line("They may not have the app: please tell them another way.")
    else:
        helps = line("If the channel is gone, choose another one there with ", Code("/partnership room move"), ".")
    return Message(
        line("A message of ", Strong(partnership), " could not be delivered to ", *where, "."),
        (
            Paragraph(line("The platform said: ", Text(reason), ".")),
            Paragraph(line("Nothing is lost: it is kept, and whoever runs Bellwether sees it too. ", *helps)),
        ),
        tone=Tone.AMBER,
    )
