"""What a tick costs, with a hundred thousand cadences and with a million: `python -m tests.bench.tick [--postgres URL] [--million N]`.

A due item is counted in two ways; each is claimed, fired and committed, and what comes next is worked out and written:

- a due cadence, of partnerships with four (a standup, a meeting, a report, a digest; two sides, two shepherds, two rooms) that share
  one schedule: what each of the four has to do fires (six timers: two are asked, two rooms have a digest), and the timer that carries
  that schedule a day further does. All of it is divided by the four. What the six do is nothing, as APScheduler's jobs do: asking and
  posting have benches of their own. A schedule is carried on once a day, whichever of the four are due that day.
- a carried schedule: only that last timer, of partnerships with one cadence each. Nothing is shared, and nothing else fires.

It stands against:

- the same SQL without working out what comes next: the same tick on a second database that is like the first, told beforehand what
  falls due in each of those partnerships.
- the same SQL alone: each statement of that very tick, with the values it had, given to the driver once more on a third such
  database, in as many transactions, every row fetched. Not even a row is grouped or a value converted. (No limit is set to this.)
- APScheduler 3 with one job a cadence in its SQLAlchemy store, on an engine with the same settings: the job does nothing.
- itself with other numbers of cadences.

One rule: both sides of a ratio are measured in turns in one run, five times after one that does not count.
"""

from __future__ import annotations

import argparse
import asyncio
import pickle
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from apscheduler.events import EVENT_JOB_EXECUTED
from apscheduler.job import Job
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import bindparam, event, insert, text, update
from sqlmodel import Session

from bot.actions import rhythm
from bot.rules import rhythm as rules
from bot.rules.rhythm import Due, Tick
from scheduler import TIMERS, Metronome
from storage import Database, schedules
from tests.bench import light
from tests.bench.loading import copied, fresh, most_memory, stamp

RUNS = 5
NOW = light.NOW


clock = time.perf_counter


def line(what: str, ours: Sequence[float], theirs: Sequence[float], limit: str, unit: str) -> None:
    told(what, f"{median(ours[1:]) / median(theirs[1:]):.2f}", limit, ours, theirs, unit)


def told(what: str, found: str, limit: str, ours: Sequence[float], theirs: Sequence[float], unit: str) -> None:
    shown = f"{median(ours[1:]):.1f} {unit} against {median(theirs[1:]):.1f} {unit}"
    print(f"{what:62} {found:>8}   (limit {limit})   {shown}", flush=True)


# The product ---------------------------------------------------------------------------------------------------------


@dataclass
class Ticking:
    """The real metronome on one database, with what the database was asked."""

    url: str
    partnerships: int
    each: int = 1
    asked: list[tuple[str, Any, bool]] = field(default_factory=list)
    turn: int = 0

    def __post_init__(self) -> None:
        self.database = Database(self.url)
        self.metronome = Metronome(self.database, lambda: NOW, lambda: None)
        for due in light.own(1):
            TIMERS[due.tick] = lambda *_: None
        event.listen(self.database._engine, "before_cursor_execute", self._note)
        event.listen(self.database._engine, "commit", lambda _: self.asked.append(("COMMIT", None, False)))

    def _note(self, _c: Any, _k: Any, statement: str, values: Any, _x: Any, many: bool) -> None:
        self.asked.append((statement, values, many))

    def make_due(self, count: int) -> None:
        """Let so many items more, all over, be due."""
        self.database.run(due_again, self.partnerships, count, self.turn, self.each)
        self.turn += 1
        self.asked.clear()

    async def due_items(self, count: int) -> float:
        """Let so many be due and tick; microseconds of each."""
        self.make_due(count)
        began = clock()
        done = await self.metronome.tick()
        took = clock() - began
        wanted = len(onces(self.partnerships, count, self.turn - 1, self.each))
        assert done == wanted, f"{done} of {wanted} fired"
        return took / count * 1e6

    async def idle_ticks(self) -> float:
        """Microseconds of a tick that finds nothing, with its look at when the next is due."""
        began = clock()
        for _ in range(100):
            await self.metronome._tick_and_look()
        return (clock() - began) / 100 * 1e6


