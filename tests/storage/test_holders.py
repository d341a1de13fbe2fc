"""Several processes and a clock that jumps: a lane stays with who is still sending there, and with nobody who is gone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import psycopg
import pytest
from sqlalchemy import text
from sqlmodel import Session

from bot.port import Way
from storage import Database, holders, outbox
from storage.claims import LEASE, claim
from storage.holders import CLASS, Watch
from storage.outbox import Announcement
from tests.conftest import Clock

OTHER = 4711
HOUR = timedelta(hours=1)


@contextmanager
def there(url: str) -> Iterator[None]:
    """Another process, as the database sees it."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s, %s)", (CLASS, OTHER))
        yield


def sent_by_another(database: Database, now: datetime) -> None:
    """Something is said, and another process claims it."""

    def work(session: Session) -> None:
        said = Announcement(lane=("slack", "T1", "C1"), way=Way.POST, subject="s:1", message="hello")
        outbox.announce_all(session, now, [said])
        assert len(claim(session, now, limit=5).rows) == 1
        session.connection().execute(text("UPDATE lanes SET holder = :other"), {"other": OTHER})

    database.run(work)


def found(database: Database, now: datetime, watch: Watch | None = None) -> list[bool]:
    """Whether each thing that can be claimed now may have arrived before."""
    return [each.unsure for each in database.run(claim, now, limit=5, watch=watch).rows]


def test_a_clock_that_jumps_takes_nothing_from_who_is_still_sending(
    postgresql: Database, postgresql_url: str, clock: Clock
) -> None:
    sent_by_another(postgresql, clock())
    with there(postgresql_url):
        assert found(postgresql, clock() + HOUR) == []
        assert found(postgresql, clock() + 2 * HOUR) == []


def test_who_is_gone_holds_nothing_longer_than_its_lease_and_a_moment(
    postgresql: Database, postgresql_url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent_by_another(postgresql, clock())
    with there(postgresql_url):
        pass
    watch = Watch()
    assert found(postgresql, clock() + LEASE / 2, watch) == []
    assert found(postgresql, clock() + LEASE, watch) == []
    monkeypatch.setattr(holders, "MISSED", 0.0)
    assert found(postgresql, clock() + 2 * LEASE, watch) == [True]


def test_who_loses_their_connection_for_a_moment_is_not_gone(
    postgresql: Database, postgresql_url: str, clock: Clock
) -> None:
    sent_by_another(postgresql, clock())
    watch = Watch()
    assert found(postgresql, clock() + HOUR, watch) == []
    with there(postgresql_url):
        assert found(postgresql, clock() + 2 * HOUR, watch) == []


def test_who_is_there_and_never_lets_go_is_not_waited_for_endlessly(
    postgresql: Database, postgresql_url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent_by_another(postgresql, clock())
    watch = Watch()
    with there(postgresql_url):
        assert found(postgresql, clock() + HOUR, watch) == []
        monkeypatch.setattr(holders, "LONGEST", 0.0)
        assert found(postgresql, clock() + 2 * HOUR, watch) == [True]


def test_what_is_only_held_by_a_limit_waits_for_nobody(postgresql: Database, postgresql_url: str, clock: Clock) -> None:
    sent_by_another(postgresql, clock())
    waits = text("UPDATE outbox SET state = 'waiting'")  # it came back, and the lane has to pause
    postgresql.run(lambda session: session.connection().execute(waits))
    with there(postgresql_url):
        assert found(postgresql, clock() + LEASE) == [False]


def test_a_process_that_listens_is_seen_to_be_there_until_it_ends(postgresql: Database) -> None:
    heard = threading.Event()
    listener = postgresql.listen(heard.set)
    assert listener is not None
    assert heard.wait(5)
    held = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = :class AND objid = :number")

    def count(session: Session) -> int:
        return int(session.connection().execute(held, {"class": CLASS, "number": holders.me()}).scalar_one())

    assert postgresql.run(count) == 1
    listener.close()
    assert postgresql.run(count) == 0
