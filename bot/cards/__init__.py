"""Cards: values to messages and forms, in words that are the same on every platform.

One rule: pure. A card is given what it shows and asks nobody; who may see it was decided before.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.words import Inline, Line


def several(people: Sequence[Inline]) -> Line:
    """Name people as a sentence does: `Ana`, `Ana and Bo`, `Ana, Bo and Priya`."""
    parts: list[Inline] = []
    for index, person in enumerate(people):
        if index:
            parts.append(" and " if index == len(people) - 1 else ", ")
        parts.append(person)
    return tuple(parts)
