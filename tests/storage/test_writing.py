"""The one writer of a SQLite database: who waits shares a commit, and shares nothing else."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import Session, select

from storage import Database, Unavailable, writing
from storage.tables import Inbox, Partnership
from tests.conftest import Clock


@contextmanager
def commits(database: Database) -> Iterator[list[Any]]:
    """Count the commits of what is written."""
    seen: list[Any] = []

    def note(connection: Any) -> None:
        seen.append(connection)

    event.listen(database._engine, "commit", note)
    yield seen
    event.remove(database._engine, "commit", note)


@contextmanager
def crowd(database: Database) -> Iterator[Callable[..., Future[Any]]]:
    """Keep the writer busy until all stand in the queue."""
    begun, free = threading.Event(), threading.Event()

    def keep_busy(_: Session) -> None:
        begun.set()
        free.wait(10)

    database._write(keep_busy)
    begun.wait(10)
    yield database._write
    time.sleep(0.1)  # too late to join the one who keeps it busy
    free.set()


def note(session: Session, delivery: str) -> str:
    session.connection().execute(
        text("INSERT INTO inbox (platform, tenant, delivery, at) VALUES ('slack', 'T', :it, '2026-11-02 09:00:00')"),
        {"it": delivery},
    )
    return delivery


def noted(session: Session) -> list[str]:
    return sorted(session.exec(select(Inbox.delivery)).all())


def test_those_who_wait_share_one_commit(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_BEGUN_WITHIN", 60.0)  # seconds, however slow this machine is at the moment
    monkeypatch.setattr(writing, "_LONG", 60.0)
    with commits(sqlite) as kept:
        with crowd(sqlite) as give:
            promises = [give(note, f"d{number}") for number in range(20)]
        assert [each.result(10) for each in promises] == [f"d{number}" for number in range(20)]
        assert len(kept) <= 2  # one may be of the one who kept it busy

    assert len(sqlite.run(noted)) == 20


def test_nobody_hears_of_anything_before_it_is_kept(sqlite: Database) -> None:
    read: list[list[str]] = []
    with crowd(sqlite) as give:
        promises = [give(note, "one"), give(note, "two")]
        promises[0].add_done_callback(lambda _: read.append(sqlite._read(noted).result()))
    for each in promises:
        each.result(10)

    assert read == [["one", "two"]]


def test_who_fails_leaves_nothing_and_takes_nobody_along(sqlite: Database) -> None:
    def stumble(session: Session) -> None:
        note(session, "lost")
        raise ValueError("not like this")

    with commits(sqlite) as kept:
        with crowd(sqlite) as give:
            before, failing, after = give(note, "before"), give(stumble), give(note, "after")
        with pytest.raises(ValueError, match="not like this"):
            failing.result(10)
        assert (before.result(10), after.result(10)) == ("before", "after")
        assert len(kept) == 2  # the first is of the one who kept it busy

    assert sqlite.run(noted) == ["after", "before"]


def test_a_double_that_the_database_refuses_takes_nobody_along(sqlite: Database, clock: Clock) -> None:
    def by_row(session: Session) -> None:
        session.add(Inbox(platform="slack", tenant="T", delivery="one", at=clock()))

    with crowd(sqlite) as give:
        one, double, other = give(note, "one"), give(note, "one"), give(note, "two")
        row = give(by_row)
    for refused in (double, row):
        with pytest.raises(IntegrityError):
            refused.result(10)

    assert (one.result(10), other.result(10)) == ("one", "two")
    assert sqlite.run(noted) == ["one", "two"]


def test_where_the_disk_is_full_each_is_tried_by_itself_and_what_fits_is_kept(sqlite: Database) -> None:
    def large(session: Session) -> None:
        session.add(Partnership(name="x" * 10_000_000, created_at=Clock()()))

    sqlite.run(note, "first")
    pages = sqlite.run(lambda session: session.connection().execute(text("PRAGMA page_count")).scalar_one())
    sqlite.run(lambda session: session.connection().execute(text(f"PRAGMA max_page_count = {pages + 50}")))
    with crowd(sqlite) as give:
        one, full, two = give(note, "one"), give(large), give(note, "two")

    with pytest.raises(Unavailable):
        full.result(10)
    assert (one.result(10), two.result(10)) == ("one", "two")
    assert sqlite.run(noted) == ["first", "one", "two"]


def test_who_makes_the_commit_fail_takes_nobody_along(sqlite: Database) -> None:
    def owe(session: Session) -> None:
        session.connection().execute(text("PRAGMA defer_foreign_keys = ON"))
        session.connection().execute(text("INSERT INTO room_partnerships (room_id, partnership_id) VALUES (77, 77)"))

    with crowd(sqlite) as give:
        innocent, guilty = give(note, "one"), give(owe)
    with pytest.raises(IntegrityError):
        guilty.result(10)

    assert innocent.result(10) == "one"
    assert sqlite.run(noted) == ["one"]


def test_a_database_that_fails_at_the_commit_is_told_to_all_who_share_it(sqlite: Database) -> None:
    commits: list[Any] = []

    def fail_the_second(connection: Any) -> None:
        commits.append(connection)
        if len(commits) == 2:
            fault = sqlite3.OperationalError("disk I/O error")
            fault.sqlite_errorname = "SQLITE_IOERR_FSYNC"
            raise OperationalError("COMMIT", None, fault)

    event.listen(sqlite._engine, "commit", fail_the_second)
    with crowd(sqlite) as give:
        both = [give(note, "one"), give(note, "two")]
    for each in both:
        with pytest.raises(Unavailable):
            each.result(10)

    assert sqlite.run(noted) == []
    assert sqlite.run(note, "later") == "later"


def test_who_took_long_the_last_time_holds_up_nobody_who_came_before(sqlite: Database) -> None:
    def long(session: Session) -> int:
        return sum(number * number for number in range(400_000))

    sqlite.run(long)
    with commits(sqlite) as kept:
        with crowd(sqlite) as give:
            promises = [give(note, "one"), give(long), give(note, "two")]
        for each in promises:
            each.result(10)
        assert len(kept) == 3  # likewise; the long one asks for nothing


def test_who_does_not_wait_any_more_is_passed_over_and_an_end_of_the_loop_harms_nobody(sqlite: Database) -> None:
    async def give_up() -> None:
        with crowd(sqlite) as give:
            gone = asyncio.create_task(sqlite.transact(note, "gone"))
            stays = asyncio.create_task(sqlite.transact(note, "stays"))
            await asyncio.sleep(0.01)
            gone.cancel()
            threads = give(note, "from a thread")
        assert await stays == "stays"
        assert await asyncio.wrap_future(threads) == "from a thread"
        with pytest.raises(asyncio.CancelledError):
            await gone

    async def leave() -> None:
        busy = asyncio.create_task(sqlite.transact(lambda _: time.sleep(0.1)))
        await asyncio.sleep(0.01)
        busy.cancel()

    asyncio.run(give_up())
    asyncio.run(leave())
    assert sqlite.run(noted) == ["from a thread", "stays"]


def test_what_was_given_before_the_end_is_done_and_nothing_after(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with crowd(database) as give:
        promises = [give(note, f"d{number}") for number in range(5)]
    database.close()

    assert all(each.done() for each in promises)
    with pytest.raises(RuntimeError):
        database.run(noted)
    again = Database(sqlite_url)
    assert len(again.run(noted)) == 5
    again.close()
