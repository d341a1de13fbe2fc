"""Whatever fails, nothing acknowledged is lost and nothing is said twice: a short run of `python -m tests.chaos`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest

from tests.chaos.plan import PROOF, Plan
from tests.chaos.rounds import Rig, rig

Rigs = Callable[[str], Rig]


@pytest.fixture(scope="module")
def rigs() -> Iterator[Rigs]:
    """A rig of each kind, set up when it is first asked for."""
    with ExitStack() as open_:
        made: dict[str, Rig] = {}

        def of(kind: str) -> Rig:
            if kind not in made:
                made[kind] = open_.enter_context(rig(kind, 8))
            return made[kind]

        yield of


@pytest.mark.parametrize(("kind", "seed"), [("sqlite", 7), ("postgresql", 11)])
def test_killed_at_random_moments_nothing_is_lost_and_nothing_is_said_twice(rigs: Rigs, kind: str, seed: int) -> None:
    plan = Plan(seed, kills=5, hands=4, troubles=0.4, moves=False)
    outcome = asyncio.run(rigs(kind).round(plan))
    assert outcome.verdict.objections == []
    assert outcome.figures["kills"] >= plan.kills
    assert outcome.figures["acknowledged"] > 5


def test_killed_while_it_migrates_an_empty_database_it_comes_up_whole(rigs: Rigs) -> None:
    outcome = asyncio.run(rigs("sqlite").round(Plan(3, kills=1, unmigrated=True, troubles=0)))
    assert outcome.verdict.objections == []
    assert outcome.figures["killed: migrating"]


def test_after_three_hours_without_it_escalations_stand_at_their_right_level(rigs: Rigs) -> None:
    outcome = asyncio.run(rigs("sqlite").round(Plan(5, kills=2, hands=6, works=60, outage=3 * 3600, troubles=0)))
    assert outcome.verdict.objections == []
    assert outcome.figures["climbs"]


@pytest.mark.parametrize(
    ("mutant", "caught"),
    [
        ("looks-for-nothing", "TWICE: one token"),
        ("speaks-too-early", "LOST"),
        ("loses-posts", "MISSING"),
    ],
)
def test_the_checker_sees_a_bot_that_breaks_its_promise(rigs: Rigs, mutant: str, caught: str) -> None:
    outcome = asyncio.run(rigs("sqlite").round(replace(PROOF, mutant=mutant)))
    assert any(caught in each for each in outcome.verdict.objections), outcome.verdict.objections
