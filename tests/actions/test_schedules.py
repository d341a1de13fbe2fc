"""Schedules of many partnerships are worked out in sets: the same few statements, slice by slice, nobody kept waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import Session, col, func, select

from bot.actions import rhythm
from bot.rules.rhythm import Tick
from bot.words import Status
from scheduler import Metronome
from storage import Database, subjects, timers
from storage.tables import Partnership, Timer
from tests.bench import light
from tests.bench.loading import sink
from tests.conftest import Clock
from tests.fakes.statements import statements


@pytest.fixture
def thirty(database_url: str, clock: Clock) -> Iterator[Database]:
    """Thirty partnerships with one cadence each, whose schedules go on."""
    clock.time = light.NOW
    into = sink(database_url)
    for rows in light.partnerships(30, 30):
        into.take(rows, light.COLUMNS)
    into.end()
    database = Database(database_url)
    yield database
    database.close()


def waiting(session: Session, *ticks: Tick) -> int:
    wanted = select(func.count()).select_from(Timer).where(Timer.state == "waiting", col(Timer.kind).in_(ticks))
    return session.exec(wanted).one()


def test_however_many_schedules_go_on_it_takes_the_same_statements(thirty: Database, clock: Clock) -> None:
    counted = []
    for ids in (range(1, 3), range(3, 31)):
        with statements() as asked:
            thirty.run(rhythm.plan, list(ids), clock())
        counted.append(len(asked))
    assert counted[0] == counted[1]


def test_a_schedule_that_is_worked_out_beside_others_is_the_one_that_is_worked_out_alone(
    thirty: Database, clock: Clock
) -> None:
    def planned(session: Session) -> list[tuple[str, object]]:
        rows = session.exec(select(Timer.once, Timer.due_at).where(Timer.state == "waiting", Timer.kind != Tick.PLAN))
        return sorted((once, at) for once, at in rows)

    thirty.run(rhythm.replan, list(range(1, 31)), clock())
    together = thirty.run(planned)
    for id in range(1, 31):
        thirty.run(rhythm.replan, [id], clock())
    assert thirty.run(planned) == together
    assert len(together) > 60


def test_new_rules_of_time_zones_reach_every_schedule_slice_by_slice(
    thirty: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rhythm, "SLICE", 12)

    def pauses(session: Session) -> None:
        session.get_one(Partnership, 5).status = Status.PAUSED

    thirty.run(pauses)
    thirty.run(rhythm.begin, clock())
    begun = []
    while slices := [each for each in thirty.run(timers.claim, clock()) if each.kind == Tick.BEGIN]:
        thirty.run(timers.fire, [each.id for each in slices], clock())
        thirty.run(rhythm.begin_all, subjects.number(slices[0].subject), clock())
        begun.append(thirty.run(waiting, Tick.REPLAN))
    assert begun == [12, 24, 29]

    assert asyncio.run(Metronome(thirty, clock, lambda: None).tick()) > 0
    assert thirty.run(waiting, Tick.REPLAN) == 0
    thirty.run(rhythm.begin, clock() + timedelta(days=1))
    assert thirty.run(waiting, Tick.BEGIN) == 0


def test_what_is_planned_twice_at_once_is_planned_once_and_at_a_time_that_is_known(
    database: Database, clock: Clock
) -> None:
    row = ("ask", "partnership:1", clock(), "only")
    database.run(timers.plan_each, [row, row])
    assert [(each.once, each.due_at) for each in database.run(timers.claim, clock())] == [("only", clock())]
    with pytest.raises(ValueError, match="without a zone"):
        database.run(timers.plan_each, [("ask", "partnership:1", clock().replace(tzinfo=None), "naive")])
