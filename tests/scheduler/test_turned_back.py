"""A clock that is turned back: what was said before goes at once, what has an agreed time keeps it, and nothing goes twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from bot.messages import Message
from bot.pack import pack
from bot.port import Later, Way
from bot.rules.retrying import LOOK_AFTER
from bot.rules.rhythm import Tick
from bot.words import line
from scheduler import Metronome
from scheduler.delivery import Delivery
from scheduler.wall_clock import WallClock
from storage import Database, Unavailable, beats, claims, holders, outbox, timers, turned_back
from storage.claims import LEASE
from storage.holders import Watch
from storage.outbox import Announcement
from storage.tables import Lane, Outbox, Timer
from storage.turned_back import Caught
from tests.conftest import Clock
from tests.fakes.recorder import EVERYTHING, until
from tests.scheduler.test_delivery import House, only
from tests.scheduler.test_limits import PACE
from tests.storage.test_holders import HOUR, found, sent_by_another, there

ANNOUNCED = Announcement(
    lane=("slack", "T1", "C1"), way=Way.POST, subject="s:1", message=pack(Message(line("hello")), Message)
)


@pytest.fixture
def house(database: Database, clock: Clock) -> House:
    return House(database, clock)


def turn_back(house: House, by: timedelta = HOUR) -> None:
    """Turn the clock back, and let it be noticed."""
    house.clock.time -= by
    caught_up(house.database, house.clock(), Watch())


def caught_up(database: Database, now: datetime, watch: Watch) -> None:
    after: int | None = 0
    while after is not None:
        after = database.run(turned_back.catch_up, now, after, watch).after


def due(house: House) -> list[datetime]:
    return list(house.database.run(lambda session: session.exec(select(Outbox.due_at).order_by(col(Outbox.id))).all()))


def test_what_was_said_before_goes_at_once(house: House) -> None:
    house.say("hello")
    house.say("there", channel="C2")
    turn_back(house)
    house.say("again")
    house.deliver()
    assert house.slack.words("C1") == ["hello", "again"]
    assert house.slack.words("C2") == ["there"]


def test_without_that_it_would_wait(house: House) -> None:
    house.say("hello")
    house.clock.time -= HOUR
    house.deliver()
    assert house.slack.taken == []


def test_what_has_an_agreed_time_keeps_it(house: House) -> None:
    at = house.clock() + timedelta(minutes=10)
    house.say("good morning", subject="nudge:1", due_at=at)
    house.say("hello")
    turn_back(house)
    house.deliver()
    assert house.slack.words("C1") == ["hello"]
    assert due(house)[0] == at

    house.clock.time = at
    house.deliver()
    assert house.slack.words("C1") == ["hello", "good morning"]


def test_what_was_brought_forward_waits_for_no_agreed_time_any_more(house: House) -> None:
    house.card("open", due_at=house.clock() + timedelta(minutes=10))
    house.changes("changed", urgent=True)
    turn_back(house)
    house.deliver()
    assert house.slack.words("C1") == ["changed"]


def test_what_failed_waits_no_longer_than_after_any_failure(house: House) -> None:
    house.slack.goes_wrong = only(1, Later("out of order"))
    house.say("hello")
    house.deliver()
    turn_back(house)
    house.clock.passes(seconds=2)
    house.deliver()
    assert house.slack.words("C1") == ["hello"]


def test_nothing_is_held_for_longer_by_limits_or_by_what_a_platform_asked_for(house: House) -> None:
    house.slack.can = replace(EVERYTHING, pace=PACE)
    house.say("hello")
    house.deliver()
    house.slack.goes_wrong = only(1, Later("slower", after=30, wide=True))
    house.say("you there", channel="C2")
    house.deliver()
    turn_back(house)
    house.say("again")
    for _ in range(4):
        house.deliver()
        house.clock.passes(seconds=1)
    assert house.slack.words("C1") == ["hello", "again"]
    assert house.slack.words("C2") == ["you there"]


def test_what_is_being_sent_is_neither_sent_twice_nor_lost(house: House) -> None:
    house.slack.takes = 0.3

    async def story() -> None:
        delivery = house.delivery()
        await delivery.start()
        await asyncio.to_thread(house.say, "hello")
        await until(lambda: house.slack.tried)
        await asyncio.to_thread(turn_back, house)
        await asyncio.to_thread(house.say, "again")
        delivery.wake()
        await until(lambda: house.states() == ["sent", "sent"])
        await delivery.stop()

    asyncio.run(story())
    assert [parcel.content.title for parcel in house.slack.tried] == [("hello",), ("again",)]


def test_what_waits_behind_what_can_go_or_is_being_sent_is_not_forgotten(house: House) -> None:
    house.say("behind what is being sent", subject="s:1", channel="C1")
    house.say("behind what can go", subject="s:2", channel="C2")
    house.clock.time -= HOUR
    house.say("being sent", subject="s:3", channel="C1")
    house.database.run(claims.claim, house.clock(), limit=1)
    house.say("can go", subject="s:4", channel="C2")
    caught_up(house.database, house.clock(), Watch())
    assert {*due(house)} == {house.clock()}
    house.clock.time += LEASE
    house.deliver()
    assert {*house.states()} == {"sent"}


def test_what_a_process_that_is_gone_was_sending_is_looked_for_soon(
    postgresql: Database, postgresql_url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent_by_another(postgresql, clock())
    before, watch = clock() - HOUR, Watch()
    with there(postgresql_url):
        assert postgresql.run(turned_back.catch_up, before, 0, watch) == Caught(None, again=True)
        assert found(postgresql, before + LEASE) == []
    assert postgresql.run(turned_back.catch_up, before, 0, watch) == Caught(None, again=True)  # it may come back
    monkeypatch.setattr(holders, "MISSED", 0.0)
    assert postgresql.run(turned_back.catch_up, before, 0, watch) == Caught(None, again=False)
    assert found(postgresql, before) == []  # it may still be arriving
    assert found(postgresql, before + LOOK_AFTER) == [True]


def test_what_was_left_to_somebody_who_may_still_be_sending_is_looked_at_again_soon(
    postgresql: Database, postgresql_url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent_by_another(postgresql, clock())
    with there(postgresql_url):
        assert found(postgresql, clock() + HOUR) == []  # the clock was ahead for a moment
        caught_up(postgresql, clock() + LEASE, Watch())
    monkeypatch.setattr(holders, "MISSED", 0.0)
    assert found(postgresql, clock() + LEASE) == [True]


def test_a_schedule_that_changed_is_worked_out_at_once_and_agreed_times_stay(house: House) -> None:
    at = house.clock()
    times = {Tick.REPLAN: at, "digest.post": at, "failed": at + HOUR}

    def plan(session: Session) -> None:
        for kind, due_at in times.items():
            timers.plan(session, kind=kind, subject="partnership:1", due_at=due_at, once=kind)
        [failed] = session.exec(select(Timer).where(Timer.kind == "failed"))
        timers.retry(session, failed.id, at + HOUR, "out of order")

    house.database.run(plan)
    turn_back(house)
    found = house.database.run(timers.waiting, "partnership:1")
    assert {each.kind: each.due_at for each in found} == {
        Tick.REPLAN: at - HOUR,
        "failed": at - HOUR,
        "digest.post": at,
    }


def test_many_lanes_are_gone_through_in_slices(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    many = [
        Announcement(lane=("slack", "T1", f"C{each}"), way=Way.POST, subject="s:1", message="hello")
        for each in range(1201)
    ]
    house.database.run(outbox.announce_all, house.clock(), many)
    turn_back(house)
    assert {*due(house)} == {house.clock()}


def test_nothing_changes_when_it_is_noticed_twice(house: House) -> None:
    house.say("hello")
    house.say("later", due_at=house.clock() + HOUR, channel="C2")
    turn_back(house)
    then = house.database.run(everything)
    caught_up(house.database, house.clock(), Watch())
    assert house.database.run(everything) == then


def everything(session: Session) -> list[object]:
    return [
        *session.exec(select(Lane.id, Lane.due_at, Lane.ready, Lane.lease_until).order_by(col(Lane.id))),
        *session.exec(select(Outbox.id, Outbox.due_at, Outbox.created_at, Outbox.state).order_by(col(Outbox.id))),
    ]


# How it is noticed ---------------------------------------------------------------------------------------------------


def runs(house: House, meanwhile: Callable[[WallClock], Awaitable[None]]) -> None:
    """Let delivery and metronome run on one clock until all is sent."""

    async def story() -> None:
        clock = WallClock(house.clock)
        delivery = Delivery(house.database, {"slack": house.slack}, clock, house._draw)
        metronome = Metronome(house.database, clock, delivery.wake)
        await delivery.start()
        await metronome.start()
        await until(lambda: metronome.healthy)
        await meanwhile(clock)
        await until(lambda: {*house.states()} == {"sent"}, seconds=5)
        await metronome.stop()
        await delivery.stop()

    asyncio.run(story())


def test_a_bot_that_runs_notices_a_clock_that_was_ahead_for_a_moment_only(house: House) -> None:
    async def ahead(clock: WallClock) -> None:
        house.clock.time += HOUR
        said_at = clock()
        house.clock.time -= HOUR
        await house.database.transact(outbox.announce_all, said_at, [ANNOUNCED])

    runs(house, ahead)


def test_a_bot_that_runs_notices_a_clock_that_is_put_right(house: House) -> None:
    async def put_right(clock: WallClock) -> None:
        await house.database.transact(outbox.announce_all, clock(), [ANNOUNCED])
        house.clock.time -= HOUR

    house.slack.takes = 0.1
    runs(house, put_right)


def test_what_was_in_hand_when_it_was_noticed_is_caught_up_with_too(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    metronome = Metronome(house.database, house.clock, lambda: None)
    metronome._catching_up.notice()
    monkeypatch.setattr("scheduler.catching_up.IN_HAND", 60.0)
    asyncio.run(metronome._tick_and_look())
    house.say("said by the clock as it was")
    house.clock.time -= HOUR
    asyncio.run(metronome._tick_and_look())
    assert due(house) != [house.clock()]  # not with each tick

    monkeypatch.setattr("scheduler.catching_up.IN_HAND", 0.0)
    monkeypatch.setattr(metronome._catching_up, "_next", 0.0)
    asyncio.run(metronome._tick_and_look())
    assert due(house) == [house.clock()]
    assert metronome._catching_up.over


def test_a_bot_that_starts_notices_that_something_was_said_later_than_now(house: House) -> None:
    house.say("hello")
    house.clock.time -= HOUR
    runs(house, _nothing)
    assert not house.database.run(turned_back.noticed, house.clock())


def test_a_bot_that_starts_notices_that_somebody_was_alive_later_than_now(house: House) -> None:
    house.slack.can = replace(EVERYTHING, pace=PACE)
    house.database.run(beats.note, "before", house.clock(), house.clock())
    house.say("hello")
    house.deliver()
    house.clock.time -= HOUR
    house.say("again")  # where the limit of the channel holds it up until an hour from now
    runs(house, _nothing)


async def _nothing(_: WallClock) -> None:
    pass


def test_a_database_that_fails_then_is_asked_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.say("hello")
    metronome = Metronome(house.database, house.clock, lambda: None)
    house.clock.time -= HOUR
    metronome._catching_up.notice()
    real, failed = turned_back.catch_up, []

    def fails(session: Session, now: datetime, after: int, watch: Watch) -> Caught:
        if not failed:
            failed.append(after)
            raise Unavailable("gone")
        return real(session, now, after, watch)

    monkeypatch.setattr(turned_back, "catch_up", fails)
    asyncio.run(metronome._tick_and_look())
    assert not metronome.healthy
    asyncio.run(metronome._tick_and_look())
    assert metronome.healthy
    assert due(house) == [house.clock()]
