"""What an operator's look costs where much lies behind: `python -m tests.bench.looking [--postgres URL] [--rows 1000000]`.

One rule: the same look at the same work in hand, side by side, beside two thousand rows of each kind and beside a million, most of them settled; and, of
the cleaning, what one slice costs, of which the deleting is what others wait for.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from storage import Database, lag, retention, undelivered
from storage.statements import core
from tests.bench.nine import fresh

RUNS, FEW, LEFT = 5, 2000, 500
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def fill(session: Session, rows: int, alone: bool) -> None:
    """That many rows settled long ago in the inbox, the outbox and the timers, and the same few that are not."""
    connection = core(session)
    numbers = (
        f"(WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {rows}) SELECT x FROM n)"
        if alone
        else f"generate_series(1, {rows}) AS n(x)"
    )
    long_ago, at = (f"'{NOW - ago:%Y-%m-%d %H:%M:%S.000000}'" for ago in (timedelta(days=200), timedelta(minutes=1)))
    state = f"CASE WHEN x <= {LEFT} THEN 'waiting' WHEN x <= {2 * LEFT} THEN 'parked' ELSE"
    for statement in (
        "INSERT INTO lanes (id, platform, tenant, target) VALUES (1, 'slack', 'T1', 'C1')",
        f"INSERT INTO inbox (platform, tenant, delivery, at, reply) SELECT 'slack', 'T1', 'D' || x, {long_ago}, 'said' FROM {numbers}",
        "INSERT INTO outbox (lane_id, way, subject, slot, under, urgent, token, state, tries, created_at, due_at, settled_at, trouble) "
        f"SELECT 1, 'post', 'x:' || x, '', '', false, 't' || x, {state} 'sent' END, 1, {at}, {at}, {long_ago}, '' FROM {numbers}",
        "INSERT INTO timers (kind, subject, once, due_at, planned_for, state, tries, trouble) "
        f"SELECT 'k', 's:' || x, 'o' || x, {long_ago}, {long_ago}, {state} 'fired' END, 0, '' FROM {numbers}",
    ):
        connection.execute(text(statement))


def milliseconds(work: Callable[[], Any]) -> float:
    """The median of five, the first look left aside."""
    work()
    took = []
    for _ in range(RUNS):
        began = time.perf_counter()
        work()
        took.append(1000 * (time.perf_counter() - began))
    return median(took)


def measured(url: str, rows: int) -> dict[str, float]:
    """What each costs beside so many rows, in milliseconds."""
    database = Database(url)
    database.migrate()
    database.run(fill, rows, database.alone)
    if not database.alone:
        database.run(lambda session: core(session).execute(text("ANALYZE")))

    def slice_() -> None:
        nonlocal found
        database.run(retention.forget, found, NOW, retention.KEEP)
        found = database.run(retention.stale, NOW, retention.KEEP)

    found = database.run(retention.stale, NOW, retention.KEEP)
    costs = {
        "metrics": milliseconds(lambda: database.run(lag.look, NOW)),
        "outbox list": milliseconds(lambda: database.run(undelivered.listed, "parked", 50)),
        "a slice of the cleaning, found and deleted": milliseconds(slice_),
    }
    database.close()
    return costs


def main() -> None:
    """Measure, and print a line for each look."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--postgres", metavar="URL")
    asked.add_argument("--rows", type=int, default=1_000_000)
    wanted = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="looking-") as name:
        server, folder = wanted.postgres, Path(name)
        with fresh(server, folder) as small, fresh(server, folder) as large:
            few, many = measured(small, FEW), measured(large, wanted.rows)
    for what, cost in many.items():
        print(
            f"{what}, beside {wanted.rows:,} rows of each kind against {FEW:,}: {cost / few[what]:.2f} × ({cost:.2f} ms, {few[what]:.2f} ms)"
        )


if __name__ == "__main__":
    main()
