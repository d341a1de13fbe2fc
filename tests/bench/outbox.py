"""How much of what the latency of a send allows delivery makes use of: `python -m tests.bench.outbox [--postgres URL]`.

One rule: real processes on a real database with durable commits; the limit is so many sends in flight divided by the latency of one,
and only the platform is a fake that takes its time. Half of the messages are said once, half are posts of living cards.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

from sqlalchemy import text
from sqlmodel import Session

from bot.messages import Message, Paragraph
from bot.pack import pack
from bot.port import Way
from bot.words import line
from scheduler.delivery import Delivery
from storage import Database, claims, lag, lanes, outbox
from storage.outbox import Announcement
from tests.bench.nine import fresh
from tests.fakes.recorder import EVERYTHING, Recorder

LATENCY, MESSAGES, CHANNELS, RUNS = 0.02, 3000, 600, 5
IN_FLIGHT = 4, 8  # for each worker: four times eight ask for more than two cores have
WARM, CLAIMS = 10, 31
SAID = pack(Message(line("A word for everybody"), (Paragraph(line("It is said once, and this long.")),)), Message)
LEFT = text("SELECT 1 FROM outbox WHERE state IN ('waiting','sending','unsure') LIMIT 1")
PROCESSES = multiprocessing.get_context("spawn")


def now() -> datetime:
    return datetime.now(UTC)


def said(many: int, channels: int, tenants: int = 5, first: int = 0) -> list[Announcement]:
    return [
        Announcement(
            lane=("slack", f"T{number % channels % tenants}", f"C{number % channels}"),
            way=Way.POST,
            subject=f"s:{first + number}",
            slot="card" if number % 2 else "",
            message=None if number % 2 else SAID,
        )
        for number in range(many)
    ]


def card(session: Session, claimed: claims.Claimed) -> Message:
    return Message(line("A card"), (Paragraph(line(f"It shows {claimed.subject} as it is now.")),))


def work(url: str, parent: Connection, in_flight: int) -> None:
    """One process that delivers; tells when it is ready, begins when told, and when told again ends and says how many it sent."""

    async def deliver() -> None:
        database, platform = Database(url), Recorder(can=EVERYTHING, takes=LATENCY)
        delivery = Delivery(database, {"slack": platform}, now, card, in_flight=in_flight, of_one=in_flight)
        await database.read(lag.look, now())  # connects
        parent.send("ready")
        await asyncio.to_thread(parent.recv)
        await delivery.start()
        await asyncio.to_thread(parent.recv)
        await delivery.stop()
        parent.send(len(platform.taken))
        database.close()

    asyncio.run(deliver())


async def settled(database: Database) -> None:
    """Wait until nothing is left; one process looks, and cheaply, so that the looking costs the same beside one worker and four."""
    while await database.read(lambda session: session.connection().execute(LEFT).first()):  # noqa: ASYNC110  (it is in the database)
        await asyncio.sleep(0.025)


def run(url: str, workers: int, messages: int, in_flight: int) -> float:
    """Messages a second with so many processes."""
    database = Database(url)
    database.run(lambda session: session.connection().exec_driver_sql("DELETE FROM outbox"))
    database.run(lambda session: session.connection().exec_driver_sql("DELETE FROM posts"))
    for first in range(0, messages, 1000):
        database.run(outbox.announce_all, now(), said(1000, CHANNELS, first=first))
    pipes = [PROCESSES.Pipe() for _ in range(workers)]
    processes = [PROCESSES.Process(target=work, args=(url, theirs, in_flight)) for _, theirs in pipes]
    for process in processes:
        process.start()
    for mine, _ in pipes:
        mine.recv()
    began = time.perf_counter()
    for mine, _ in pipes:
        mine.send("go")
    asyncio.run(settled(database))
    took = time.perf_counter() - began
    for mine, _ in pipes:
        mine.send("enough")
    total = sum(mine.recv() for mine, _ in pipes)
    for process in processes:
        process.join()
    database.close()
    assert total == messages, f"{total} were sent of {messages}"
    return messages / took


def claiming(alone: str, crowded: str) -> tuple[float, float]:
    """Milliseconds of a claim of fourteen lanes, by turns in two databases: with nothing else, and with 50,000 rows waiting in one lane."""
    databases = Database(alone), Database(crowded)
    for first in range(0, 50_000, 5000):
        databases[1].run(outbox.announce_all, now(), said(5000, 1, first=first))
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(WARM + CLAIMS):
        for database, found in zip(databases, times, strict=True):
            database.run(outbox.announce_all, now(), said(16, 16, first=1_000_000 + turn * 100))
            if turn == 0 and not database.alone:  # autovacuum does it within a minute
                database.run(lambda session: session.connection().exec_driver_sql("ANALYZE"))
            found.append(database.run(_timed) * 1000)
    for database in databases:
        database.close()
    return median(times[0][WARM:]), median(times[1][WARM:])


def _timed(session: Session) -> float:
    lanes.look_up(session)
    began = time.perf_counter()
    claimed = claims.claim(session, now(), limit=16).rows
    took = time.perf_counter() - began
    assert len(claimed) == 14  # a little is kept free for what is urgent
    session.rollback()
    return took


def _rates(kind: str, url: str, counts: Sequence[int], in_flight: int, show: Callable[[str], None]) -> None:
    limit = in_flight / LATENCY
    rates: dict[int, list[float]] = {workers: [] for workers in counts}
    for _ in range(RUNS):
        for workers in counts:
            rates[workers].append(run(url, workers, MESSAGES, in_flight))
    one, head = median(rates[1]), f"{kind}, {in_flight} in flight for each worker"
    show(f"{head}: one does {one / limit:.2f} of the limit ({one:.0f} of {limit:.0f} messages/s)")
    for workers in counts[1:]:
        rate = median(rates[workers])
        show(f"{head}: {workers} do {rate / one:.2f} x one ({rate:.0f} messages/s)")


def _each(kind: str, server: str | None, show: Callable[[str], None]) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="outbox-") as folder,
        fresh(server, Path(folder)) as url,
        fresh(server, Path(folder)) as other,
    ):
        for each in (url, other):
            database = Database(each)
            database.migrate()
            database.close()
        none, many = claiming(url, other)
        show(f"{kind}, a claim with 50,000 rows waiting in one channel: {many / none:.2f} x ({many:.2f} against {none:.2f} ms)")  # fmt: skip
        for in_flight in IN_FLIGHT if server else IN_FLIGHT[-1:]:
            _rates(kind, url, (1, 2, 4) if server else (1,), in_flight, show)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--postgres", metavar="URL", help="a server to make a database on, beside SQLite")
    chosen = options.parse_args()
    print(f"{MESSAGES} messages in {CHANNELS} channels of five tenants, {LATENCY * 1000:.0f} ms a send; medians of {RUNS}")  # fmt: skip
    _each("SQLite", None, lambda words: print(words, flush=True))
    if chosen.postgres:
        _each("PostgreSQL", chosen.postgres, lambda words: print(words, flush=True))


if __name__ == "__main__":
    main()
