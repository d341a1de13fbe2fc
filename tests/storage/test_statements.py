"""Statements that are prepared once: the same values both ways, and the same errors, as by SQLAlchemy's own way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import bindparam, insert, select, text
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError
from sqlmodel import Session

from storage import Database
from storage.statements import Prepared, savepoint, table
from tests.fakes.statements import statements

PARTNERSHIPS = table("partnerships")
INBOX = table("inbox")
FOUND = Prepared(
    lambda _: insert(PARTNERSHIPS).returning(PARTNERSHIPS.c.id),
    [
        "name",
        "purpose",
        "strategic",
        "status",
        "created_at",
        "paused_at",
        "escalations",
        "celebrations",
        "seq",
        "head",
        "revision",
    ],
)
LOOK = Prepared(
    lambda _: select(PARTNERSHIPS.c.name, PARTNERSHIPS.c.strategic, PARTNERSHIPS.c.status, PARTNERSHIPS.c.created_at,
                     PARTNERSHIPS.c.paused_at).where(PARTNERSHIPS.c.id == bindparam("of"), PARTNERSHIPS.c.seq == 0)
)  # fmt: skip
NOTE = Prepared(
    lambda insert: insert(INBOX).on_conflict_do_nothing().returning(INBOX.c.delivery),
    ["platform", "tenant", "delivery", "at"],
)
WHOLE = Prepared(lambda _: insert(INBOX), ["platform", "tenant", "delivery", "at"])
AT = datetime(2026, 11, 2, 10, 0, tzinfo=timezone(timedelta(hours=1)))
ROW = {"name": "100% “Ådne” :x %s ?", "purpose": "", "strategic": True, "status": "active", "created_at": AT,
       "paused_at": None, "escalations": 0, "celebrations": 0, "seq": 0, "head": "", "revision": 0}  # fmt: skip


def delivery(name: str) -> dict[str, object]:
    return {"platform": "slack", "tenant": "T", "delivery": name, "at": AT}


def test_values_go_through_their_types_both_ways(database: Database) -> None:
    def there_and_back(session: Session) -> tuple[object, ...] | None:
        ((id,),) = FOUND.all(session, **ROW)
        return LOOK.first(session, of=id)

    found = database.run(there_and_back)
    assert found == (ROW["name"], True, "active", datetime(2026, 11, 2, 9, 0, tzinfo=UTC), None)
    assert type(found[2]).__name__ == "Status"
    assert found[3].tzinfo is UTC


def test_nothing_found_is_none(database: Database) -> None:
    assert database.run(lambda session: LOOK.first(session, of=77)) is None


def test_each_of_many_gives_its_own_rows(database: Database) -> None:
    def twice(session: Session) -> list[list[tuple[object, ...]]]:
        assert NOTE.rows(session, []) == []
        return NOTE.rows(session, [delivery("one"), delivery("two"), delivery("one")])

    assert database.run(twice) == [[("one",)], [("two",)], []]


def test_many_are_written_in_one_go(database: Database) -> None:
    def count(session: Session) -> int:
        with statements() as asked:
            WHOLE.each(session, [])
            WHOLE.each(session, [delivery("one"), delivery("two")])
        assert len(asked) == 1
        return int(session.connection().execute(text("SELECT count(*) FROM inbox")).scalar_one())

    assert database.run(count) == 2


@pytest.mark.parametrize("values", [{}, {"of": 1, "what": 2}])
def test_a_value_too_few_or_too_many_is_refused(sqlite: Database, values: dict[str, int]) -> None:
    with pytest.raises(KeyError):
        sqlite.run(lambda session: LOOK.all(session, **values))


def test_what_the_database_refuses_is_told_as_ever(database: Database) -> None:
    with pytest.raises(IntegrityError) as told:
        database.run(lambda session: WHOLE.each(session, [delivery("a secret"), delivery("a secret")]))
    assert "[parameters" not in str(told.value)
    with pytest.raises((OperationalError, ProgrammingError)):
        database.run(
            lambda session: Prepared(lambda _: select(table("inbox").c.at).where(text("nonsense"))).all(session)
        )


def test_a_line_that_was_cut_is_left_and_the_work_done_again(postgresql: Database) -> None:
    times: list[int] = []

    def cut(session: Session) -> tuple[object, ...] | None:
        times.append(1)
        pid = session.connection().execute(text("SELECT pg_backend_pid()")).scalar_one()
        if len(times) == 1:
            with postgresql._engine.connect() as other:
                other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        return LOOK.first(session, of=77)

    assert postgresql.run(cut) is None
    assert len(times) == 2


def test_what_was_done_since_a_savepoint_is_undone_as_often_as_asked(database: Database) -> None:
    def work(session: Session) -> None:
        WHOLE.each(session, [delivery("before")])
        undo = savepoint(session, "here")
        for _ in range(2):
            WHOLE.each(session, [delivery("after")])
            undo()
        WHOLE.each(session, [delivery("then")])

    database.run(work)
    kept = database.run(
        lambda session: session.connection().execute(text("SELECT delivery FROM inbox")).scalars().all()
    )
    assert sorted(kept) == ["before", "then"]
