"""What the benches share that measure partnerships by the thousand: work in batches, against one SQL pass over the same rows.

One rule: both in turns in one run, five times after one that does not count; the memory is the most that one batch takes and that all of
them take, each in a process of its own.
"""

from __future__ import annotations

import argparse
import gc
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from statistics import median
from typing import Any

from bot.cli import COLLECTED
from storage import Database
from tests.bench import scale
from tests.bench.loading import fresh, most_memory

BATCH, RUNS = 500, 5
clock = time.perf_counter

Work = Callable[[Database, Sequence[int]], Any]
"""What is done with the partnerships of one batch."""


def batches(count: int) -> Iterator[range]:
    return (range(first, min(first + BATCH, count + 1)) for first in range(1, count + 1, BATCH))


def passed(database: Database, statements: Sequence[str], count: int) -> float:
    """Read all the rows once; seconds."""
    connection = database._engine.raw_connection()
    cursor = connection.cursor()
    began = clock()
    for ids in batches(count):
        for statement in statements:
            cursor.execute(statement.format(first=ids[0], last=ids[-1]))
            while cursor.fetchmany(1000):
                pass
    took = clock() - began
    connection.close()
    return took


def worked(database: Database, work: Work, count: int) -> float:
    began = clock()
    for ids in batches(count):
        work(database, ids)
    return clock() - began


def most(module: str, url: str, count: int) -> float:
    """The most memory (MB) of a process that does so many."""
    found = subprocess.run([sys.executable, "-m", module, "--live", url, "--partnerships", str(count)],
                           capture_output=True, text=True, check=True)  # fmt: skip
    return float(found.stdout)


def main(
    module: str,
    about: str | None,
    what: str,
    limit: str,
    work: Work,
    statements: Sequence[str],
    again: Callable[[Database], None] = lambda _: None,
) -> None:
    """Measure as asked on the command line; `again` makes the database as it was before the work."""
    options = argparse.ArgumentParser(description=about)
    options.add_argument("--postgres", metavar="URL", help="a server to make a database on, in place of SQLite")
    options.add_argument("--partnerships", type=int, default=10_000)
    options.add_argument("--weeks", type=int, default=8)
    options.add_argument("--cpu", action="store_true", help="measure processor time: for a machine that others use too")
    options.add_argument("--live", metavar="URL", help=argparse.SUPPRESS)
    wanted = options.parse_args()
    if wanted.live:
        database = Database(wanted.live)
        worked(database, work, wanted.partnerships)
        database.close()
        print(most_memory())
        return
    if wanted.cpu:
        global clock
        clock = time.process_time
    name, count = "PostgreSQL" if wanted.postgres else "SQLite", wanted.partnerships
    with fresh(wanted.postgres) as url:
        scale.load(url, count, wanted.weeks)
        database = Database(url)
        work(database, range(1, BATCH + 1))
        again(database)
        gc.freeze()  # as the running bot does
        gc.set_threshold(*COLLECTED)
        ours, theirs = [], []
        for _ in range(RUNS + 1):
            gc.collect()
            theirs.append(passed(database, statements, count))
            ours.append(worked(database, work, count))
            again(database)
        ratio = median(ours[1:]) / median(theirs[1:])
        print(f"{name}: {count:,} {what} / one SQL pass {ratio:.2f} (limit {limit})   "
              f"{median(ours[1:]):.2f} s against {median(theirs[1:]):.2f} s")  # fmt: skip
        few = most(module, url, BATCH)
        again(database)
        all_ = most(module, url, count)
        database.close()
        print(
            f"{name}: memory of all of them − of one batch {all_ - few:+.1f} MB (flat)   {all_:.0f} MB against {few:.0f} MB"
        )
