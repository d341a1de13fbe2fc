"""How far behind it is, read from what is behind and not from all there is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from storage import Database, lag
from storage.lag import Depth
from storage.statements import core, table
from tests.conftest import Clock
from tests.storage.test_retention import message, put, timer


def test_a_bot_with_nothing_to_do_is_behind_with_nothing(database: Database, clock: Clock) -> None:
    found = database.run(lag.look, clock())
    assert found.waiting == found.overdue == Depth(0, None)
    assert (found.due, found.set_aside, found.held, found.alive, found.seen) == (0, 0, (), 0, None)


def test_each_state_has_its_depth_and_its_oldest(database: Database, clock: Clock) -> None:
    now = clock()
    put(database, "lanes", {"id": 1, "platform": "slack", "tenant": "T1", "target": "C1"})
    ages = {"waiting": (5, 9), "sending": (2,), "unsure": (), "parked": (700, 3), "sent": (900,), "dropped": (901,)}
    put(
        database,
        "outbox",
        *(message(now - timedelta(seconds=age), state, age) for state, those in ages.items() for age in those),
    )
    found = database.run(lag.look, now)
    assert {state: (depth.count, depth.age(now)) for state, depth in found.outbox.items()} == {
        "waiting": (2, 9.0),
        "sending": (1, 2.0),
        "unsure": (0, 0.0),
        "parked": (2, 700.0),
    }
    assert found.waiting == Depth(3, now - timedelta(seconds=9))


def test_what_is_put_off_on_purpose_is_not_old(database: Database, clock: Clock) -> None:
    put(database, "lanes", {"id": 1, "platform": "slack", "tenant": "T1", "target": "C1"})
    put(database, "outbox", message(clock() + timedelta(hours=3), "waiting", 1))
    assert database.run(lag.look, clock()).waiting.age(clock()) == 0.0


def test_timers_are_late_due_soon_or_set_aside(database: Database, clock: Clock) -> None:
    now = clock()
    hours = {"late": -2, "later": -1, "soon": 0.5, "far": 3}
    put(database, "timers", *(timer(now + timedelta(hours=each), "waiting", name) for name, each in hours.items()))
    put(database, "timers", timer(now, "parked", "aside"), timer(now - timedelta(days=9), "fired", "past"))
    found = database.run(lag.look, now)
    assert found.overdue == Depth(2, now - timedelta(hours=2))
    assert (found.due, found.set_aside) == (1, 1)


def test_processes_are_alive_that_were_seen_lately(database: Database, clock: Clock) -> None:
    now = clock()
    for name, minutes in (("a", 1), ("b", 2), ("c", 60)):
        put(database, "beats", {"process": name, "began_at": now, "at": now - timedelta(minutes=minutes)})
    found = database.run(lag.look, now)
    assert (found.alive, found.seen) == (2, now - timedelta(minutes=1))
    assert database.run(lag.look, now + timedelta(days=1)).seen == now - timedelta(minutes=1)


def test_a_limit_that_a_platform_asked_to_wait_for_is_held_until_then(database: Database, clock: Clock) -> None:
    def hold(session: Session) -> None:
        rows: list[dict[str, Any]] = [
            {"platform": "slack", "tenant": "T1", "pool": "post", "held_until": clock() + timedelta(seconds=30)},
            {"platform": "slack", "tenant": "T2", "pool": "post", "held_until": None},
        ]
        core(session).execute(insert(table("budgets")), rows)

    database.run(hold)
    assert [each.tenant for each in database.run(lag.look, clock()).held] == ["T1"]
    assert database.run(lag.look, clock() + timedelta(seconds=31)).held == ()


def test_the_answers_come_from_indexes_of_what_is_not_settled(database: Database, clock: Clock) -> None:
    explain = "EXPLAIN QUERY PLAN " if database.alone else "EXPLAIN "
    at = {"now": clock(), "soon": clock()}

    def plans(session: Session) -> list[str]:
        connection = core(session)
        if not database.alone:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # the tables are empty here
        found = []
        for statement in (lag._LEFT, lag._OVERDUE, lag._DUE, lag._ASIDE):
            told = {name: each for name, each in at.items() if name in statement.compile().params}
            words = str(statement.params(told).compile(connection, compile_kwargs={"literal_binds": True}))
            found.append("\n".join(str(row) for row in connection.exec_driver_sql(explain + words)))
        return found

    wanted = ("ix_outbox_depth", "ix_timers_due", "ix_timers_due", "ix_timers_parked")
    for plan, index in zip(database.run(plans), wanted, strict=True):
        assert index in plan, plan