def chosen(partnerships: int, count: int, turn: int, each: int) -> range:
    """The partnerships of so many items, all over: others in each turn."""
    count //= each
    every = partnerships // count
    return range(1 + turn, 1 + turn + count * every, every)


def onces(partnerships: int, count: int, turn: int, each: int) -> list[str]:
    """The timers that are due with so many items."""
    ids = chosen(partnerships, count, turn, each)
    found = [Due(Tick.PLAN, NOW, NOW.date(), who=id).once for id in ids]
    return found if each == 1 else [*found, *(due.once for id in ids for due in light.own(id))]


def due_again(session: Session, partnerships: int, count: int, turn: int, each: int) -> None:
    late = NOW - timedelta(seconds=1)
    statement = text("UPDATE timers SET due_at = :at WHERE once = :once AND state = 'waiting'")
    at = late if session.connection().dialect.name == "postgresql" else stamp(late)
    session.connection().execute(
        statement, [{"at": at, "once": once} for once in onces(partnerships, count, turn, each)]
    )


# The same SQL --------------------------------------------------------------------------------------------------------


@contextmanager
def foretold(one: Ticking, count: int) -> Iterator[None]:
    """What falls due in the partnerships whose schedules are to be carried on now is known while this lasts."""
    known: dict[int, list[Due]] = {}

    def foretell(session: Session) -> None:
        for id, sheet in schedules.sheets(
            session, chosen(one.partnerships, count, one.turn, one.each), NOW.date()
        ).items():
            score = rhythm._score(sheet)
            known[id] = rules.falls_due(score, sheet.planned_until or NOW, NOW + rhythm.AHEAD)

    one.database.run(foretell)
    score, falls_due = rhythm._score, rules.falls_due
    rhythm._score, rules.falls_due = lambda sheet: sheet.id, lambda id, *_: known[id]  # type: ignore[assignment,return-value]
    try:
        yield
    finally:
        rhythm._score, rules.falls_due = score, falls_due


def replay(database: Database, asked: Sequence[tuple[str, Any, bool]]) -> float:
    """Give these statements to the driver; seconds."""
    connection = database._engine.raw_connection()
    cursor = connection.cursor()
    began = clock()
    for statement, values, many in asked:
        if statement == "COMMIT" and not database.alone:
            connection.commit()
        elif many:
            cursor.executemany(statement, values)
        else:
            cursor.execute(statement, values or ())
            if cursor.description is not None:
                cursor.fetchall()
    took = clock() - began
    connection.close()
    return took


# APScheduler ---------------------------------------------------------------------------------------------------------


def nothing() -> None:
    """What its jobs do."""


