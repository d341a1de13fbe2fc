"""A schema grows without a gap: it only ever adds, it waits for nobody who works, and who is older or newer goes on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    create_engine,
    text,
)
from sqlmodel import Session

from bot.app import App
from bot.settings import Settings
from storage import Database, Unavailable, migrations
from storage.migrations import beside
from tests.fakes.recorder import Recorder
from tests.storage.before import REVISION

VERSIONS = Path(migrations.__file__).parent / "versions"
RELEASES = sorted(each.name[1:5] for each in VERSIONS.glob("r[0-9]*.py"))


def taken_away(before: MetaData, after: MetaData) -> list[str]:
    """What code that knows the schema of before cannot live with."""
    faults = []
    for name, old in before.tables.items():
        new = after.tables.get(name)
        if new is None:
            faults.append(f"{name} is gone")
            continue
        for column in old.columns:
            now = new.columns.get(column.name)
            if now is None:
                faults.append(f"{name}.{column.name} is gone")
            elif str(now.type) != str(column.type):
                faults.append(f"{name}.{column.name} is of another type")
            elif column.nullable and not now.nullable:
                faults.append(f"{name}.{column.name} must be given")
        for column in new.columns:
            if column.name not in old.columns and not column.nullable and column.server_default is None:
                faults.append(f"{name}.{column.name} must be given")
            if column.name not in old.columns and column.foreign_keys and not column.nullable:
                faults.append(f"{name}.{column.name} must refer to something")
        faults += [
            f"{name} refuses more" for each in sorted(_unique(new) - _unique(old)) if each <= set(old.columns.keys())
        ]
    return faults


def _unique(table: Table) -> set[frozenset[str]]:
    constraints = (each.columns for each in table.constraints if isinstance(each, UniqueConstraint))
    indexes = (each.columns for each in table.indexes if each.unique)
    return {frozenset(column.name for column in columns) for columns in (*constraints, *indexes)}


def reflected(connection: Connection) -> MetaData:
    schema = MetaData()
    schema.reflect(connection)
    return schema


@pytest.mark.parametrize("revision", [each for each in RELEASES if each > REVISION])
def test_a_revision_takes_nothing_from_the_release_before(revision: str) -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        migrations.upgrade(connection, f"{int(revision) - 1:04}")
        before = reflected(connection)
        migrations.upgrade(connection, revision)
        after = reflected(connection)

    assert before.tables
    assert taken_away(before, after) == []


@pytest.mark.parametrize(
    ("columns", "fault"),
    [
        ((), "notes is gone"),
        ((Column("id", Integer), Column("words", String)), "notes.said is gone"),
        ((Column("id", Integer), Column("said", Integer)), "notes.said is of another type"),
        ((Column("id", Integer), Column("said", String, nullable=False)), "notes.said must be given"),
        (
            (Column("id", Integer), Column("said", String), Column("by", String, nullable=False)),
            "notes.by must be given",
        ),
        ((Column("id", Integer), Column("said", String, unique=True)), "notes refuses more"),
        (
            (
                Column("id", Integer),
                Column("said", String),
                Column("by", ForeignKey("x.id"), nullable=False, server_default=""),
            ),
            "notes.by must refer to something",
        ),
        (
            (Column("id", Integer), Column("said", String), Column("by", String, nullable=False, server_default="")),
            None,
        ),
        ((Column("id", Integer), Column("said", String), Column("by", String)), None),
    ],
)
def test_what_a_revision_would_take_away_is_seen(columns: tuple[Column[object], ...], fault: str | None) -> None:
    before, after = MetaData(), MetaData()
    Table("notes", before, Column("id", Integer), Column("said", String))
    if columns:
        Table("notes", after, *columns)
    assert taken_away(before, after) == ([fault] if fault else [])


def test_revisions_are_numbers_one_after_the_other() -> None:
    assert [f"{number:04}" for number in range(1, len(RELEASES) + 1)] == RELEASES
    assert RELEASES[-1] == migrations.NEWEST


def test_a_process_that_is_older_than_the_schema_starts_and_stays_ready(database: Database) -> None:
    newer = f"{int(migrations.NEWEST) + 1:04}"

    def becomes(session: Session, revision: str) -> None:
        session.connection().execute(text("UPDATE alembic_version SET version_num = :it"), {"it": revision})

    async def meanwhile() -> None:
        app = App(Settings.model_construct(bellwether_port=0), database, [Recorder()])
        await database.transact(becomes, newer)
        await app.start()
        for _ in range(2000):
            if await app.ready() is None:
                break
            await asyncio.sleep(0.01)
        assert await app.ready() is None
        assert await database.read(lambda session: migrations.present(session.connection())) == newer
        await database.transact(becomes, migrations.NEWEST)
        await app.stop()

    asyncio.run(meanwhile())


@pytest.fixture
def grown(postgresql_empty: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of a PostgreSQL database of the release before; who migrates it is less patient than in earnest."""
    monkeypatch.setattr(beside, "_PATIENCE", "100ms")
    monkeypatch.setattr(beside, "_PAUSE", 0.1)
    url = postgresql_empty()
    database = Database(url)
    database.run(lambda session: migrations.upgrade(session.connection(), REVISION))
    database.close()
    return url


