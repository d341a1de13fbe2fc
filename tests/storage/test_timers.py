"""Timers: planned once, claimed when due, dropped with their subject."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from sqlmodel import Session

from storage import Database, timers
from tests.conftest import Clock
from tests.storage.test_retention import cleaned


def plan(
    database: Database, once: str, due_at: datetime, kind: str = "standup.ask", subject: str = "standup:1"
) -> bool:
    return database.run(lambda session: timers.plan(session, kind=kind, subject=subject, due_at=due_at, once=once))


def due(database: Database, now: datetime) -> list[str]:
    return [each.once for each in database.run(timers.claim, now)]


def test_a_timer_is_planned_once_and_for_ever(database: Database, clock: Clock) -> None:
    assert plan(database, "ask:ana:2026-11-02", clock())
    assert not plan(database, "ask:ana:2026-11-02", clock() + timedelta(days=1))
    [only] = database.run(timers.claim, clock())
    database.run(timers.fire, [only.id], clock())

    assert not plan(database, "ask:ana:2026-11-02", clock())
    assert due(database, clock() + timedelta(days=9)) == []


def test_a_dropped_timer_never_comes_unless_it_is_planned_anew(database: Database, clock: Clock) -> None:
    plan(database, "a", clock())
    plan(database, "b", clock(), kind="standup.close")
    plan(database, "c", clock(), subject="standup:2")

    assert database.run(timers.drop, "standup:1", ["standup.ask"]) == 1
    assert due(database, clock()) == ["b", "c"]
    assert database.run(timers.drop, "standup:1") == 1
    assert due(database, clock()) == ["c"]

    assert plan(database, "a", clock() + timedelta(hours=1))
    assert due(database, clock()) == ["c"]
    assert due(database, clock() + timedelta(hours=1)) == ["c", "a"]


def test_what_is_due_comes_oldest_first_and_no_more_than_asked(database: Database, clock: Clock) -> None:
    for minutes in (3, 1, 2, -1):
        plan(database, f"{minutes}", clock() - timedelta(minutes=minutes))

    assert due(database, clock()) == ["3", "2", "1"]
    assert [each.once for each in database.run(lambda session: timers.claim(session, clock(), limit=2))] == ["3", "2"]
    assert database.run(timers.next_due) == clock() - timedelta(minutes=3)
    assert database.run(timers.overdue, clock()) == (3, clock() - timedelta(minutes=3))


def test_a_timer_remembers_what_it_was_planned_for(database: Database, clock: Clock) -> None:
    plan(database, "a", clock())
    [only] = database.run(timers.claim, clock())
    later = clock() + timedelta(minutes=5)
    database.run(timers.retry, only.id, later, "no luck")

    assert due(database, clock()) == []
    [again] = database.run(timers.waiting, "standup:1")
    assert (again.planned_for, again.due_at, again.tries) == (clock(), later, 1)


def test_ninety_days_later_what_fired_is_forgotten_and_what_waits_is_not(database: Database, clock: Clock) -> None:
    plan(database, "fired", clock())
    database.run(timers.fire, [each.id for each in database.run(timers.claim, clock())], clock())
    plan(database, "waits", clock())

    assert cleaned(database, clock() + timedelta(days=91)) == [1]
    assert due(database, clock()) == ["waits"]


def test_two_processes_never_claim_the_same_timer(postgresql: Database, clock: Clock) -> None:
    for number in range(10):
        plan(postgresql, str(number), clock())
    both_hold = threading.Barrier(2, timeout=5)

    def hold(session: Session) -> list[str]:
        mine = timers.claim(session, clock(), limit=6)
        both_hold.wait()
        return [each.once for each in mine]

    with ThreadPoolExecutor(2) as pool:
        one, other = [each.result(10) for each in [pool.submit(postgresql.run, hold) for _ in range(2)]]
    assert sorted(one + other) == [str(number) for number in range(10)]


def test_at_one_instant_subjects_take_turns_however_much_one_has(database: Database, clock: Clock) -> None:
    def work(session: Session) -> None:
        timers.plan_all(session, "partnership:1", [("ask", clock(), f"1.{number}") for number in range(4)])
        timers.plan_all(session, "partnership:2", [("ask", clock(), f"2.{number}") for number in range(2)])

    database.run(work)
    assert due(database, clock()) == ["1.0", "2.0", "1.1", "2.1", "1.2", "1.3"]