@dataclass
class Scheduled:
    """APScheduler with a job for each cadence."""

    url: str
    jobs: int

    def __post_init__(self) -> None:
        self.database = Database(self.url)
        self.store = SQLAlchemyJobStore(engine=self.database._engine)
        self.scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    def _row(self, number: int, at: datetime) -> dict[str, Any]:
        days = ("mon-fri", "mon", "tue", "wed", "thu", "fri")[number % 6]
        zone = light.ZONES[number % len(light.ZONES)]
        trigger = CronTrigger(day_of_week=days, hour=8 + number % 8, minute=30, timezone=zone)
        job = Job(self.scheduler, id=f"cadence-{number}", func=nothing, trigger=trigger, executor="default", args=(), kwargs={},
                  name="nothing", misfire_grace_time=None, coalesce=True, max_instances=1, next_run_time=at)  # fmt: skip
        return {"job": job.id, "at": at.timestamp(), "state": pickle.dumps(job.__getstate__())}

    def fill(self) -> None:
        jobs = self.store.jobs_t
        jobs.create(self.database._engine, True)
        wanted = insert(jobs).values(id=bindparam("job"), next_run_time=bindparam("at"), job_state=bindparam("state"))
        later = datetime.now(UTC) + timedelta(days=1)
        with self.database._engine.begin() as connection:
            for first in range(0, self.jobs, 5000):
                those = range(first, min(first + 5000, self.jobs))
                connection.execute(wanted, [self._row(number, later + timedelta(seconds=number)) for number in those])

    def make_due(self, count: int, turn: int) -> None:
        late, jobs = datetime.now(UTC) - timedelta(seconds=1), self.store.jobs_t
        those = [self._row(number, late) for number in range(turn, self.jobs, self.jobs // count)][:count]
        wanted = update(jobs).where(jobs.c.id == bindparam("job"))
        with self.database._engine.begin() as connection:
            connection.execute(wanted.values(next_run_time=bindparam("at"), job_state=bindparam("state")), those)

    def start(self) -> None:
        self.left, self.done = 0, asyncio.Event()
        self.scheduler.add_listener(self._note, EVENT_JOB_EXECUTED)
        self.scheduler.add_jobstore(self.store)
        self.scheduler.start(paused=True)

    def _note(self, _: Any) -> None:
        self.left -= 1
        if not self.left:
            self.done.set()

    async def run(self, count: int, turn: int) -> float:
        """Let so many be due; seconds until all ran and were stored with their next time."""
        self.make_due(count, turn)
        self.left = count
        self.done.clear()
        began = clock()
        self.scheduler.resume()
        await self.done.wait()
        took = clock() - began
        self.scheduler.pause()
        return took


# The event loop ------------------------------------------------------------------------------------------------------


@contextmanager
def watched(found: list[float]) -> Iterator[None]:
    """Note by how many milliseconds the loop was late at most while this lasts."""
    longest = 0.0

    async def look() -> None:
        nonlocal longest
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.001)
            longest = max(longest, time.perf_counter() - before - 0.001)

    task = asyncio.get_running_loop().create_task(look())
    try:
        yield
    finally:
        task.cancel()
        found.append(longest * 1e3)


# Memory --------------------------------------------------------------------------------------------------------------


async def live(url: str) -> None:
    """Start on that database, tick until nothing is due, and tell the most memory that took (MB) and how long the start took (ms)."""
    database = Database(url)
    began = time.perf_counter()
    database.migrate()
    await database.transact(rhythm.begin, NOW - timedelta(days=1))
    await database.alive()
    database.current()
    started = time.perf_counter() - began
    done = await Metronome(database, lambda: NOW, lambda: None).tick()
    print(most_memory(), started * 1000, done)


def lived(url: str) -> tuple[float, float, int]:
    found = subprocess.run([sys.executable, "-m", "tests.bench.tick", "--live", url], capture_output=True, text=True, check=True)  # fmt: skip
    memory, started, done = found.stdout.split()
    return float(memory), float(started), int(done)


# All of it -----------------------------------------------------------------------------------------------------------


async def against_sql_and_apscheduler(
    one: Ticking, told_: Ticking, other: Database, jobs: Scheduled, count: int, what: str
) -> None:
    ours: list[float] = []
    simple: list[float] = []
    same: list[float] = []
    theirs: list[float] = []
    jobs.start()
    for turn in range(RUNS + 1):
        ours.append(await one.due_items(count))
        other.run(due_again, one.partnerships, count, one.turn - 1, one.each)
        same.append(await asyncio.to_thread(replay, other, one.asked) / count * 1e6)
        with foretold(told_, count):
            simple.append(await told_.due_items(count))
        theirs.append(await jobs.run(count, turn) / count * 1e6)
    jobs.scheduler.shutdown(wait=False)
    line(f"{what} / the same SQL, told what comes next", ours, simple, "1.5", "µs")
    line(f"{what} / the same SQL alone", ours, same, "none", "µs")
    line(f"{what} / APScheduler's", ours, theirs, "0.2", "µs")


def side_by_side(cadences: int, each: int, server: str | None, what: str) -> None:
    """All of that with partnerships of so many cadences each."""
    with ExitStack() as stack:
        url, few = stack.enter_context(fresh(server)), cadences // each
        light.load(url, few, each=each)
        other = Database(stack.enter_context(copied(url, server)))
        jobs = Scheduled(stack.enter_context(fresh(server)), cadences)
        jobs.fill()
        told_ = Ticking(stack.enter_context(copied(url, server)), few, each)
        one = Ticking(url, few, each)
        asyncio.run(against_sql_and_apscheduler(one, told_, other, jobs, cadences // 100, what))
        for database in (one.database, told_.database, other, jobs.database):
            database.close()


async def stalls(one: Ticking, count: int, name: str) -> None:
    late: list[float] = []
    quiet: list[float] = []
    for _ in range(RUNS + 1):
        began = time.perf_counter()
        with watched(late):
            await one.due_items(count)
        took = time.perf_counter() - began
        with watched(quiet):
            await asyncio.sleep(took)
    apart = median(late[1:]) - median(quiet[1:])
    told(f"{name}: the loop’s longest stall, ticking − idle", f"{apart:+.1f} ms", "+20 ms", late, quiet, "ms")


async def against_itself(few: Ticking, many: Ticking, name: str) -> None:
    here: list[float] = []
    there: list[float] = []
    for _ in range(RUNS + 1):
        here.append(await few.due_items(1000))
        there.append(await many.due_items(1000))
    line(f"{name}: a due item, {many.partnerships:,} / {few.partnerships:,}", there, here, "1.5", "µs")


async def idle_ticks(few: Ticking, many: Ticking, name: str) -> None:
    here: list[float] = []
    there: list[float] = []
    for _ in range(RUNS + 1):
        here.append(await few.idle_ticks())
        there.append(await many.idle_ticks())
    line(f"{name}: an idle tick, {many.partnerships:,} / {few.partnerships:,}", there, here, "2", "µs")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--postgres", metavar="URL", help="a server to make databases on, in place of SQLite")
    options.add_argument("--cadences", type=int, default=100_000)
    options.add_argument("--million", type=int, default=1_000_000, help="0 leaves the comparisons with it out")
    options.add_argument("--cpu", action="store_true", help="measure processor time: for a machine that others use too")
    options.add_argument("--live", metavar="URL", help=argparse.SUPPRESS)
    wanted = options.parse_args()
    if wanted.live:
        asyncio.run(live(wanted.live))
        return
    if wanted.cpu:
        global clock
        clock = time.process_time
    name = "PostgreSQL" if wanted.postgres else "SQLite"
    side_by_side(wanted.cadences, light.EACH, wanted.postgres, f"{name}: a due cadence")
    side_by_side(wanted.cadences, 1, wanted.postgres, f"{name}: a carried schedule")
    with ExitStack() as stack:
        url = stack.enter_context(fresh(wanted.postgres))
        began = time.perf_counter()
        light.load(url, wanted.cadences)
        print(
            f"{name}: {wanted.cadences:,} partnerships with one cadence each, loaded in {time.perf_counter() - began:.0f} s"
        )
        few = Ticking(url, wanted.cadences)
        asyncio.run(stalls(few, wanted.cadences // 100, name))
        if wanted.million:
            url = stack.enter_context(fresh(wanted.postgres))
            began = time.perf_counter()
            light.load(url, wanted.million)
            print(f"{name}: {wanted.million:,} of them, loaded in {time.perf_counter() - began:.0f} s", flush=True)
            many = Ticking(url, wanted.million)
            asyncio.run(against_itself(few, many, name))
            small = stack.enter_context(fresh(wanted.postgres))
            light.load(small, 1000)
            fewer = Ticking(small, 1000)
            asyncio.run(idle_ticks(fewer, many, name))
            many.make_due(wanted.million // 100)
            for one in (many, fewer):
                one.database.close()
            full, started, done = lived(url)
            with fresh(wanted.postgres) as empty:
                none, quick, _ = lived(empty)
            told(
                f"{name}: memory, a start and a tick of {done:,} due",
                f"{full - none:+.1f} MB",
                "+32 MB",
                [0, full],
                [0, none],
                "MB",
            )
            told(f"{name}: the start", f"{started / quick:.2f}", "no scan", [0, started], [0, quick], "ms")
        few.database.close()


if __name__ == "__main__":
    main()
