"""While one tenant has 100,000 messages waiting, when is another tenant's one sent? `python -m tests.bench.fair [--postgres URL]`.

One rule: side by side in one run, the one message with an empty outbox and the same one beside the many; a real database, the real delivery, and a platform that only
takes its time. The many are in as many channels as there are messages, or all in one.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from pathlib import Path
from statistics import median

from bot.port import Parcel, Sent, Way
from scheduler.delivery import Delivery
from storage import Database, outbox
from storage.outbox import Announcement
from tests.bench.nine import fresh
from tests.bench.outbox import SAID, card, now
from tests.fakes.recorder import EVERYTHING, Recorder

LATENCY, MANY, RUNS = 0.05, 100_000, 5


class Town(Recorder):
    """Notes when the one tenant hears; keeps nothing of the many."""

    heard = 0.0

    async def deliver(self, parcel: Parcel) -> Sent:
        await asyncio.sleep(LATENCY)
        if parcel.tenant == "ONE":
            self.heard = time.perf_counter()
        return Sent(parcel.channel, parcel.token)


async def heard_after(database: Database) -> float:
    """Seconds from the commit of the one message until it is with the platform, while delivery is at work."""
    town = Town(can=EVERYTHING)
    delivery = Delivery(database, {"slack": town}, now, card)
    await delivery.start()
    await asyncio.sleep(1)
    one = Announcement(lane=("slack", "ONE", "C1"), way=Way.POST, subject="one", message=SAID)
    await database.transact(outbox.announce_all, now(), [one])
    began = time.perf_counter()
    delivery.wake()
    while not town.heard:  # noqa: ASYNC110  (set by a plain method)
        await asyncio.sleep(0.005)
    await delivery.stop()
    return town.heard - began


def crowd(database: Database, channels: int) -> None:
    for first in range(0, MANY, 5000):
        many = range(first, first + 5000)
        said = [
            Announcement(lane=("slack", "MANY", f"C{n % channels}"), way=Way.POST, subject=f"s:{n}", message=SAID)
            for n in many
        ]
        database.run(outbox.announce_all, now(), said)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--postgres", metavar="URL", help="a server to make databases on, beside SQLite")
    chosen = options.parse_args()
    for server in [None, chosen.postgres] if chosen.postgres else [None]:
        found = []
        for channels in (0, MANY, 1):
            with tempfile.TemporaryDirectory(prefix="fair-") as folder, fresh(server, Path(folder)) as url:
                database = Database(url)
                database.migrate()
                if channels:
                    crowd(database, channels)
                found.append(median(asyncio.run(heard_after(database)) for _ in range(RUNS)))
                database.close()
        empty, spread, narrow = found
        print(
            f"{'PostgreSQL' if server else 'SQLite'}: one message is sent after {empty:.2f} s with an empty outbox; {spread:.2f} s (+{spread - empty:.2f}) beside "
            f"{MANY:,} of another tenant in as many channels, {narrow:.2f} s (+{narrow - empty:.2f}) beside {MANY:,} in one channel (medians of {RUNS}, {LATENCY * 1000:.0f} ms a send)",
            flush=True,
        )


if __name__ == "__main__":
    main()
