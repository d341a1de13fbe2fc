"""What the doctor finds, and that every finding says what to do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest

from bot import doctor
from bot.settings import Settings
from storage import Database
from tests.storage.test_retention import message, put, timer

Examined = Callable[[], list[str]]


@pytest.fixture
def examined(database: Database, database_url: str) -> Examined:
    """What the doctor says of the database."""

    def look() -> list[str]:
        settings = Settings(_env_file=None, bellwether_database_url=database_url)
        first, *rest = asyncio.run(doctor.problems(settings))
        assert first.startswith("No platform is configured.")
        return rest

    return look


@pytest.fixture
def now(database: Database) -> datetime:
    put(database, "lanes", {"id": 1, "platform": "slack", "tenant": "T1", "target": "C1"})
    return datetime.now(UTC).replace(microsecond=0)


def seen(database: Database, at: datetime) -> None:
    put(database, "beats", {"process": "a", "began_at": at, "at": at})


def test_a_database_on_which_all_is_well_is_not_spoken_of(
    database: Database, now: datetime, examined: Examined
) -> None:
    put(database, "outbox", message(now, "waiting", 1), message(now - timedelta(days=9), "sent", 2))
    put(database, "timers", timer(now - timedelta(seconds=20), "waiting", "just now"))
    assert examined() == []


def test_what_is_due_and_not_done_asks_whether_the_bot_runs(
    database: Database, now: datetime, examined: Examined
) -> None:
    since = now - timedelta(hours=2)
    put(database, "timers", timer(since, "waiting", "a"), timer(now - timedelta(hours=1), "waiting", "b"))
    runs, late = examined()
    assert runs == "What is due is not done: is `bellwether run` running?"
    assert late == f"2 timers are due and have not fired since {since:%Y-%m-%d %H:%M} UTC."

    seen(database, since)
    assert examined()[0] == (
        f"What is due is not done: is `bellwether run` running? No bot was seen at work since {since:%Y-%m-%d %H:%M} UTC."
    )


def test_a_bot_that_does_not_keep_up_is_told_from_one_that_does_not_run(
    database: Database, now: datetime, examined: Examined
) -> None:
    put(database, "timers", timer(now - timedelta(hours=2), "waiting", "a"))
    seen(database, now)
    assert examined()[0].endswith("and does not keep up: look at its log.")


def test_messages_that_wait_for_long_are_named_with_the_command_that_says_why(
    database: Database, now: datetime, examined: Examined
) -> None:
    seen(database, now)
    since = now - timedelta(minutes=30)
    put(database, "outbox", message(since, "waiting", 1), message(now, "unsure", 2))
    assert examined() == [
        f"2 messages wait, the oldest since {since:%Y-%m-%d %H:%M} UTC: `bellwether outbox list --state waiting` says what keeps them."
    ]


def test_the_first_of_what_could_not_be_delivered_are_shown_and_the_rest_counted(
    database: Database, now: datetime, examined: Examined
) -> None:
    put(database, "outbox", *(message(now, "parked", number) | {"trouble": "it is archived"} for number in range(1, 8)))
    found = examined()
    assert found[0] == (
        "Message 1 about x:1 could not be delivered to C1 on slack (T1): it is archived. Invite the bot there again or move the room, "
        "then `bellwether outbox retry 1`; or `bellwether outbox drop 1`."
    )
    assert found[5:] == ["2 more messages could not be delivered: `bellwether outbox list` shows them."]


def test_timers_that_were_set_aside_are_shown_and_the_rest_counted(
    database: Database, now: datetime, examined: Examined
) -> None:
    put(database, "timers", *(timer(now, "parked", f"o{number}") | {"trouble": "boom"} for number in range(7)))
    found = examined()
    assert found[0].startswith("A timer (k) of s:1 was set aside after it failed again and again: boom.")
    assert found[5:] == ["2 more timers were set aside."]


def test_a_limit_that_a_platform_asked_to_wait_for_is_shown_when_it_is_long(
    database: Database, now: datetime, examined: Examined
) -> None:
    until = now + timedelta(minutes=5)
    for tenant, at in (("T1", until), ("T2", now + timedelta(seconds=30))):
        put(database, "budgets", {"platform": "slack", "tenant": tenant, "pool": "post", "held_until": at})
    assert examined() == [
        f"slack asked to send nothing more to T1 until {until:%Y-%m-%d %H:%M} UTC: it goes on by itself."
    ]


class Disk(NamedTuple):
    total: int
    used: int
    free: int


def test_a_disk_that_is_nearly_full_is_named_before_it_is(
    sqlite: Database, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.doctor.shutil.disk_usage", lambda folder: Disk(10**9, 10**9 - 5_000_000, 5_000_000))
    (line,) = asyncio.run(doctor.problems(Settings(_env_file=None, bellwether_database_url=sqlite_url)))[1:]
    assert line.startswith("Only 5 MB are free where ")