def until(seen: Callable[[], object]) -> None:
    for _ in range(1000):
        if seen():
            return
        time.sleep(0.01)
    raise AssertionError("it does not happen")


def test_nobody_queues_behind_a_migration_that_waits_for_a_table(grown: str) -> None:
    with (
        psycopg.connect(grown) as slow,
        psycopg.connect(grown, autocommit=True, options="-c statement_timeout=20s") as other,
        ThreadPoolExecutor(1) as pool,
    ):
        slow.execute("SELECT count(*) FROM lanes")  # and its transaction goes on and on
        database = Database(grown)
        done = pool.submit(database.migrate)
        waits = "SELECT 1 FROM pg_locks WHERE relation = 'lanes'::regclass AND NOT granted"
        for _ in range(3):
            until(lambda: other.execute(waits).fetchone())
            assert other.execute("SELECT count(*) FROM lanes").fetchone() == (0,)
        assert not done.done()

        slow.rollback()
        done.result(60)
        assert database.current()
        database.close()


def test_a_table_that_is_never_free_is_said_and_nothing_was_changed(
    grown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beside, "_TRIES", 2)
    with psycopg.connect(grown) as slow:
        slow.execute("SELECT count(*) FROM lanes")
        database = Database(grown)
        with pytest.raises(Unavailable, match="lock timeout"):
            database.migrate()
        assert database.run(lambda session: migrations.present(session.connection())) == REVISION

    database.migrate()
    assert database.current()
    database.close()


def test_everybody_writes_on_while_an_index_is_built(grown: str) -> None:
    planned = (
        "INSERT INTO timers (kind, subject, once, turn, state, tries, trouble, due_at, planned_for) "
        "VALUES ('k', 's', %s, 0, 'waiting', 0, '', now(), now())"
    )
    with (
        psycopg.connect(grown) as slow,
        psycopg.connect(grown, autocommit=True, options="-c statement_timeout=20s") as other,
        ThreadPoolExecutor(1) as pool,
    ):
        slow.execute(planned, ["one"])
        database = Database(grown)
        done = pool.submit(database.migrate)
        until(lambda: other.execute("SELECT 1 FROM pg_stat_progress_create_index").fetchone())
        other.execute(planned, ["two"])
        assert not done.done()

        slow.commit()
        done.result(60)
        assert other.execute("SELECT count(*) FROM timers").fetchone() == (2,)
        assert other.execute("SELECT count(*) FROM pg_index WHERE NOT indisvalid").fetchone() == (0,)
        database.close()


def test_an_index_that_was_not_built_to_its_end_is_built_anew(grown: str) -> None:
    with psycopg.connect(grown, autocommit=True) as other:
        other.execute("CREATE INDEX ix_timers_past ON timers (due_at) WHERE state IN ('fired','dropped')")
        other.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_timers_past'::regclass")
        database = Database(grown)
        database.migrate()
        assert other.execute("SELECT count(*) FROM pg_index WHERE NOT indisvalid").fetchone() == (0,)
        database.close()


def test_three_processes_that_start_together_bring_a_grown_database_up_to_date_once(grown: str) -> None:
    three = [Database(grown) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(Database.migrate, three))

    assert all(each.current() for each in three)
    for each in three:
        each.close()


def test_a_database_that_grew_has_what_a_fresh_one_has(grown: str, postgresql_migrated: str) -> None:
    def indexes(url: str) -> set[tuple[str, str]]:
        with psycopg.connect(url) as connection:
            rows = connection.execute("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'")
            return {(str(name), str(what)) for name, what in rows}

    database = Database(grown)
    database.migrate()
    database.close()
    assert indexes(grown) == indexes(postgresql_migrated)
