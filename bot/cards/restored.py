"""What is said where a part of the record is missing."""

from __future__ import annotations

from datetime import datetime

from bot.messages import Message, Paragraph, Tone
from bot.words import When, line


def put_back(taken: datetime) -> Message:
    """Say that what happened since then is not known any more, and what helps."""
    return Message(
        line("Bellwether had to be put back to how it was on ", When(taken), "."),
        (
            Paragraph(
                line(
                    "What was done with it between then and now is not on the record any more: please do again what still matters. "
                    "Buttons of messages from in between may be about something else by now, so leave them be."
                )
            ),
            Paragraph(line("Some of what was said in between may be said a second time.")),
        ),
        tone=Tone.AMBER,
    )
