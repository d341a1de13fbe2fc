"""Everything planned happens once, in time, and what fails does not take others with it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

import scheduler
from scheduler import Metronome, timer
from storage import Database, timers
from storage.tables import Partnership, Timer
from storage.timers import Due
from tests.conftest import Clock
from tests.fakes.recorder import until


class Bell:
    """What rang, batch by batch."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.at: list[datetime] = []
        self.poison: set[str] = set()

    def __call__(self, batch: Sequence[Due], session: Session, now: datetime) -> None:
        for each in batch:
            session.add(Partnership(name=each.once, created_at=now))
        session.flush()
        if bad := self.poison & {each.once for each in batch}:
            raise ValueError(f"cannot stand {sorted(bad)}")
        self.batches.append([each.once for each in batch])
        self.at.append(now)

    @property
    def rang(self) -> list[str]:
        return [once for batch in self.batches for once in batch]


@pytest.fixture
def bell() -> Iterator[Bell]:
    scheduler.discover()
    before = dict(scheduler.TIMERS)
    bell = Bell()
    timer("test.bell")(bell)
    yield bell
    scheduler.TIMERS.clear()
    scheduler.TIMERS.update(before)


def plan(database: Database, due_at: datetime, *onces: str, kind: str = "test.bell", subject: str = "x:1") -> None:
    def work(session: Session) -> None:
        for once in onces:
            assert timers.plan(session, kind=kind, subject=subject, due_at=due_at, once=once)

    database.run(work)


def tick(database: Database, clock: Clock, woken: list[int] | None = None) -> int:
    metronome = Metronome(database, clock, lambda: (woken if woken is not None else []).append(1))
    return asyncio.run(metronome.tick())


def written(database: Database) -> list[str]:
    return sorted(database.run(lambda session: session.exec(select(Partnership.name)).all()))


def row(database: Database, once: str) -> Timer:
    return database.run(lambda session: session.exec(select(Timer).where(Timer.once == once)).one())


def test_what_is_due_happens_once_as_one_batch(database: Database, clock: Clock, bell: Bell) -> None:
    plan(database, clock(), "a", "b", "c")
    plan(database, clock() + timedelta(minutes=1), "later")
    woken: list[int] = []

    assert tick(database, clock, woken) == 3
    assert tick(database, clock, woken) == 0
    assert bell.batches == [["a", "b", "c"]]
    assert woken == [1]
    assert row(database, "a").fired_at == clock()

    clock.passes(minutes=1)
    tick(database, clock)
    assert bell.rang == ["a", "b", "c", "later"]


def test_what_a_timer_plans_for_now_happens_in_the_same_tick(database: Database, clock: Clock, bell: Bell) -> None:
    @timer("test.chain")
    def chain(batch: Sequence[Due], session: Session, now: datetime) -> None:
        timers.plan(session, kind="test.bell", subject="x:1", due_at=now, once="rung by another")

    plan(database, clock(), "first", kind="test.chain")
    assert tick(database, clock) == 2
    assert bell.rang == ["rung by another"]


def test_one_bad_timer_does_not_hold_up_the_others(database: Database, clock: Clock, bell: Bell) -> None:
    bell.poison = {"5"}
    plan(database, clock(), *(str(number) for number in range(8)))
    tick(database, clock)

    assert sorted(bell.rang) == ["0", "1", "2", "3", "4", "6", "7"]
    assert written(database) == ["0", "1", "2", "3", "4", "6", "7"]
    assert row(database, "5").state == "waiting"
    assert row(database, "5").due_at == clock() + timedelta(minutes=1)
    assert "cannot stand" in row(database, "5").trouble


