"""Processes on one PostgreSQL tell each other that there is more to do."""

from __future__ import annotations

import contextlib
import threading
import time

import psycopg
from sqlmodel import Session

from storage import Database, waking


def soon(happened: threading.Event) -> bool:
    return happened.wait(5)


def test_what_another_process_tells_is_heard_and_what_oneself_tells_is_not(
    postgresql: Database, postgresql_url: str
) -> None:
    heard = threading.Event()
    listener = postgresql.listen(heard.set)
    assert listener
    assert soon(heard)  # once it listens
    heard.clear()

    postgresql.run(waking.tell)
    with psycopg.connect(postgresql_url, autocommit=True) as other:
        assert not heard.wait(0.3)
        other.execute("NOTIFY bellwether, 'somebody else'")
    assert soon(heard)
    listener.close()


def test_nothing_is_told_of_what_was_rolled_back(postgresql: Database, postgresql_url: str) -> None:
    with psycopg.connect(postgresql_url, autocommit=True) as other:
        other.execute("LISTEN bellwether")

        def fails(session: Session) -> None:
            waking.tell(session)
            raise ValueError("never mind")

        with contextlib.suppress(ValueError):
            postgresql.run(fails)
        assert not [*other.notifies(timeout=0.2)]
        postgresql.run(waking.tell)
        assert len([*other.notifies(timeout=5, stop_after=1)]) == 1


def test_a_listener_whose_connection_was_cut_listens_again(postgresql: Database, postgresql_url: str) -> None:
    heard = threading.Event()
    listener = postgresql.listen(heard.set)
    assert listener
    assert soon(heard)
    heard.clear()
    with psycopg.connect(postgresql_url, autocommit=True) as other:
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"
        other.execute(cut)
        assert soon(heard)  # connected again
        heard.clear()
        time.sleep(0.05)
        other.execute("NOTIFY bellwether, 'somebody else'")
        assert soon(heard)
    listener.close()


def test_alone_on_sqlite_there_is_nobody_to_hear(sqlite: Database) -> None:
    assert sqlite.listen(lambda: None) is None
    sqlite.run(waking.tell)
