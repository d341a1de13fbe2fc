"""For one release old and new processes share a database: the schema is the new one, and both do their work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from bot.messages import Message
from bot.pack import pack
from bot.port import Parcel, Way
from storage import Database, migrations, outbox, timers
from tests.conftest import Clock
from tests.house import HOMES, House
from tests.storage.before import LEASE, REVISION, Before, reflected

NORTH = (HOMES["north"].platform, HOMES["north"].tenant, HOMES["north"].channel)


@pytest.fixture(params=["sqlite", "postgresql"])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Database, Before]]:
    """A database that was made by the release before and brought up to date, with the old process's view of it."""
    empty: Callable[[], str] = request.getfixturevalue("postgresql_empty") if request.param == "postgresql" else str
    database = Database(empty() or f"sqlite:///{tmp_path / 'shared.db'}")
    database.run(lambda session: migrations.upgrade(session.connection(), REVISION))
    before = Before(database.run(lambda session: reflected(session.connection())))
    database.migrate()
    yield database, before
    database.close()


@pytest.fixture
def old(shared: tuple[Database, Before]) -> Before:
    return shared[1]


@pytest.fixture
def new(shared: tuple[Database, Before], clock: Clock) -> Iterator[House]:
    house = House(shared[0], clock).begun()
    yield house
    house.close()


def packed(words: str) -> str:
    return pack(Message((words,)), Message)


def announced(session: Session, words: str, clock: Clock) -> None:
    """The new process has something to say in the same room."""
    lane = outbox.lane(session, *NORTH)
    outbox.announce(session, now=clock(), lane=lane, way=Way.POST, subject="note:1", message=packed(words))


def said(house: House) -> list[str]:
    return house.chats["slack"].words(HOMES["north"].channel)


def test_what_an_old_process_announces_a_new_one_sends(old: Before, new: House, clock: Clock) -> None:
    new.database.run(old.announce, NORTH, packed("One."), clock())
    new.delivers()
    new.database.run(old.announce, NORTH, packed("Two."), clock())
    new.delivers()

    assert said(new) == ["One.", "Two."]


def test_a_channel_that_an_old_process_sends_to_is_left_to_it(old: Before, new: House, clock: Clock) -> None:
    new.database.run(announced, "One.", clock)
    row, lane = new.database.run(old.claim, clock()) or (0, 0)
    new.database.run(announced, "Two.", clock)
    new.delivers()
    assert said(new) == []

    new.database.run(old.settle, row, lane, clock())
    new.delivers()
    assert said(new) == ["Two."]


def test_a_new_process_looks_after_the_channel_of_an_old_one_that_died(old: Before, new: House, clock: Clock) -> None:
    new.database.run(announced, "One.", clock)
    assert new.database.run(old.claim, clock())
    clock.passes(seconds=LEASE.total_seconds() + 1)
    new.delivers()
    clock.passes(minutes=5)
    new.delivers()

    assert said(new) == ["One."]
    assert new.chats["slack"].looked_for, "it may have arrived"


def test_a_channel_that_a_new_process_sends_to_is_left_to_it(old: Before, new: House, clock: Clock) -> None:
    claims: list[Any] = []

    def meanwhile(_: Parcel) -> None:
        claims.append(new.database.run(old.claim, clock()))

    new.chats["slack"].goes_wrong = meanwhile
    for words in ("One.", "Two."):
        new.database.run(announced, words, clock)
    new.delivers()

    assert said(new) == ["One.", "Two."]
    assert claims == [None, None]


def test_an_old_process_sends_what_a_new_one_announced(old: Before, new: House, clock: Clock) -> None:
    for words in ("One.", "Two."):
        new.database.run(announced, words, clock)
    for _ in range(2):
        row, lane = new.database.run(old.claim, clock()) or (0, 0)
        new.database.run(old.settle, row, lane, clock())

    assert new.database.run(old.claim, clock()) is None
    new.delivers()
    assert said(new) == [], "nothing is sent twice"


def test_what_an_old_process_plans_a_new_one_does_and_the_other_way_round(
    old: Before, new: House, clock: Clock
) -> None:
    new.database.run(old.plan, "nobody.knows", "note:1", clock())
    new.loop.run_until_complete(new.metronome.tick())
    assert [kind for kind, *_ in new.database.run(timers.parked)] == ["nobody.knows"]

    later = clock() + timedelta(days=400)
    new.database.run(lambda session: timers.plan(session, kind="k", subject="note:2", due_at=later, once="once"))
    assert "k" in new.database.run(old.fire, later)
    assert new.database.run(old.fire, later) == []
    assert [each.kind for each in new.database.run(timers.claim, later)] == []