def test_a_bad_timer_is_tried_eight_times_at_growing_distances_and_then_parked(
    database: Database, clock: Clock, bell: Bell
) -> None:
    bell.poison = {"5"}
    plan(database, clock(), "5")
    started, tries = clock(), []
    while row(database, "5").state == "waiting":
        clock.time = row(database, "5").due_at
        tries.append((clock() - started) // timedelta(minutes=1))
        tick(database, clock)

    assert tries == [0, 1, 6, 36, 96, 216, 456, 936]
    assert row(database, "5").state == "parked"
    assert row(database, "5").tries == 8
    assert "cannot stand" in row(database, "5").trouble


def test_a_timer_that_breaks_a_rule_of_the_database_is_found_like_any_other(
    database: Database, clock: Clock, bell: Bell
) -> None:
    @timer("test.unique")
    def unique(batch: Sequence[Due], session: Session, now: datetime) -> None:
        for each in batch:
            session.add(Partnership(id=7 if each.once == "taken" else None, name=each.once, created_at=now))
        session.flush()

    database.run(lambda session: session.add(Partnership(id=7, name="seven", created_at=clock())))
    plan(database, clock(), "one", "taken", kind="test.unique")
    tick(database, clock)

    assert "one" in written(database)
    assert row(database, "taken").tries == 1


def test_a_kind_that_nobody_knows_is_parked(database: Database, clock: Clock, bell: Bell) -> None:
    plan(database, clock(), "odd", kind="test.unknown")
    plan(database, clock(), "fine")
    tick(database, clock)

    assert bell.rang == ["fine"]
    assert row(database, "odd").state == "parked"
    assert "nobody knows" in row(database, "odd").trouble


def test_what_one_kind_drops_does_not_happen_in_the_same_tick(database: Database, clock: Clock, bell: Bell) -> None:
    @timer("test.drops")
    def drops(batch: Sequence[Due], session: Session, now: datetime) -> None:
        for each in batch:
            timers.drop(session, each.subject)

    plan(database, clock() - timedelta(minutes=1), "drop", kind="test.drops")
    plan(database, clock(), "dropped")
    plan(database, clock(), "another", subject="x:2")
    tick(database, clock)

    assert bell.rang == ["another"]
    assert row(database, "dropped").state == "dropped"


def test_after_downtime_what_is_overdue_is_handed_over_with_the_time_it_was_planned_for(
    database: Database, clock: Clock, bell: Bell
) -> None:
    plan(database, clock(), "a")
    clock.passes(days=3)
    tick(database, clock)
    assert bell.at == [clock()]


def test_a_kind_has_one_function(bell: Bell) -> None:
    with pytest.raises(ValueError, match=r"two functions want the timer 'test\.bell'"):
        timer("test.bell")(Bell())


def test_two_processes_ring_every_bell_once(postgresql: Database, clock: Clock, bell: Bell) -> None:
    plan(postgresql, clock(), *(str(number) for number in range(40)))
    other = Database(postgresql._engine.url.render_as_string(hide_password=False))

    async def both() -> None:
        await asyncio.gather(*(Metronome(each, clock, lambda: None, limit=7).tick() for each in (postgresql, other)))

    asyncio.run(both())
    other.close()
    assert sorted(bell.rang, key=int) == [str(number) for number in range(40)]


def running(database: Database, clock: Clock) -> Metronome:
    return Metronome(database, clock, lambda: None)


def test_it_rings_by_itself_when_the_time_comes(sqlite: Database, bell: Bell) -> None:
    clock = Now()

    async def story() -> None:
        metronome = running(sqlite, clock)
        await metronome.start()
        await until(lambda: metronome.healthy)
        plan(sqlite, clock() + timedelta(seconds=0.3), "soon")
        metronome.wake()
        await until(lambda: bell.rang)
        await metronome.stop()
        assert not metronome.healthy

    asyncio.run(story())
    assert bell.rang == ["soon"]
    assert bell.at[0] >= row(sqlite, "soon").planned_for
    assert bell.at[0] - row(sqlite, "soon").planned_for < timedelta(seconds=0.5)


def test_a_clock_that_is_moved_is_noticed_within_two_seconds(sqlite: Database, bell: Bell) -> None:
    clock = Now()
    plan(sqlite, clock() + timedelta(hours=3), "in three hours")

    async def story() -> None:
        metronome = running(sqlite, clock)
        await metronome.start()
        await until(lambda: metronome.healthy)
        await asyncio.sleep(0.1)
        assert bell.rang == []
        clock.ahead = timedelta(hours=4)
        await until(lambda: bell.rang, seconds=2)
        await metronome.stop()

    asyncio.run(story())
    assert bell.rang == ["in three hours"]


def test_without_a_database_it_is_unhealthy_and_recovers(sqlite: Database, bell: Bell, clock: Clock) -> None:
    async def story() -> None:
        metronome = running(sqlite, clock)
        await metronome.start()
        await until(lambda: metronome.healthy)
        sqlite.run(lambda session: session.connection().exec_driver_sql("ALTER TABLE timers RENAME TO away"))
        metronome.wake()
        await until(lambda: not metronome.healthy)
        sqlite.run(lambda session: session.connection().exec_driver_sql("ALTER TABLE away RENAME TO timers"))
        metronome.wake()
        await until(lambda: metronome.healthy)
        await metronome.stop()

    asyncio.run(story())


class Now(Clock):
    """The real time, and as far ahead as a test moves it."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        from datetime import UTC

        return datetime.now(UTC) + self.ahead


def test_what_was_planned_before_it_began_is_not_waited_for_in_vain(sqlite: Database, clock: Clock) -> None:
    async def story() -> None:
        metronome = Metronome(sqlite, clock, lambda: None)
        metronome.wake()
        await metronome.start()
        await until(lambda: metronome.healthy)
        await metronome.stop()

    asyncio.run(story())
