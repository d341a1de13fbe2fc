"""Digests by the thousand, worked out and drawn: `python -m tests.bench.digests [--postgres URL] [--partnerships N] [--weeks N]`.

Each partnership's digest for one of its rooms is worked out from what is on record and drawn as the card that the room sees, in
batches of 500 as timers come. It stands against one SQL pass over the same rows: every row that those digests are made of (check-ins
of eight weeks, celebrations, escalations with their steps, reports, cadences, people, sides, rooms), each read once in the order
of its partnership by the same driver, and nothing done with it.

One rule: both in turns in one run; the memory is the most that one batch takes and that all of them take, each in a process of its own.
"""

from __future__ import annotations

import argparse
import gc
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import time as time_of_day
from statistics import median

from sqlmodel import Session

from bot.actions import digests, recounting
from bot.actions.recounting import Wanted
from bot.cards import digest as cards
from bot.rules import weeks
from storage import Database
from storage.seen import seen as look
from tests.bench import scale
from tests.bench.light import NOW
from tests.bench.loading import fresh, most_memory

BATCH, RUNS = 500, 5
clock = time.perf_counter

PASS = (
    """SELECT o.partnership_id, m.side, c.state, c.asked_at, c.answered_at, c.closes_at, o.closes_at FROM occurrences o
       JOIN check_ins c ON c.occurrence_id = o.id JOIN members m ON m.id = c.member_id
       WHERE o.partnership_id BETWEEN {first} AND {last}""",
    """SELECT * FROM celebrations g JOIN celebrated d ON d.celebration_id = g.id
       WHERE g.partnership_id BETWEEN {first} AND {last}""",
    "SELECT * FROM escalations WHERE partnership_id BETWEEN {first} AND {last}",
    """SELECT l.partnership_id, l.kind, l.at, l.actor, b.body FROM escalations e
       JOIN ledger l ON l.subject = 'escalation:' || e.id JOIN ledger_bodies b ON b.event_id = l.id
       WHERE e.partnership_id BETWEEN {first} AND {last}""",
    """SELECT o.* FROM occurrences o JOIN cadences c ON c.id = o.cadence_id
       WHERE c.kind = 'report' AND o.partnership_id BETWEEN {first} AND {last}""",
    "SELECT * FROM cadences WHERE partnership_id BETWEEN {first} AND {last}",
    """SELECT m.*, p.* FROM members m JOIN people p ON p.id = m.person_id
       WHERE m.partnership_id BETWEEN {first} AND {last}""",
    """SELECT a.* FROM members m JOIN accounts a ON a.person_id = m.person_id
       WHERE m.partnership_id BETWEEN {first} AND {last}""",
    """SELECT t.side, r.* FROM room_partnerships t JOIN rooms r ON r.id = t.room_id
       WHERE t.partnership_id BETWEEN {first} AND {last}""",
    "SELECT * FROM sides WHERE partnership_id BETWEEN {first} AND {last}",
    "SELECT * FROM partnerships WHERE id BETWEEN {first} AND {last}",
)


def batches(count: int) -> Iterator[range]:
    return (range(first, min(first + BATCH, count + 1)) for first in range(1, count + 1, BATCH))


def drawn(database: Database, ids: Sequence[int]) -> int:
    """Work out and draw the digests of these partnerships for the rooms of their first sides; how many blocks they have."""

    def work(session: Session) -> int:
        found = look(session, ids)
        wanted = [
            Wanted(scene, weeks.to(NOW.date(), time_of_day(9), scene.sides[min(scene.sides)].zone), NOW)
            for scene in found.values()
        ]
        told = recounting.work_out(session, NOW, wanted)
        seen = digests.shown_all(
            session, [(each.scene, digest, zone_of(each)) for each, digest in zip(wanted, told, strict=True)]
        )
        return sum(len(cards.card(each).body) for each in seen)

    return database.run(work)


def zone_of(wanted: Wanted) -> str:
    return wanted.scene.sides[min(wanted.scene.sides)].zone


def passed(database: Database, count: int) -> float:
    """Read all the rows once; seconds."""
    connection = database._engine.raw_connection()
    cursor = connection.cursor()
    began = clock()
    for ids in batches(count):
        for statement in PASS:
            cursor.execute(statement.format(first=ids[0], last=ids[-1]))
            while cursor.fetchmany(1000):
                pass
    took = clock() - began
    connection.close()
    return took


def computed(database: Database, count: int) -> float:
    began = clock()
    for ids in batches(count):
        drawn(database, ids)
    return clock() - began


def most(url: str, count: int) -> float:
    """The most memory (MB) of a process that does so many."""
    found = subprocess.run([sys.executable, "-m", "tests.bench.digests", "--live", url, "--partnerships", str(count)],
                           capture_output=True, text=True, check=True)  # fmt: skip
    return float(found.stdout)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--postgres", metavar="URL", help="a server to make a database on, in place of SQLite")
    options.add_argument("--partnerships", type=int, default=10_000)
    options.add_argument("--weeks", type=int, default=8)
    options.add_argument("--cpu", action="store_true", help="measure processor time: for a machine that others use too")
    options.add_argument("--live", metavar="URL", help=argparse.SUPPRESS)
    wanted = options.parse_args()
    if wanted.live:
        database = Database(wanted.live)
        computed(database, wanted.partnerships)
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
        drawn(database, range(1, BATCH + 1))
        gc.freeze()  # as the running bot does
        ours, theirs = [], []
        for _ in range(RUNS + 1):
            gc.collect()
            theirs.append(passed(database, count))
            ours.append(computed(database, count))
        database.close()
        ratio = median(ours[1:]) / median(theirs[1:])
        print(f"{name}: {count:,} digests worked out and drawn / one SQL pass {ratio:.2f} (limit 2)   "
              f"{median(ours[1:]):.2f} s against {median(theirs[1:]):.2f} s")  # fmt: skip
        few, all_ = most(url, BATCH), most(url, count)
        print(
            f"{name}: memory of all of them − of one batch {all_ - few:+.1f} MB (flat)   {all_:.0f} MB against {few:.0f} MB"
        )


if __name__ == "__main__":
    main()
