"""What was kept for long enough goes, in small slices; what still matters stays."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlmodel import Session

from bot import metrics
from bot.app import App
from bot.settings import Settings
from storage import Database, retention
from storage.nudges import AWAY
from storage.retention import Keep
from storage.statements import core, table
from tests.conftest import Clock

KEEP = Keep()


def rows(database: Database, name: str) -> list[dict[str, Any]]:
    return [
        dict(row._mapping) for row in database.run(lambda session: core(session).execute(select(table(name))).all())
    ]


def put(database: Database, name: str, *those: dict[str, Any]) -> None:
    database.run(lambda session: core(session).execute(insert(table(name)), list(those)))


def cleaned(database: Database, now: datetime, keep: Keep = KEEP, most: int = retention.SLICE) -> list[int]:
    """Clean until nothing is left to clean; how many rows each slice deleted."""
    gone = []
    while found := database.run(retention.stale, now, keep, most):
        gone.append(database.run(retention.forget, found, now, keep))
        assert gone[-1] > 0, "it finds what it does not delete"
    return gone


def answered(at: datetime, delivery: str) -> dict[str, Any]:
    return {"platform": "slack", "tenant": "T1", "delivery": delivery, "at": at, "reply": "x"}


def timer(at: datetime, state: str, once: str) -> dict[str, Any]:
    return {
        "kind": "k", "subject": "s:1", "once": once, "due_at": at, "planned_for": at, "state": state, "tries": 0,
        "turn": 0, "trouble": "",
    }  # fmt: skip


def message(at: datetime, state: str, number: int) -> dict[str, Any]:
    return {
        "lane_id": 1, "way": "post", "subject": f"x:{number}", "slot": "", "under": "", "urgent": False, "token": f"t{number}",
        "state": state, "tries": 0, "created_at": at, "due_at": at, "settled_at": at, "trouble": "", "message": "m",
    }  # fmt: skip


@pytest.fixture
def lane(database: Database) -> None:
    put(database, "lanes", {"id": 1, "platform": "slack", "tenant": "T1", "target": "C1"})


def test_an_answer_is_kept_for_as_long_as_it_may_come_again(database: Database, clock: Clock) -> None:
    now = clock()
    put(database, "inbox", answered(now - timedelta(hours=23), "new"), answered(now - timedelta(hours=25), "old"))
    assert cleaned(database, now) == [1]
    assert [row["delivery"] for row in rows(database, "inbox")] == ["new"]


@pytest.mark.usefixtures("lane")
def test_what_was_sent_goes_and_what_waits_or_was_set_aside_stays_for_ever(database: Database, clock: Clock) -> None:
    now = clock()
    long_ago, lately = now - timedelta(days=900), now - timedelta(days=29)
    states = ("sent", "dropped", "waiting", "sending", "unsure", "parked")
    put(database, "outbox", *(message(long_ago, state, number) for number, state in enumerate(states)))
    put(database, "outbox", message(lately, "sent", 7))
    assert cleaned(database, now) == [2]
    assert [row["state"] for row in rows(database, "outbox")] == ["waiting", "sending", "unsure", "parked", "sent"]


def test_timers_that_fired_go_and_those_that_wait_or_were_set_aside_stay(database: Database, clock: Clock) -> None:
    now = clock()
    long_ago = now - timedelta(days=900)
    put(database, "timers", *(timer(long_ago, state, state) for state in ("fired", "dropped", "waiting", "parked")))
    put(database, "timers", timer(now - timedelta(days=89), "fired", "lately"))
    assert cleaned(database, now) == [2]
    assert [row["once"] for row in rows(database, "timers")] == ["waiting", "parked", "lately"]


def test_the_last_sign_of_life_stays_however_old_it_is(database: Database, clock: Clock) -> None:
    now = clock()
    for name, days in (("a", 40), ("b", 30), ("c", 35)):
        put(database, "beats", {"process": name, "began_at": now, "at": now - timedelta(days=days)})
    assert cleaned(database, now) == [2]
    assert [row["process"] for row in rows(database, "beats")] == ["b"]


def test_what_was_done_about_lines_goes_after_two_months_and_who_stands_in_later(
    house: Any, database: Database, clock: Clock
) -> None:
    now = clock()

    def marked(line: str, days: int) -> dict[str, Any]:
        return {"partnership_id": house.partnership, "line": line, "reminded_at": now - timedelta(days=days)}

    put(
        database, "nudges", marked("stall|1", 61), marked("stall|2", 59), marked(f"{AWAY}1", 61), marked(f"{AWAY}2", 401)
    )  # fmt: skip
    assert sum(cleaned(database, now)) == 2
    assert [row["line"] for row in rows(database, "nudges")] == ["stall|2", f"{AWAY}1"]


def test_however_much_there_is_it_goes_in_small_slices(database: Database, clock: Clock) -> None:
    now = clock()
    old = now - timedelta(days=400)
    put(database, "inbox", *(answered(old, f"Ev{number}") for number in range(25)))
    put(database, "timers", *(timer(old, "fired", f"o{number}") for number in range(25)))
    assert cleaned(database, now, most=10) == [10] * 5
    assert cleaned(database, now, most=10) == []


def test_what_became_of_use_again_after_it_was_found_stays(house: Any, database: Database, clock: Clock) -> None:
    now = clock()
    put(
        database, "nudges",
        {"partnership_id": house.partnership, "line": "stall|1", "reminded_at": now - timedelta(days=61)},
    )  # fmt: skip
    found = database.run(retention.stale, now, KEEP)

    def again(session: Session) -> None:
        core(session).execute(table("nudges").update().values(snoozed_until=now + timedelta(days=1)))

    database.run(again)
    assert database.run(retention.forget, found, now, KEEP) == 0
    assert len(rows(database, "nudges")) == 1


def test_nothing_of_the_record_is_ever_found(house: Any, database: Database, clock: Clock) -> None:
    house.types("ana", "/celebrate @bo for turning the test rig round in one night")
    whole = rows(database, "ledger")
    assert whole
    cleaned(database, clock() + timedelta(days=40_000))
    assert rows(database, "ledger") == whole
    assert rows(database, "celebrations")


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("bellwether_keep_answers_hours", 48, Keep(answers=timedelta(hours=48))),
        ("bellwether_keep_sent_days", 7, Keep(sent=timedelta(days=7))),
        ("bellwether_keep_timers_days", 365, Keep(fired=timedelta(days=365))),
    ],
)
def test_how_long_is_what_the_operator_sets(name: str, value: int, kept: Keep) -> None:
    settings: Callable[..., Settings] = Settings
    assert retention.kept_for(settings(_env_file=None, **{name: value})) == kept
    assert retention.kept_for(settings(_env_file=None)) == KEEP


INDEXES = {
    "inbox": "ix_inbox_at",
    "kept": "ix_kept_until",
    "outbox": "ix_outbox_settled",
    "timers": "ix_timers_past",
}
"""Of the tables that grow with use; the others are small."""


def test_the_oldest_are_found_by_an_index_and_not_by_reading_all(database: Database, clock: Clock) -> None:
    explain = "EXPLAIN QUERY PLAN " if database.alone else "EXPLAIN "

    def plans(session: Session) -> dict[str, str]:
        connection = core(session)
        if not database.alone:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # the tables are empty here
        found = {}
        for rows_, old, age in retention._old(clock(), KEEP):
            if rows_.name in INDEXES:
                statement = select(*rows_.primary_key.columns).where(old).order_by(age).limit(10)
                words = str(statement.compile(connection, compile_kwargs={"literal_binds": True}))
                found[rows_.name] = "\n".join(str(row) for row in connection.exec_driver_sql(explain + words))
        return found

    plan = database.run(plans)
    for name, index in INDEXES.items():
        assert index in plan[name], plan[name]


def test_the_bot_cleans_by_itself_as_the_operator_set_it_and_says_how_much(database: Database, clock: Clock) -> None:
    now = clock()
    put(database, "inbox", *(answered(now - timedelta(hours=30), f"Ev{number}") for number in range(450)))
    app = App(Settings(_env_file=None, bellwether_keep_answers_hours=29), database, [], clock)
    before = metrics.FORGOTTEN._value.get()
    assert asyncio.run(app.metronome.clean()) == 450
    assert metrics.FORGOTTEN._value.get() == before + 450
    patient = App(Settings(_env_file=None, bellwether_keep_answers_hours=31), database, [], clock)
    put(database, "inbox", answered(now - timedelta(hours=30), "Ev1"))
    assert asyncio.run(patient.metronome.clean()) == 0
