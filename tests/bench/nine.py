"""Ten thousand people are asked at nine: when does somebody hear who is alone in another tenant? `python -m tests.bench.nine`.

One rule: side by side in one run, the one person alone and the same person beside everybody else, on a real database and with the
real metronome and delivery; only the platform is a fake that takes its time.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from pydantic import SecretStr
from sqlalchemy import Engine, event
from sqlmodel import Session

import scheduler
from bot.actions import rhythm
from bot.app import App
from bot.port import Parcel, Sent
from bot.rules.rhythm import Tick
from bot.settings import Settings
from bot.words import CadenceKind, Key, Role, Status
from storage import Database
from storage.tables import Account, Cadence, Member, Partnership, Person, Room, RoomPartnership, Side
from tests.fakes.recorder import Recorder, until

NINE = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LATENCY = 0.005
ALONE, MANY = "T-ALONE", "T-MANY"


@dataclass
class Prompts(Recorder):
    """Counts direct messages by tenant, and notes when they came."""

    came: dict[str, list[float]] = field(default_factory=lambda: {ALONE: [], MANY: []})

    async def deliver(self, parcel: Parcel) -> Sent:
        await asyncio.sleep(LATENCY)
        if parcel.account is not None:
            self.came[parcel.tenant].append(time.perf_counter())
        return Sent(parcel.channel or f"D-{parcel.account}", parcel.message or parcel.token)


class Statements:
    """Counts what the database is asked, by what it is asked for."""

    def __init__(self) -> None:
        self.count: Counter[str] = Counter()
        self.times: Counter[str] = Counter()
        self._at = "other"
        event.listen(Engine, "before_cursor_execute", self._note)

    def _note(self, *_: Any) -> None:
        self.count[self._at] += 1

    @contextmanager
    def of(self, what: str) -> Iterator[None]:
        before, self._at = self._at, what
        self.times[what] += 1
        try:
            yield
        finally:
            self._at = before

    def watch(self, what: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*given: Any, **named: Any) -> Any:
            with self.of(what):
                return work(*given, **named)

        return watched


def people(session: Session, tenant: str, partnerships: int, each: int) -> None:
    """Partnerships with so many people each, a room for each side, and a standup at nine."""
    ids = set()
    for number in range(partnerships):
        row = Partnership(name=f"{tenant} {number}", status=Status.ACTIVE, created_at=NINE)
        humans = [Person(name=f"Person {number}-{one}") for one in range(each)]
        rooms = [Room(platform="slack", tenant=tenant, channel=f"C{tenant}{number}{key}") for key in Key]
        session.add_all([row, *humans, *rooms])
        session.flush()
        ids.add(row.id)
        for key, room in zip(Key, rooms, strict=True):
            session.add(
                Side(partnership_id=row.id, key=key, organisation=f"Side {key}", zone="UTC", start=time_of_day(8))
            )
            session.add(RoomPartnership(room_id=room.id, partnership_id=row.id, side=key))
        session.flush()
        for one, human in enumerate(humans):
            side, role = (Key.A, Key.B)[one % 2], Role.SHEPHERD if one < 2 else Role.MEMBER
            user = f"U{tenant}{number}-{one}"
            session.add(
                Account(person_id=human.id, platform="slack", tenant=tenant, user=user, via=tenant, name=human.name)
            )
            session.add(Member(partnership_id=row.id, person_id=human.id, side=side, role=role, joined_at=NINE))
        session.add(Cadence(partnership_id=row.id, kind=CadenceKind.STANDUP, name="Daily", rrule="FREQ=DAILY",
                            at=time_of_day(9), start_on=date(2026, 11, 23), created_at=NINE))  # fmt: skip
    session.flush()
    session.info.clear()  # the schedule is planned once, here
    rhythm.plan(session, ids, NINE - timedelta(minutes=1))


@dataclass(frozen=True)
class Result:
    """Seconds after nine: until the one person heard, until half and all of the others did. Statements, and milliseconds of this
    process's own work (the seconds depend on who else uses the machine), each for one person."""

    first: float
    half: float
    last: float
    asking: float
    drawing: float
    sending: float
    work: float


async def at_nine(url: str, partnerships: int, each: int) -> Result:
    database = Database(url)
    await asyncio.to_thread(database.migrate)
    if partnerships:
        await database.transact(people, MANY, partnerships, each)
    await database.transact(people, ALONE, 1, 1)
    counted = Statements()
    began, worked = time.perf_counter(), time.process_time()
    app = App(Settings.model_construct(bellwether_secret_keys=SecretStr("k" * 32)), database, [platform := Prompts()],
              lambda: NINE + timedelta(seconds=time.perf_counter() - began))  # fmt: skip
    app.delivery._parcels.draw = counted.watch("drawing", app.delivery._parcels.draw)
    plain_ask = scheduler.TIMERS[Tick.ASK]
    scheduler.TIMERS[Tick.ASK] = counted.watch("asking", plain_ask)
    wanted = partnerships * each
    try:
        await app.delivery.start()
        await app.metronome.start()
        await until(lambda: platform.came[ALONE] and len(platform.came[MANY]) >= wanted, seconds=1800)
    finally:
        await app.metronome.stop()
        await app.delivery.stop()
        scheduler.TIMERS[Tick.ASK] = plain_ask
        await asyncio.to_thread(database.close)
    worked = time.process_time() - worked
    others = [at - began for at in platform.came[MANY]] or [0.0]
    asked, sent = wanted + 1, counted.times["drawing"]
    return Result(
        platform.came[ALONE][0] - began,
        others[len(others) // 2],
        others[-1],
        counted.count["asking"] / asked,
        counted.count["drawing"] / sent,
        counted.count["other"] / sent,
        worked * 1000 / asked,
    )


@contextmanager
def fresh(postgresql: str | None, folder: Path) -> Iterator[str]:
    """The URL of an empty database."""
    name = f"nine{uuid4().hex[:8]}"
    if postgresql is None:
        yield f"sqlite:///{folder / name}.db"
        return
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        head, mark, query = postgresql.partition("?")
        yield f"{head.rsplit('/', 1)[0]}/{name}{mark}{query}"
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--partnerships", type=int, default=500)
    options.add_argument("--each", type=int, default=20, help="people in each of them")
    options.add_argument("--postgres", metavar="URL", help="a server to make a database on, beside SQLite")
    chosen = options.parse_args()
    print(f"{chosen.partnerships * chosen.each} people of one tenant and one of another are asked at nine; a send takes {LATENCY * 1000:.0f} ms")  # fmt: skip
    print(f"{'':28}{'the one heard':>14}{'half heard':>12}{'all heard':>12}{'statements: asking':>20}{'drawing':>9}{'the rest':>10}{'work each':>12}")  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="nine-") as folder:
        for server in [None, chosen.postgres] if chosen.postgres else [None]:
            for partnerships in (0, chosen.partnerships):
                with fresh(server, Path(folder)) as url:
                    found = asyncio.run(at_nine(url, partnerships, chosen.each))
                name = f"{'PostgreSQL' if server else 'SQLite'}, {'with the many' if partnerships else 'alone'}"
                print(f"{name:28}{found.first:>12.2f} s{found.half:>10.1f} s{found.last:>10.1f} s"
                      f"{found.asking:>20.2f}{found.drawing:>9.1f}{found.sending:>10.1f}{found.work:>9.1f} ms", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
