"""Under a crowd: who can wait least goes first, nobody waits longer than they can, and who is turned away leaves no trace."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest
from sqlmodel import Session, select

from bot.port import Busy
from storage import Database
from storage.gate import Gate, Lag
from storage.tables import Person

AT_ONCE = 4


class Doorway:
    """Holds up every transaction until it is opened; `begun` names those that began, in order."""

    def __init__(self) -> None:
        self.open, self.begun = threading.Event(), []  # type: ignore[var-annotated]

    def work(self, session: Session, name: str) -> str:
        self.begun.append(name)
        session.add(Person(name=name))
        assert self.open.wait(10)
        return name


@pytest.fixture
def doorway() -> Iterator[Doorway]:
    found = Doorway()
    yield found
    found.open.set()


def names(session: Session) -> list[str]:
    return sorted(session.exec(select(Person.name)))


def test_what_finds_room_is_done_and_answered(sqlite: Database, doorway: Doorway) -> None:
    doorway.open.set()

    async def story() -> list[str]:
        gate = Gate(sqlite, AT_ONCE)
        return await asyncio.gather(*(gate.transact(10, doorway.work, f"p{n:02}") for n in range(30)))

    assert asyncio.run(story()) == [f"p{n:02}" for n in range(30)]
    assert doorway.begun == [f"p{n:02}" for n in range(30)]
    assert len(sqlite.run(names)) == 30


def test_who_waited_in_vain_is_turned_away_without_a_trace_and_may_come_again(
    sqlite: Database, doorway: Doorway
) -> None:
    async def story() -> None:
        gate = Gate(sqlite, AT_ONCE)
        first = asyncio.ensure_future(gate.transact(10, doorway.work, "first"))
        others = [asyncio.ensure_future(gate.transact(0.1, doorway.work, f"p{n}")) for n in range(20)]
        told = await asyncio.gather(*others, return_exceptions=True)
        assert [type(each) for each in told] == [Busy] * 20
        assert not first.done()
        doorway.open.set()
        assert await first == "first"
        again = [gate.transact(10, doorway.work, f"p{n}") for n in range(20)]
        assert await asyncio.gather(*again) == [f"p{n}" for n in range(20)]

    asyncio.run(story())
    assert sorted(doorway.begun) == sqlite.run(names)
    assert len(doorway.begun) == 21


def test_what_was_begun_is_waited_for_however_long_it_takes(sqlite: Database, doorway: Doorway) -> None:
    async def story() -> None:
        gate = Gate(sqlite, AT_ONCE)
        slow = asyncio.ensure_future(gate.transact(0.05, doorway.work, "slow"))
        await asyncio.sleep(0.3)
        assert not slow.done()
        doorway.open.set()
        assert await slow == "slow"

    asyncio.run(story())


def test_who_can_wait_least_goes_first_and_among_equals_who_came_first(sqlite: Database, doorway: Doorway) -> None:
    async def story() -> None:
        gate = Gate(sqlite, 1)
        coming = [gate.transact(9, doorway.work, "holds the door")]
        coming += [gate.transact(patience, doorway.work, f"{patience} {n}") for n in range(3) for patience in (8, 2)]
        tasks = [asyncio.ensure_future(each) for each in coming]
        await asyncio.sleep(0.05)
        doorway.open.set()
        await asyncio.gather(*tasks)

    asyncio.run(story())
    assert doorway.begun == ["holds the door", "2 0", "2 1", "2 2", "8 0", "8 1", "8 2"]


def test_whoever_went_away_while_waiting_takes_nobodys_place(sqlite: Database, doorway: Doorway) -> None:
    async def story() -> None:
        gate = Gate(sqlite, 1)
        first = asyncio.ensure_future(gate.transact(9, doorway.work, "first"))
        gone = [asyncio.ensure_future(gate.transact(9, doorway.work, "gone")) for _ in range(5)]
        await asyncio.sleep(0.05)
        for each in gone:
            each.cancel()
        await asyncio.gather(*gone, return_exceptions=True)
        doorway.open.set()
        await first
        assert await gate.transact(9, doorway.work, "last") == "last"

    asyncio.run(story())
    assert doorway.begun == ["first", "last"]


def test_whoever_comes_alone_is_served_however_late_the_loop_was(sqlite: Database) -> None:
    async def story() -> None:
        gate = Gate(sqlite, 2)
        for _ in range(3):
            assert await gate.transact(0.6, lambda session: 7) == 7
            time.sleep(0.8)  # noqa: ASYNC251  (the loop is held up by others)

    asyncio.run(story())


def test_what_passed_while_the_loop_was_busy_with_others_is_known() -> None:
    async def story() -> None:
        lag = Lag()
        assert lag.now() < 0.1
        await asyncio.sleep(0.1)
        time.sleep(0.5)  # noqa: ASYNC251
        assert lag.now() >= 0.4

    asyncio.run(story())


def test_a_failure_gives_its_place_back(sqlite: Database) -> None:
    def fails(session: Session) -> None:
        raise KeyError("this one")

    async def story() -> None:
        gate = Gate(sqlite, 2)
        for _ in range(6):
            with pytest.raises(KeyError):
                await gate.transact(1, fails)
        assert await gate.transact(1, lambda session: 7) == 7

    asyncio.run(story())
