"""What a round is like. One rule: with the seed it is all that a round is told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """What a round is like."""

    seed: int
    kills: int = 20
    hands: int = 5
    works: int = 8  # fewer things than this are answered or taken between two kills
    pause: float = 0.05  # seconds between two deeds of one hand
    share: float = 0.15  # of the calls to the platforms that go wrong
    troubles: float = 0.25  # of the kills that come with some other fault
    again: float = 0.1  # of what was answered well that comes once more all the same
    outage: float = 70  # seconds between the last kill and the start after it
    unmigrated: bool = False  # it begins with an empty database, and kills fall into its migration
    moves: bool = True  # the clock is moved while they run
    mutant: str = ""
    patience: float = 300  # seconds until all must be delivered when it is calm


PROOF = Plan(13, kills=2, hands=6, works=60, share=0.3, troubles=0, again=0.5, outage=3 * 3600, moves=False)
"""What a broken bot has to go through: little is killed, much is done, and everything comes twice."""
