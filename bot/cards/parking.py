"""What is said when something could not be delivered."""

from __future__ import annotations

from bot.messages import Message, Paragraph, Tone
from bot.words import Code, Person, Strong, Text, line


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
