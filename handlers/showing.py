"""Where an answer to a press is shown.

One rule: a question that was answered leaves no button behind that does nothing, wherever the platform can put the answer in its place.
"""

from __future__ import annotations

from bot.inbound import Inbound, Pressed
from bot.messages import Message, Reply, Shown


def in_its_place(arrival: Inbound, said: Message) -> Reply:
    """In place of the card that was pressed on, where the platform takes it in its response; what is needed for longer goes its own way."""
    return Shown(said) if isinstance(arrival, Pressed) and arrival.shows and not said.lasting else said
