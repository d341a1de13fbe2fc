"""Pure rules: values in, values out, so that each can be read as the specification and tested without a clock or a database.

One rule: what a person typed is either understood or `Unclear`, never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Reading:
    """An instant (aware, UTC) and the words that it was read from."""

    at: datetime
    words_used: str


class Unclear(ValueError):
    """Says what was not understood, or which readings it has, with an example to type instead; shown to the person as it is."""

    def __init__(self, message: str, readings: tuple[Reading, ...] = ()) -> None:
        super().__init__(message)
        self.readings = readings
