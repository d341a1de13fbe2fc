"""How fast anything is sent: as the platform allows, whichever process sends, and nobody slowed by somebody else's many."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.port import Later, Parcel, Way
from bot.rules.pacing import Limit, Pace
from storage import Database, claims
from tests.conftest import Clock
from tests.fakes.recorder import EVERYTHING, Recorder, until
from tests.fakes.statements import statements
from tests.scheduler.test_delivery import House, only, says

PACE = Pace(
    channel=(Limit(1, 1.0),),
    counted=frozenset({Way.POST}),
    shared={"posts": (Limit(3, 1.0),), "edits": (Limit(1, 0.1),)},
    pools={Way.POST: "posts", Way.EDIT: "edits"},
)


def paced(pace: Pace = PACE) -> Recorder:
    return Recorder(can=replace(EVERYTHING, pace=pace))


@pytest.fixture
def house(database: Database, clock: Clock) -> House:
    return House(database, clock, paced())


def said(house: House) -> list[str]:
    return [str(parcel.content.title[0]) for parcel in house.slack.taken]


def through(house: House, seconds: float, step: float = 0.25) -> list[tuple[float, Parcel]]:
    """Let the time pass; gives what was taken, and after how many seconds."""
    came: list[tuple[float, Parcel]] = []
    for number in range(int(seconds / step) + 1):
        before = len(house.slack.taken)
        house.deliver()
        came += [(number * step, parcel) for parcel in house.slack.taken[before:]]
        house.clock.passes(seconds=step)
    return came


def test_a_channel_takes_one_a_second_and_another_is_not_slowed_by_it(house: House) -> None:
    for number in range(3):
        house.say(f"{number}", subject=f"s:{number}")
    house.say("elsewhere", channel="C2")

    came = through(house, 3)
    assert [at for at, parcel in came if parcel.channel == "C1"] == [0, 1, 2]
    assert [at for at, parcel in came if parcel.channel == "C2"] == [0]


def test_what_does_not_count_in_a_channel_takes_nothing_of_its_limit(house: House) -> None:
    house.card("open")
    house.deliver()
    house.clock.passes(seconds=1)
    house.changes("closed")
    house.say("and a word", subject="digest:1")
    house.deliver()

    assert [parcel.way for parcel in house.slack.taken] == [Way.POST, Way.EDIT, Way.POST]


def test_a_tenants_channels_share_a_limit_and_another_tenant_has_its_own(house: House) -> None:
    for number in range(6):
        house.say("hello", channel=f"C{number}")
    house.say("only this", tenant="T2", channel="D1")

    came = through(house, 4)
    assert [at for at, parcel in came if parcel.tenant == "T1"] == [0, 0, 0, 1, 2, 3]
    assert [at for at, parcel in came if parcel.tenant == "T2"] == [0]


def test_a_limit_that_is_spent_for_edits_lets_posts_go(house: House) -> None:
    for number in range(2):
        house.card("open", subject=f"s:{number}", channel=f"C{number}")
    house.deliver()
    house.clock.passes(seconds=5)
    for number in range(2):
        house.changes("closed", subject=f"s:{number}")
    house.say("a word", channel="C9")

    came = through(house, 12)
    assert [at for at, parcel in came if parcel.way is Way.EDIT] == [0, 10]
    assert [at for at, parcel in came if parcel.way is Way.POST] == [0]


def test_what_is_urgent_takes_the_next_free_place_of_a_limit(house: House) -> None:
    for number in range(20):
        house.say("chat", subject=f"digest:{number}", channel=f"C{number}")
    house.deliver()
    house.say("the rig is on fire", channel="C99", urgent=True)
    house.clock.passes(seconds=1)
    house.deliver()

    assert said(house) == ["chat", "chat", "chat", "the rig is on fire"]


def test_a_limit_holds_for_several_processes_together(house: House) -> None:
    for number in range(12):
        house.say("hello", channel=f"C{number}")

    async def both() -> None:
        one, other = house.delivery(), house.delivery()
        await asyncio.gather(one.drain(), other.drain())

    for _ in range(4):
        asyncio.run(both())
        house.clock.passes(seconds=1)
    assert len(house.slack.taken) == 3 + 3


def test_where_the_platform_asks_to_wait_nobody_sends_that_way_to_the_tenant_before(house: House) -> None:
    house.slack.goes_wrong = only(1, Later("ratelimited", after=30, wide=True), says("first"))
    house.say("first")
    house.deliver()
    for number in range(2):
        house.say("hello", channel=f"C1{number}")
    house.say("only this", tenant="T2", channel="D1")
    house.clock.passes(seconds=29)
    house.deliver()  # another process: it knows from the database alone
    assert said(house) == ["only this"]

    house.clock.passes(seconds=11)
    house.deliver()
    assert sorted(said(house)) == ["first", "hello", "hello", "only this"]


def test_what_was_claimed_before_the_platform_asked_to_wait_is_not_sent_before_either(
    sqlite: Database, clock: Clock
) -> None:
    house = House(sqlite, clock, paced(Pace(shared={"posts": (Limit(50, 1.0),)}, pools={Way.POST: "posts"})))
    house.slack.takes = 0.02
    house.slack.goes_wrong = only(1000, Later("ratelimited", after=30, wide=True))
    for number in range(20):
        house.say("hello", channel=f"C{number}")
    asyncio.run(house.delivery(in_flight=2, of_one=2).drain())
    assert len(house.slack.tried) == 2  # those that were on their way together

    house.slack.goes_wrong = lambda parcel: None
    house.clock.passes(seconds=40)
    house.deliver()
    assert len(house.slack.taken) == 20


# In turns ------------------------------------------------------------------------------------------------------------


def crowd(house: House, tenant: str, many: int, **more: Any) -> None:
    for number in range(many):
        house.say("chat", tenant=tenant, subject=f"digest:{number}", channel=f"C{number}", **more)


def order(house: House, **options: Any) -> list[str]:
    asyncio.run(house.delivery(**options).drain())
    return [parcel.tenant for parcel in house.slack.tried]


def test_what_is_urgent_goes_before_what_is_not_whoever_it_is_for(sqlite: Database, clock: Clock) -> None:
    house = House(sqlite, clock)
    crowd(house, "T1", 20)
    house.say("the rig is on fire", channel="C99", urgent=True)
    house.say("theirs as well", tenant="T2", urgent=True)

    asyncio.run(house.delivery(in_flight=1, of_one=1).drain())
    assert set(said(house)[:2]) == {"the rig is on fire", "theirs as well"}


def test_a_tenant_with_much_that_is_urgent_does_not_take_the_turns_of_the_others(
    sqlite: Database, clock: Clock
) -> None:
    house = House(sqlite, clock)
    crowd(house, "T1", 30, urgent=True)
    for tenant in ("T2", "T3"):
        crowd(house, tenant, 3, urgent=True)

    tenants = order(house, in_flight=1, of_one=1)
    assert tenants[:9] in ([*("T1", "T2", "T3")] * 3, [*("T2", "T3", "T1")] * 3, [*("T3", "T1", "T2")] * 3)


def test_urgent_words_go_out_while_a_tenants_routine_hangs(sqlite: Database, clock: Clock) -> None:
    class Hanging(Recorder):
        async def deliver(self, parcel: Parcel) -> Any:
            if parcel.content.title == ("chat",):
                await asyncio.sleep(30)
            return await super().deliver(parcel)

    house = House(sqlite, clock, Hanging())
    crowd(house, "T1", 60)

    async def story() -> None:
        delivery = house.delivery(in_flight=8, of_one=8)
        await delivery.start()
        await until(lambda: len(delivery._sending) >= 8)
        await asyncio.to_thread(house.say, "the rig is on fire", channel="C99", urgent=True)
        delivery.wake()
        await until(lambda: said(house) == ["the rig is on fire"], seconds=5)
        for task in {*delivery._sending.values()}:
            task.cancel()
        await delivery.stop()

    asyncio.run(story())


def test_what_waits_costs_a_claim_no_statement_and_no_row_more(database: Database, clock: Clock) -> None:
    house = House(database, clock)

    def asked(what: Iterable[Any]) -> int:
        for each in what:
            house.say("hello", channel=f"C{each}")
        with statements() as made:
            found = database.run(claims.claim, clock(), limit=4).rows
        assert len(found) == 4
        asyncio.run(house.delivery().drain())
        return len(made)

    few = asked(range(4))
    for number in range(60):
        house.say("later", channel=f"L{number}", due_at=clock() + timedelta(hours=1))
    for number in range(60):
        house.say("much in one channel", subject=f"m:{number}", channel="ONE")
    clock.passes(minutes=2)
    assert asked(range(4)) <= few + 2
