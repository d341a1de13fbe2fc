"""Many rounds with their figures: `python -m tests.chaos --rounds 20 --seed 1 [--postgres]`; ends with 1 where anything is wrong.

`--mutants` proves the checker instead: bots that are broken on purpose, each of which must be caught.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import count, islice
from random import Random
from shutil import copytree
from typing import TYPE_CHECKING

from tests.chaos import mutants
from tests.chaos.plan import PROOF, Plan

if TYPE_CHECKING:
    from tests.chaos.rounds import Outcome, Rig

OUTAGES = 70.0, 70.0, 70.0, 2400.0, 3 * 3600.0, 24.5 * 3600.0
SHOWN = 12  # objections of a round


def plans(given: argparse.Namespace) -> Iterator[Plan]:
    """One after the other, without end."""
    first = Plan(
        given.seed, given.kills, given.hands, share=given.share, troubles=given.troubles, moves=not given.still,
        mutant=given.mutant,
    )  # fmt: skip
    for seed in count(given.seed):
        chance = Random(seed)
        yield replace(first, seed=seed, outage=chance.choice(OUTAGES), unmigrated=chance.random() < 0.15)


def play(stage: Rig, given: argparse.Namespace) -> int:
    """Play the rounds, tell of each, and then of all; gives how many objections there were."""
    from tests.chaos.checker import spread

    figures: Counter[str] = Counter()
    outcomes: list[Outcome] = []
    began, ends = time.monotonic(), time.monotonic() + given.minutes * 60
    for plan in islice(plans(given), None if given.minutes else given.rounds):
        if given.minutes and time.monotonic() > ends:
            break
        outcomes.append(asyncio.run(stage.round(plan)))
        _tell(outcomes[-1])
        figures += outcomes[-1].figures
        if given.keep and outcomes[-1].verdict.objections:
            print("    kept:", copytree(stage.folder, f"{stage.folder}-seed{plan.seed}"))
    took = time.monotonic() - began
    objections = sum(len(each.verdict.objections) for each in outcomes)
    print(f"\n{stage.store.name}, seed {given.seed}, {took:.0f} s, {took / max(1, figures['kills']):.2f} s a kill")
    for name, times in sorted(figures.items()):
        print(f"  {name:42} {times}")
    windows = [each for outcome in outcomes for each in outcome.verdict.windows]
    print(f"  {'slowest answer':42} {max((each.slowest for each in outcomes), default=0):.2f} s")
    print(f"  {'from a post to Teams to the cut, if doubled':42} {spread(windows)}")
    print(f"  {'OBJECTIONS':42} {objections}")
    if objections:
        print("Play a seed again with --rounds 1 --seed N --keep, and read the bots' logs in what it keeps.")
    return objections


def _tell(outcome: Outcome) -> None:
    seen, objections = outcome.figures, outcome.verdict.objections
    long = ", ".join(f"{what} {seconds:.0f} s" for what, seconds in outcome.seconds.items())
    print(
        f"seed {outcome.plan.seed}: {seen['kills']} kills, {seen['acknowledged']} of {seen['deeds']} acknowledged, "
        f"{seen['doubles on Teams']} doubles on Teams, {len(objections)} objections; {long}",
        flush=True,
    )
    for line in [*outcome.slow[:SHOWN], *objections[:SHOWN]]:
        print(f"    {line}", flush=True)


def prove(stage: Rig, given: argparse.Namespace) -> int:
    """Let every mutant play; gives how many were not caught."""
    missed = 0
    for name in sorted(mutants.KINDS):
        plan = replace(PROOF, seed=given.seed, mutant=name, outage=mutants.SHORT.get(name, PROOF.outage))
        objections = asyncio.run(stage.round(plan)).verdict.objections
        missed += not objections
        print(
            f"{name}: {len(objections)} objections; {objections[0][:120] if objections else 'NOT CAUGHT'}", flush=True
        )
    return missed


def main() -> int:
    from tests.chaos.rounds import rig

    asked = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--minutes", type=float, default=0, help="go on for so long, whatever the rounds")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--postgres", action="store_true", help="three processes on one PostgreSQL, not one on SQLite")
    asked.add_argument("--commanded", action="store_true", help="start the bots by their command, and not from memory")
    asked.add_argument("--kills", type=int, default=25, help="in each round")
    asked.add_argument("--pairs", type=int, default=16, help="partnerships")
    asked.add_argument("--hands", type=int, default=4, help="people who act at the same time")
    asked.add_argument("--share", type=float, default=0.15, help="of the platforms' answers that go wrong")
    asked.add_argument("--troubles", type=float, default=0.25, help="of the kills that come with another fault")
    asked.add_argument("--still", action="store_true", help="the clock is not moved while they run")
    asked.add_argument("--mutant", choices=sorted(mutants.KINDS), default="", help="run a bot that is broken so")
    asked.add_argument("--mutants", action="store_true", help="prove the checker: all of them, one after the other")
    asked.add_argument("--keep", action="store_true", help="keep logs and database of a round with objections")
    given = asked.parse_args()
    with rig("postgresql" if given.postgres else "sqlite", given.pairs, commanded=given.commanded) as stage:
        return 1 if (prove if given.mutants else play)(stage, given) else 0


if __name__ == "__main__":
    sys.exit(main())
