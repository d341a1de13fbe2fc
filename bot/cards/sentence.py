"""A message that is one plain sentence, for what needs no more."""

from __future__ import annotations

from bot.messages import Message
from bot.words import Inline, line


def told(*words: Inline) -> Message:
    """Say it."""
    return Message(line(*words))
