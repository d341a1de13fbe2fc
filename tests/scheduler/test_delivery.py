"""What was announced arrives: in order, once, and not at all where that is right."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from bot.messages import Message
from bot.pack import pack
from bot.port import Later, Never, Parcel, Sent, Way
from bot.words import Account, Secret, line
from scheduler import doubts
from scheduler.delivery import Delivery
from storage import Database, claims, lag, outbox, undelivered
from storage.claims import Claimed
from storage.lag import Depth
from storage.tables import Outbox, Post
from storage.turns import Room
from tests.conftest import Clock
from tests.fakes.recorder import EVERYTHING, Recorder, until
from tests.storage.test_retention import cleaned

RIG = "escalation:1"


@dataclass
class House:
    """Somewhere to announce things, with a platform that shows them. `cards` is what living cards say now."""

    database: Database
    clock: Clock
    slack: Recorder = field(default_factory=Recorder)
    cards: dict[str, str | None] = field(default_factory=dict)
    parked: list[tuple[str, str]] = field(default_factory=list)

    def delivery(self, **options: Any) -> Delivery:
        return Delivery(self.database, {"slack": self.slack}, self.clock, self._draw, parked=self._park, **options)

    def say(
        self,
        words: str | None,
        *,
        subject: str = RIG,
        platform: str = "slack",
        tenant: str = "T1",
        channel: str = "C1",
        way: Way = Way.POST,
        **more: Any,
    ) -> None:
        def work(session: Session) -> None:
            message = None if words is None else pack(Message(line(words)), Message)
            lane = outbox.lane(session, platform, tenant, channel)
            outbox.announce(session, now=self.clock(), lane=lane, way=way, subject=subject, message=message, **more)

        self.database.run(work)

    def card(self, words: str | None, *, subject: str = RIG, **more: Any) -> None:
        self.cards[subject] = words
        self.say(None, subject=subject, slot="card", **more)

    def changes(self, words: str | None, *, subject: str = RIG, **more: Any) -> None:
        self.cards[subject] = words
        self.database.run(lambda session: outbox.redraw(session, now=self.clock(), subject=subject, **more))

    def deliver(self) -> int:
        return asyncio.run(self.delivery().drain())

    def states(self) -> list[str]:
        return list(self.database.run(lambda session: session.exec(select(Outbox.state).order_by(Outbox.id)).all()))

    def _draw(self, session: Session, claimed: Claimed) -> Message | None:
        words = self.cards[claimed.subject]
        return None if words is None else Message(line(words))

    def _park(self, session: Session, claimed: Claimed, reason: str, gone: bool) -> None:
        self.parked.append((claimed.subject, reason))


@pytest.fixture
def house(database: Database, clock: Clock) -> House:
    return House(database, clock)


def only(
    times: int, fault: Exception, when: Callable[[Parcel], bool] = lambda parcel: True
) -> Callable[[Parcel], None]:
    left = [times]

    def wrong(parcel: Parcel) -> None:
        if when(parcel) and left[0]:
            left[0] -= 1
            raise fault

    return wrong


def parked(house: House) -> list[undelivered.Row]:
    return house.database.run(undelivered.listed, "parked", 100)[0]


def says(words: str) -> Callable[[Parcel], bool]:
    return lambda parcel: parcel.content.title == line(words)


# In order ------------------------------------------------------------------------------------------------------------


def test_what_was_said_arrives_in_the_order_of_saying(house: House) -> None:
    for words in ("one", "two", "three"):
        house.say(words)
    house.say("elsewhere", channel="C2")

    assert house.deliver() == 4
    assert house.slack.words("C1") == ["one", "two", "three"]
    assert house.slack.words("C2") == ["elsewhere"]
    assert house.deliver() == 0


def test_one_send_is_in_flight_in_a_channel_and_several_channels_go_side_by_side(house: House) -> None:
    house.slack.takes = 0.02
    for number in range(4):
        house.say(f"{number}", subject=f"s:{number}")
        house.say(f"{number}", subject=f"s:{number}", channel="C2")
    house.deliver()

    assert house.slack.most_at_once == 1
    channels = [parcel.channel for parcel in house.slack.tried]
    assert channels != sorted(channels)


def test_urgent_overtakes_other_subjects_and_never_its_own(house: House) -> None:
    house.say("chat", subject="digest:1")
    house.say("rig down")
    house.say("more chat", subject="digest:2")
    house.say("rig on fire", urgent=True)
    house.deliver()

    assert house.slack.words("C1") == ["rig down", "rig on fire", "chat", "more chat"]


def test_urgent_takes_along_what_was_put_off_for_the_same_subject(house: House) -> None:
    house.say("good morning", due_at=house.clock() + timedelta(hours=8))
    house.say("get up", urgent=True)
    house.deliver()

    assert house.slack.words("C1") == ["good morning", "get up"]


def test_what_is_put_off_waits_for_its_time(house: House) -> None:
    house.say("good morning", due_at=house.clock() + timedelta(hours=8))
    assert house.deliver() == 0

    house.clock.passes(hours=8)
    assert house.deliver() == 1


def test_a_row_that_fails_holds_up_its_own_subject_only(house: House) -> None:
    house.slack.goes_wrong = only(1, Later("not now", whole=False), says("one"))
    house.say("one")
    house.say("two")
    house.say("other", subject="digest:1")
    house.deliver()
    assert house.slack.words("C1") == ["other"]

    house.clock.passes(seconds=2)
    house.deliver()
    assert house.slack.words("C1") == ["other", "one", "two"]


def test_a_rate_limit_holds_the_channel_for_as_long_as_it_says_even_for_what_is_new(house: House) -> None:
    house.slack.goes_wrong = only(1, Later("ratelimited", after=30))
    house.say("one")
    house.say("other", subject="digest:1")
    house.deliver()
    house.say("urgent", subject="escalation:9", urgent=True)
    house.clock.passes(seconds=29)
    house.deliver()
    assert len(house.slack.tried) == 1

    house.clock.passes(seconds=30)
    house.deliver()
    assert house.slack.words("C1") == ["urgent", "one", "other"]


# Living cards --------------------------------------------------------------------------------------------------------


def test_a_card_is_posted_once_and_edited_in_place_ever_after(house: House) -> None:
    house.card("open")
    house.deliver()
    house.changes("acknowledged")
    house.deliver()

    assert house.slack.words("C1") == ["acknowledged"]
    assert [parcel.way for parcel in house.slack.taken] == [Way.POST, Way.EDIT]


def test_many_changes_before_it_is_sent_are_one_message(house: House) -> None:
    house.card("open")
    for words in ("acknowledged", "resolved", "closed"):
        house.changes(words)

    assert house.deliver() == 1
    assert house.slack.words("C1") == ["closed"]


def test_a_change_while_the_first_post_is_on_its_way_edits_that_post(house: House) -> None:
    house.card("open")

    async def story() -> None:
        house.slack.takes = 0.1
        delivery = house.delivery()
        going = asyncio.create_task(delivery.drain())
        await until(lambda: house.slack.tried)
        await asyncio.to_thread(house.changes, "acknowledged")
        await going

    asyncio.run(story())
    assert [parcel.way for parcel in house.slack.taken] == [Way.POST, Way.EDIT]
    assert house.slack.words("C1") == ["acknowledged"]


def test_a_change_while_a_failing_post_is_on_its_way_keeps_the_older_place(house: House) -> None:
    house.card("open")
    house.say("a comment", under="card")

    def fails_once(parcel: Parcel) -> None:
        if len(house.slack.tried) == 1:
            raise Later("not now", whole=False)

    async def story() -> None:
        house.slack.takes, house.slack.goes_wrong = 0.1, fails_once
        going = asyncio.create_task(house.delivery().drain())
        await until(lambda: house.slack.tried)
        await asyncio.to_thread(house.changes, "acknowledged")
        await going

    asyncio.run(story())
    house.clock.passes(seconds=5)
    house.deliver()
    assert house.slack.words("C1") == ["acknowledged", "a comment"]
    assert house.slack.threads == {"2": "1"}


def test_a_card_stands_in_each_room_and_in_direct_messages_and_changes_in_all(house: House) -> None:
    house.card("open")
    house.card("open", channel="C2")
    house.card("open", channel="@U1", way=Way.DIRECT)
    house.deliver()
    house.changes("closed")
    house.deliver()

    assert [house.slack.words(each) for each in ("C1", "C2", "D-U1")] == [["closed"], ["closed"], ["closed"]]


def test_a_reply_in_a_thread_waits_for_its_card(house: House) -> None:
    house.slack.goes_wrong = only(1, Later("not now", whole=False))
    house.card("open")
    house.say("a comment", under="card")
    house.deliver()
    assert house.slack.taken == []

    house.clock.passes(seconds=5)
    house.deliver()
    assert [parcel.thread for parcel in house.slack.taken] == ["", "1"]


def test_a_card_with_nothing_to_say_any_more_is_not_sent_nor_what_is_under_it(house: House) -> None:
    house.card(None)
    house.say("a comment", under="card")
    house.say("a word in the room")
    house.deliver()

    assert house.slack.words("C1") == ["a word in the room"]
    assert house.states() == ["dropped", "dropped", "sent"]


def test_a_card_that_was_deleted_in_the_channel_is_posted_anew_once(house: House) -> None:
    house.card("open")
    house.deliver()
    house.slack.goes_wrong = only(1, Never("message_not_found"))
    house.changes("closed")
    house.deliver()

    assert [parcel.way for parcel in house.slack.tried] == [Way.POST, Way.EDIT, Way.POST]
    assert house.database.run(lambda session: session.exec(select(Post.message)).all()) == ["2"]

    house.slack.goes_wrong = only(2, Never("message_not_found"))
    house.changes("open again")
    house.deliver()
    assert house.parked == [(RIG, "message_not_found")]


def test_a_card_that_cannot_be_drawn_holds_up_nobody_else(house: House) -> None:
    house.say(None, subject="unknown:1", slot="card")
    house.say("hello", subject="digest:1")
    house.deliver()

    assert house.slack.words("C1") == ["hello"]
    assert house.states() == ["waiting", "sent"]


# What cannot go ------------------------------------------------------------------------------------------------------


def test_what_is_refused_is_parked_with_what_depends_on_it_and_told(house: House) -> None:
    house.slack.goes_wrong = only(1, Never("channel_not_found", gone=True))
    house.card("open")
    house.say("a comment", under="card")
    house.say("something else", subject="digest:1")
    house.deliver()

    assert house.states() == ["parked", "parked", "sent"]
    assert house.parked == [(RIG, "channel_not_found")]
    house.say("a late comment", under="card")
    house.deliver()
    assert house.states()[-1] == "parked"

    troubles = [each.trouble for each in parked(house)]
    assert troubles == [
        "channel_not_found",
        "the card it belongs under was not delivered: channel_not_found",
        "the card it belongs under was not delivered",
    ]


def test_what_was_parked_goes_when_it_is_tried_again_with_what_depends_on_it(house: House) -> None:
    house.slack.goes_wrong = only(1, Never("not_in_channel"))
    house.card("open")
    house.say("a comment", under="card")
    house.deliver()

    first = parked(house)[0]
    assert house.database.run(undelivered.retry, {first.id}, house.clock()) == (1, {})
    house.deliver()
    assert house.slack.words("C1") == ["open", "a comment"]
    assert house.database.run(undelivered.retry, {first.id}, house.clock()) == (0, {first.id: "sent"})


def test_what_was_parked_can_be_given_up(house: House) -> None:
    house.slack.goes_wrong = only(1, Never("not_in_channel"))
    house.say("hello")
    house.deliver()

    [only_one] = parked(house)
    assert house.database.run(undelivered.drop, {only_one.id}, house.clock()) == (1, {})
    assert parked(house) == []


def test_after_a_day_of_trying_it_is_parked(house: House) -> None:
    house.slack.goes_wrong = only(10_000, Later("service_unavailable"))
    house.say("hello")
    started = house.clock()
    while not house.parked:
        house.deliver()
        house.clock.passes(minutes=6.3)
        assert house.clock() - started < timedelta(hours=25)

    assert house.clock() - started >= timedelta(hours=24)
    assert house.parked == [(RIG, "given up after a day: service_unavailable")]
    assert len(house.slack.tried) > 200  # never more than five minutes and a little apart


def test_a_callback_that_fails_does_not_stop_the_post(house: House) -> None:
    house.slack.goes_wrong = only(1, Never("not_in_channel"))
    house.say("hello")
    house.say("world", subject="digest:1")

    def fails(session: Session, claimed: Claimed, reason: str) -> None:
        session.connection().exec_driver_sql("SELECT nonsense FROM nowhere")

    asyncio.run(Delivery(house.database, {"slack": house.slack}, house.clock, house._draw, parked=fails).drain())
    assert house.states() == ["parked", "sent"]


# Exactly once --------------------------------------------------------------------------------------------------------


def test_a_post_whose_answer_was_lost_is_found_and_not_sent_again(house: House) -> None:
    house.slack.goes_wrong_after = only(1, Later("connection dropped", unsure=True))
    house.card("open")
    house.deliver()
    assert house.states() == ["unsure"]
    house.clock.passes(seconds=2)
    house.deliver()
    assert house.slack.looked_for == []  # the platform may still be at it

    house.clock.passes(seconds=2)
    house.deliver()
    assert len(house.slack.tried) == 1
    assert house.states() == ["sent"]
    house.changes("closed")
    house.deliver()
    assert house.slack.words("C1") == ["closed"]


def test_a_post_that_did_not_arrive_is_sent_after_it_was_looked_for(house: House) -> None:
    house.slack.goes_wrong = only(1, Later("connection dropped", unsure=True))
    house.say("hello")
    house.deliver()
    house.clock.passes(seconds=5)
    house.deliver()

    assert len(house.slack.looked_for) == 1
    assert house.slack.words("C1") == ["hello"]
    assert {parcel.token for parcel in house.slack.tried} == {house.slack.looked_for[0].token}


def test_as_long_as_it_cannot_be_looked_for_it_is_not_sent_again(house: House) -> None:
    house.slack.goes_wrong_after = only(1, Later("connection dropped", unsure=True))
    house.slack.looks_wrong = only(2, Later("ratelimited", after=60))
    house.say("hello")
    for _ in range(3):
        house.deliver()
        house.clock.passes(seconds=80)
    house.deliver()

    assert len(house.slack.looked_for) == 3
    assert len(house.slack.tried) == 1
    assert house.states() == ["sent"]


def crash_while_sending(house: House, arrives: bool) -> None:
    """Claim as a process does, let the platform have it or not, and never come back."""

    async def story() -> None:
        delivery = house.delivery()
        turn = await house.database.transact(delivery._work, house.clock(), [], room=Room(1, 1, {}))
        for parcel in await house.database.read(delivery._parcels.drawn, turn.claimed):
            assert isinstance(parcel, Parcel)
            if arrives:
                await house.slack.deliver(parcel)

    asyncio.run(story())


@pytest.mark.parametrize("arrives", [True, False])
def test_after_a_crash_while_sending_it_arrives_exactly_once(house: House, arrives: bool) -> None:
    house.card("open")
    crash_while_sending(house, arrives)
    house.deliver()
    assert house.states() == ["sending"]

    house.clock.passes(seconds=61)
    house.deliver()
    assert house.slack.words("C1") == ["open"]
    assert len(house.slack.looked_for) == 1
    assert house.states() == ["sent"]


def test_the_only_process_need_not_wait_for_its_own_lease_after_a_restart(
    sqlite: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doubts, "ARRIVES", 0.1)
    house = House(sqlite, clock)
    house.say("hello")
    crash_while_sending(house, arrives=True)

    async def story() -> None:
        delivery = house.delivery()
        await delivery.start()
        await asyncio.sleep(0.15)
        assert house.slack.looked_for == []
        clock.passes(seconds=4)
        delivery.wake()
        await until(lambda: house.states() == ["sent"])
        await delivery.stop()

    asyncio.run(story())
    assert house.slack.words("C1") == ["hello"]


def test_a_clock_that_jumps_after_a_crash_does_not_let_it_be_looked_for_while_it_may_be_arriving(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doubts, "ARRIVES", 0.4)
    house.say("hello")
    crash_while_sending(house, arrives=False)
    house.clock.passes(hours=1)

    async def story() -> None:
        delivery = house.delivery()
        await delivery.start()
        await asyncio.sleep(0.2)
        house.clock.passes(hours=1)  # also past the pause that it is given
        delivery.wake()
        await asyncio.sleep(0.1)
        assert house.slack.looked_for == []
        await asyncio.sleep(0.4)
        house.clock.passes(hours=1)
        delivery.wake()
        await until(lambda: house.states() == ["sent"])
        await delivery.stop()

    asyncio.run(story())
    assert len(house.slack.looked_for) == 1
    assert house.slack.words("C1") == ["hello"]


def test_a_clock_that_jumps_after_a_lost_answer_does_not_let_it_be_looked_for_at_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doubts, "ARRIVES", 0.4)
    house.slack.goes_wrong = only(1, Later("no answer", unsure=True))

    async def story() -> None:
        delivery = house.delivery()
        await delivery.start()
        await asyncio.to_thread(house.say, "hello")
        delivery.wake()
        await until(lambda: house.states() == ["unsure"])
        house.clock.passes(hours=1)
        delivery.wake()
        await asyncio.sleep(0.15)
        assert house.slack.looked_for == []
        await asyncio.sleep(0.4)
        house.clock.passes(hours=1)
        delivery.wake()
        await until(lambda: house.states() == ["sent"])
        await delivery.stop()

    asyncio.run(story())
    assert len(house.slack.looked_for) == 1


def test_who_only_waits_until_it_may_have_arrived_uses_up_no_tries(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doubts, "ARRIVES", 30.0)
    house.slack.can = replace(EVERYTHING, finds=False)
    house.say("hello")
    crash_while_sending(house, arrives=False)

    async def begins() -> None:
        delivery = house.delivery()
        await delivery.start()
        house.clock.passes(minutes=2)
        await delivery.drain()
        await delivery.stop()

    for _ in range(5):  # each of several processes finds it anew
        asyncio.run(begins())
    assert house.slack.tried == []
    assert house.states() == ["unsure"]
    assert house.parked == []

    monkeypatch.setattr(doubts, "ARRIVES", 0.0)
    house.clock.passes(minutes=2)
    house.deliver()
    assert house.slack.words("C1") == ["hello"]


def test_what_may_have_arrived_is_still_looked_for_after_it_could_not_even_be_drawn(house: House) -> None:
    house.card("open")
    crash_while_sending(house, arrives=True)
    house.clock.passes(seconds=61)
    words = house.cards.pop(RIG)  # it cannot be drawn
    house.deliver()
    house.cards[RIG] = words
    house.clock.passes(minutes=10)
    house.deliver()

    assert len(house.slack.looked_for) == 1
    assert len(house.slack.taken) == 1
    assert house.states() == ["sent"]


def test_what_was_claimed_and_not_begun_when_it_stops_is_sent_by_the_next(sqlite: Database, clock: Clock) -> None:
    house = House(sqlite, clock, Recorder(takes=30))
    for number in range(6):
        house.say("just for you", way=Way.PRIVATE, subject=f"reply:{number}", channel=f"C{number}")

    async def story() -> None:
        delivery = house.delivery(in_flight=2, of_one=2)
        await delivery.start()
        await until(lambda: len(house.slack.tried) == 2 and len(delivery._sending) == 4)
        for task in {*delivery._sending.values()}:
            task.cancel()
        await delivery.stop()

    asyncio.run(story())
    assert house.states().count("unsure") == 2
    clock.passes(seconds=5)
    house.slack.takes = 0
    house.deliver()
    assert sorted(house.states()) == ["dropped"] * 2 + ["sent"] * 4  # the two that were begun are never shown twice


@pytest.mark.parametrize("drawn", [False, True])
def test_it_stops_in_time_when_a_send_is_given_up_before_it_began(sqlite: Database, clock: Clock, drawn: bool) -> None:
    house = House(sqlite, clock)
    house.say("hello")
    house.say("there", channel="C2")

    async def story() -> None:
        delivery = house.delivery()
        await delivery._turn()
        drawing = {*delivery._sending.values()}
        while drawn and drawing & {*delivery._sending.values()}:  # noqa: ASYNC110  (what is drawn by now has not begun)
            await asyncio.sleep(0)
        for task in {*delivery._sending.values()}:
            assert not task.done()
            task.cancel()
        async with asyncio.timeout(5):
            await delivery.stop()

    asyncio.run(story())
    assert house.slack.tried == []
    assert house.states() == ["waiting", "waiting"]
    clock.passes(seconds=5)
    assert house.deliver() == 2
    assert [len(house.slack.words(channel)) for channel in ("C1", "C2")] == [1, 1]


def test_a_private_reply_is_shown_at_most_once(house: House) -> None:
    house.slack.goes_wrong_after = only(1, Later("connection dropped", unsure=True))
    house.say("just for you", way=Way.PRIVATE, subject="reply:1")
    house.deliver()
    house.clock.passes(seconds=90)
    house.deliver()
    assert house.states() == ["dropped"]

    house.say("just for you", way=Way.PRIVATE, subject="reply:2")
    crash_while_sending(house, arrives=True)
    house.clock.passes(seconds=90)
    house.deliver()
    assert house.states() == ["dropped", "dropped"]
    assert len(house.slack.taken) == 2


def test_a_private_reply_that_surely_was_not_shown_is_tried_again(house: House) -> None:
    house.slack.goes_wrong = only(1, Later("ratelimited", after=1))
    house.say("just for you", way=Way.PRIVATE, subject="reply:1")
    house.deliver()
    house.clock.passes(seconds=2)
    house.deliver()

    assert house.slack.words("C1") == ["just for you"]


def test_an_edit_that_may_have_arrived_is_simply_made_again(house: House) -> None:
    house.card("open")
    house.deliver()
    house.slack.goes_wrong_after = only(1, Later("connection dropped", unsure=True))
    house.changes("closed")
    house.deliver()
    house.clock.passes(seconds=10)
    house.deliver()

    assert house.slack.looked_for == []
    assert house.slack.words("C1") == ["closed"]
    assert house.states() == ["sent", "sent"]


def test_a_platform_that_cannot_be_asked_gets_it_again(house: House) -> None:
    house.slack.can = replace(EVERYTHING, finds=False)
    house.say("hello")
    crash_while_sending(house, arrives=True)
    house.clock.passes(seconds=61)
    house.deliver()

    assert house.slack.looked_for == []
    assert house.slack.words("C1") == ["hello", "hello"]


def test_a_failure_that_nobody_foresaw_is_looked_into_before_it_goes_again(house: House) -> None:
    house.slack.goes_wrong_after = only(1, KeyError("ts"))
    house.say("hello")
    house.deliver()
    house.clock.passes(seconds=10)
    house.deliver()

    assert house.slack.words("C1") == ["hello"]
    assert house.states() == ["sent"]


def test_who_comes_back_after_the_lease_ran_out_changes_nothing(house: House) -> None:
    house.say("hello")
    [late] = house.database.run(claims.claim, house.clock(), limit=1).rows
    house.clock.passes(seconds=61)
    [other] = house.database.run(claims.claim, house.clock(), limit=1).rows
    assert other.unsure
    settle = house.delivery()._fates.settle
    house.database.run(settle, [(late, Never("too late"))], house.clock())
    assert house.states() == ["sending"]

    house.database.run(settle, [(other, Sent("C1", "1"))], house.clock())
    assert house.states() == ["sent"]


def test_a_clock_that_jumps_while_something_is_being_sent_does_not_send_it_twice(house: House) -> None:
    house.slack.takes = 0.2
    house.say("hello")

    async def story() -> None:
        delivery = house.delivery()
        await delivery.start()
        await until(lambda: house.slack.tried)
        house.clock.passes(days=7)
        delivery.wake()
        await asyncio.sleep(0.1)
        await delivery.stop()

    asyncio.run(story())
    assert len(house.slack.tried) == 1
    assert house.states() == ["sent"]


def test_several_processes_on_one_database_never_send_anything_twice(postgresql: Database, clock: Clock) -> None:
    house = House(postgresql, clock)
    house.slack.takes = 0.002
    for number in range(60):
        house.say(f"{number}", subject=f"s:{number % 7}", channel=f"C{number % 5}")

    async def story() -> None:
        others = [Database(postgresql._engine.url.render_as_string(hide_password=False)) for _ in range(2)]
        deliveries = [Delivery(each, {"slack": house.slack}, clock, house._draw) for each in [postgresql, *others]]
        await asyncio.gather(*(each.start() for each in deliveries))
        await until(lambda: set(house.states()) == {"sent"}, seconds=20)
        await asyncio.gather(*(each.stop() for each in deliveries))
        for each in others:
            each.close()

    asyncio.run(story())
    assert sorted(parcel.token for parcel in house.slack.tried) == sorted(house.slack.tokens)
    assert house.slack.most_at_once == 1
    for channel in range(5):
        said = [int(words) for words in house.slack.words(f"C{channel}")]
        for subject in range(7):
            mine = [each for each in said if each % 7 == subject]
            assert mine == sorted(mine)


# The rest ------------------------------------------------------------------------------------------------------------


def test_what_is_announced_while_it_runs_goes_out_at_once(house: House) -> None:
    async def story() -> None:
        delivery = house.delivery()
        await delivery.start()
        await asyncio.sleep(0.05)
        await asyncio.to_thread(house.say, "hello")
        delivery.wake()
        await until(lambda: house.slack.taken, seconds=0.8)  # well before it would look by itself
        await delivery.stop()

    asyncio.run(story())
    assert house.states() == ["sent"]


def test_what_came_home_waits_for_more_only_while_others_are_on_their_way(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduler.delivery._GATHER", 3600.0)
    for number in range(60):
        house.say(f"word {number}", subject=f"s:{number % 20}", channel=f"C{number % 12}", urgent=number == 59)

    async def work() -> None:
        delivery = house.delivery(in_flight=4, of_one=4)
        await delivery.start()
        await until(lambda: len(house.slack.taken) == 60)
        house.say("alone")
        delivery.wake()
        await until(lambda: "alone" in house.slack.words("C1"))
        await until(lambda: set(house.states()) == {"sent"})
        await delivery.stop()

    house.slack.takes = 0.002
    asyncio.run(work())


def test_a_platform_that_hangs_does_not_hold_up_another(house: House) -> None:
    teams = Recorder(name="teams", takes=30)
    for number in range(40):
        house.say("hello", platform="teams", channel=f"C{number}")

    async def story() -> None:
        both = {"slack": house.slack, "teams": teams}
        delivery = Delivery(house.database, both, house.clock, house._draw, in_flight=4, of_one=4)
        await delivery.start()
        await until(lambda: len(teams.tried) >= 4)
        for number in range(10):
            await asyncio.to_thread(house.say, "hello", channel=f"C{number}")
            delivery.wake()
        await until(lambda: len(house.slack.taken) == 10, seconds=2)
        for task in delivery._sending.values():
            task.cancel()
        await delivery.stop()

    asyncio.run(story())
    assert len(teams.tried) < 8


def test_one_tenants_many_messages_never_hold_up_another_tenants_one(house: House) -> None:
    for number in range(60):
        house.say("hello", channel=f"C{number}")
    house.say("only this", tenant="T2", channel="D1")

    house.deliver()
    order = [parcel.content.title for parcel in house.slack.tried]
    assert len(order) == 61
    assert order.index(("only this",)) < 16


def test_tenants_take_turns_whoever_spoke_first(house: House) -> None:
    for tenant in ("T3", "T1", "T2"):
        for number in range(5):
            house.say("hello", tenant=tenant, channel=f"C{number}")

    async def story() -> None:
        delivery = house.delivery(in_flight=1, of_one=1)
        await delivery.drain()

    asyncio.run(story())
    assert [parcel.tenant for parcel in house.slack.tried] == ["T1", "T2", "T3"] * 5


def test_a_lane_that_has_nothing_to_give_is_passed_by_and_the_others_are_served(house: House) -> None:
    house.say("stuck", channel="C1")
    house.say("free", channel="C2")

    def half_claimed(session: Session) -> None:
        session.exec(select(Outbox).order_by(col(Outbox.id)).limit(1)).one().state = "sending"

    house.database.run(half_claimed)
    house.deliver()
    assert house.slack.words("C2") == ["free"]


def test_a_tenant_that_hangs_does_not_hold_up_another(house: House) -> None:
    class Hanging(Recorder):
        async def deliver(self, parcel: Parcel) -> Sent:
            if parcel.tenant == "T1":
                await asyncio.sleep(30)
            return await super().deliver(parcel)

    house.slack = Hanging()
    for number in range(40):
        house.say("hello", channel=f"C{number}")

    async def story() -> None:
        delivery = house.delivery(in_flight=8, of_one=4)
        await delivery.start()
        await asyncio.sleep(0.1)
        await asyncio.to_thread(house.say, "only this", tenant="T2", channel="D1")
        delivery.wake()
        await until(lambda: len(house.slack.taken) == 1, seconds=2)
        for task in delivery._sending.values():
            task.cancel()
        await delivery.stop()

    asyncio.run(story())


def test_what_is_for_a_platform_that_is_not_connected_waits_and_is_parked_after_a_day(house: House) -> None:
    house.say("hello", platform="teams")
    house.deliver()
    assert house.states() == ["waiting"]

    for _ in range(29):
        assert house.parked == []
        house.clock.passes(hours=1)
        house.deliver()
    assert house.parked == [(RIG, "given up after a day: teams is not connected")]


def test_after_a_day_in_which_nobody_ran_it_is_tried_as_if_it_were_new(house: House) -> None:
    house.slack.goes_wrong = only(2, Later("service_unavailable"))
    house.say("hello")
    house.deliver()
    house.clock.passes(hours=24)
    house.deliver()
    house.clock.passes(minutes=1)
    house.deliver()

    assert house.parked == []
    assert house.slack.words("C1") == ["hello"]


def test_stopping_finishes_what_is_in_hand_and_takes_nothing_new(house: House) -> None:
    house.slack.takes = 0.1
    house.say("one")
    house.say("two")

    async def story() -> None:
        delivery = house.delivery()
        await delivery.start()
        await until(lambda: house.slack.tried)
        await delivery.stop()

    asyncio.run(story())
    assert house.states() == ["sent", "waiting"]


def test_a_secret_is_known_on_the_way_only(house: House) -> None:
    def reveal(session: Session, message: Message) -> Message:
        return replace(message, title=tuple("CODE-1" if isinstance(part, Secret) else part for part in message.title))

    message = Message(line("Your code: ", Secret("invite:7")))

    def announce(session: Session) -> None:
        lane = outbox.lane(session, "slack", "T1", "@U1")
        outbox.announce(
            session, now=house.clock(), lane=lane, way=Way.DIRECT, subject="invite:7", message=pack(message, Message)
        )

    house.database.run(announce)
    asyncio.run(house.delivery(reveal=reveal).drain())

    assert house.slack.words("D-U1") == ["Your code: CODE-1"]
    assert "CODE-1" not in str(house.database.run(lambda session: session.exec(select(Outbox.message)).all()))
    assert house.slack.taken[0].account == Account("slack", "T1", "U1")


def test_the_backlog_tells_how_much_waits_and_since_when(house: House) -> None:
    assert house.database.run(lag.look, house.clock()).waiting == Depth(0, None)
    since: datetime = house.clock()
    house.say("one")
    house.clock.passes(minutes=1)
    house.say("two")
    assert house.database.run(lag.look, house.clock()).waiting == Depth(2, since)


def test_after_a_month_what_was_sent_is_forgotten_and_the_card_is_still_edited(house: House) -> None:
    house.card("open")
    house.deliver()
    house.clock.passes(days=31)
    assert cleaned(house.database, house.clock()) == [1]

    house.changes("closed")
    house.deliver()
    assert house.slack.words("C1") == ["closed"]
