"""One transaction is one transaction, on both databases."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlmodel import Session, select

from storage import Database, Unavailable
from storage.tables import Inbox, Partnership

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def found(session: Session, name: str, at: datetime = NOW) -> int:
    partnership = Partnership(name=name, created_at=at)
    session.add(partnership)
    session.flush()
    assert partnership.id
    return partnership.id


def names(session: Session) -> list[str]:
    return sorted(session.exec(select(Partnership.name)).all())


def test_what_a_transaction_wrote_is_there_afterwards(database: Database) -> None:
    number = asyncio.run(database.transact(found, "Harbour"))

    assert number > 0
    assert asyncio.run(database.read(names)) == ["Harbour"]
    assert database.run(names) == ["Harbour"]


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    def half(session: Session) -> None:
        found(session, "Harbour")
        raise LookupError("no such side")

    with pytest.raises(LookupError, match="no such side"):
        asyncio.run(database.transact(half))
    assert database.run(names) == []


def test_an_instant_comes_back_as_it_was_kept_and_in_utc(database: Database) -> None:
    at = datetime.fromisoformat("2026-03-29T02:30:00.123456+05:30")
    database.run(found, "Harbour", at)

    kept = database.run(lambda session: session.exec(select(Partnership.created_at)).one())
    assert kept == at
    assert kept.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="a time without a zone"):
        database.run(found, "Harbour", datetime(2026, 11, 2, 9, 0))  # noqa: DTZ001
    assert database.run(names) == []


def test_reading_cannot_write(database: Database) -> None:
    with pytest.raises((Unavailable, DBAPIError)):
        asyncio.run(database.read(found, "Harbour"))
    assert database.run(names) == []


def test_the_event_loop_goes_on_while_the_database_works(sqlite: Database) -> None:
    released = threading.Event()

    async def both() -> bool:
        slow = asyncio.create_task(sqlite.transact(lambda session: released.wait(5)))
        await asyncio.sleep(0.05)
        assert await sqlite.read(names) == []  # readers do not queue behind the writer
        released.set()
        return await slow

    assert asyncio.run(both())


def test_what_refers_to_nothing_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError):
        database.run(
            lambda session: session.connection().execute(
                text("INSERT INTO room_partnerships (room_id, partnership_id) VALUES (77, 77)")
            )
        )


def test_a_database_that_cannot_be_reached_is_unavailable_and_not_alive(tmp_path: Path) -> None:
    for url in (
        f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.db'}",
        "postgresql://x@127.0.0.1:1/x?connect_timeout=1",
    ):
        database = Database(url)
        with pytest.raises(Unavailable):
            database.run(names)
        assert not asyncio.run(database.alive())
        database.close()


def test_a_fault_in_a_statement_is_not_mistaken_for_an_outage(database: Database) -> None:
    with pytest.raises(DBAPIError):
        database.run(lambda session: session.connection().execute(text("SELECT nonsense FROM nowhere")))


def test_a_deadlock_is_run_again_until_it_goes_through(postgresql: Database) -> None:
    first, second = (postgresql.run(found, name) for name in ("Harbour", "Valley"))
    meet = threading.Barrier(2, timeout=5)
    runs: list[int] = []

    def touch_both(session: Session, one: int, other: int) -> None:
        runs.append(one)
        for number in (one, other):
            session.connection().execute(text("UPDATE partnerships SET seq = seq + 1 WHERE id = :id"), {"id": number})
            if len(runs) <= 2 and number == one:
                meet.wait()

    with ThreadPoolExecutor(2) as pool:
        for done in [
            pool.submit(postgresql.run, touch_both, first, second),
            pool.submit(postgresql.run, touch_both, second, first),
        ]:
            done.result(20)

    assert len(runs) > 2
    assert postgresql.run(lambda session: session.exec(select(Partnership.seq)).all()) == [2, 2]


def test_a_server_that_came_back_is_used_again_at_once(postgresql: Database) -> None:
    postgresql.run(found, "Harbour")
    with pytest.raises(Unavailable):  # the one that cuts all lines cuts its own too
        postgresql.run(
            lambda session: session.connection().execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()")
            )
        )

    assert postgresql.run(names) == ["Harbour"]


def test_a_memory_database_lasts_as_long_as_it_is_open() -> None:
    database = Database("sqlite://")
    assert not database.current()
    database.migrate()
    database.run(found, "Harbour")

    assert database.current()
    assert asyncio.run(database.read(names)) == ["Harbour"]
    database.close()


def test_nothing_acknowledged_is_lost_to_a_power_cut(sqlite: Database) -> None:
    def pragmas(session: Session) -> list[object]:
        return [
            session.connection().execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]

    assert sqlite.run(pragmas) == ["wal", 2, 1]


def test_two_processes_that_start_together_migrate_once(tmp_path: Path, postgresql_empty: Callable[[], str]) -> None:
    for url in (f"sqlite:///{tmp_path / 'new.db'}", postgresql_empty()):
        both = [Database(url), Database(url)]
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(Database.migrate, both))

        assert all(each.current() for each in both)
        assert both[0].run(lambda session: session.exec(select(Inbox)).all()) == []
        for each in both:
            each.close()


def test_the_migrations_make_exactly_the_tables_of_the_code(database: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from sqlmodel import SQLModel

    def differences(session: Session) -> list[object]:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        return list(compare_metadata(context, SQLModel.metadata))

    assert database.run(differences) == []


def test_a_schema_of_another_age_is_noticed(sqlite: Database) -> None:
    assert sqlite.current()
    sqlite.run(lambda session: session.connection().execute(text("UPDATE alembic_version SET version_num = 'older'")))
    assert not sqlite.current()


def test_the_newest_revision_is_named_and_a_start_with_nothing_to_do_does_without_alembic(sqlite_url: str) -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    from storage import migrations

    folder = str(Path(migrations.__file__).parent)
    config = Config()
    config.set_main_option("script_location", folder)
    assert ScriptDirectory.from_config(config).get_heads() == [migrations.NEWEST]

    start = "import sys, storage; database = storage.Database(sys.argv[1]); database.migrate(); print('alembic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", start, sqlite_url], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_postgresql_compiles_no_statement_for_longer_than_it_runs(postgresql: Database) -> None:
    assert postgresql.run(lambda session: session.connection().execute(text("SHOW jit")).scalar_one()) == "off"
