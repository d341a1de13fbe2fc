"""What was set aside, sent again or given up: in its order, each card once, and in as many statements for many as for few."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from bot.port import Way
from storage import Database, outbox, undelivered
from storage.claims import claim
from storage.outbox import Announcement, Target
from storage.tables import Lane, Outbox
from tests.conftest import Clock
from tests.fakes.statements import statements
from tests.storage.test_retention import put

HERE = ("slack", "T1", "C1")
THERE = ("teams", "T2", "C2")


def of(subject: str, message: str | None = None, lane: Target = HERE, **more: Any) -> Announcement:
    return Announcement(lane=lane, way=Way.POST, subject=subject, message=message, **more)


def set_aside(database: Database, clock: Clock, *said: Announcement) -> list[int]:
    """As delivery leaves what it has given up; the lanes have nothing to do any more."""

    def work(session: Session) -> list[int]:
        before = {*session.exec(select(Outbox.id))}
        outbox.announce_all(session, clock(), said)
        new = [row for row in session.exec(select(Outbox).order_by(col(Outbox.id))) if row.id not in before]
        for row in new:
            row.state, row.tries, row.trouble, row.settled_at = "parked", 9, "gone", clock()
        for lane in session.exec(select(Lane)):
            lane.ready, lane.urgent, lane.pool, lane.due_at = False, False, "", None
        return [row.id for row in new]

    return database.run(work)


def rows(database: Database) -> list[Outbox]:
    return list(database.run(lambda session: session.exec(select(Outbox).order_by(col(Outbox.id))).all()))


def states(database: Database) -> dict[int, str]:
    return {row.id: row.state for row in rows(database)}


def lane(database: Database, target: Target = HERE) -> Lane:
    where = Lane.platform == target[0], Lane.tenant == target[1], Lane.target == target[2]
    return database.run(lambda session: session.exec(select(Lane).where(*where)).one())


def many(count: int, tenant: str) -> list[Announcement]:
    """As many things as that: a third of them cards, with something in the thread of each."""
    return [
        of(f"{tenant}:{each // 3}", ("said", None, "beneath")[each % 3], ("slack", tenant, f"C{each // 3 % 7}"),
           slot="card" if each % 3 == 1 else "", under="card" if each % 3 == 2 else "")
        for each in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize("what", [undelivered.retry, undelivered.drop])
def test_many_take_no_more_statements_than_few(database: Database, clock: Clock, what: Any) -> None:
    def asked(count: int, tenant: str) -> int:
        ids = set_aside(database, clock, *many(count, tenant))
        assert len(ids) == count
        with statements() as found:
            assert database.run(what, ids, clock()) == (count, {})
        return len(found)

    assert asked(300, "T-MANY") == asked(3, "T-FEW") <= 10
    assert set(states(database).values()) == {"waiting" if what is undelivered.retry else "dropped"}


def test_what_is_sent_again_waits_for_another_day_in_its_order(database: Database, clock: Clock) -> None:
    ids = set_aside(database, clock, *(of("a", f"{each}") for each in range(3)), of("b", "other"))
    clock.passes(days=2)
    assert database.run(undelivered.retry, [*reversed(ids)], clock()) == (4, {})
    for row in rows(database):
        assert (row.state, row.tries, row.trouble, row.settled_at) == ("waiting", 0, "", None)
        assert row.created_at == row.due_at == clock()
    assert [row.id for row in database.run(claim, clock(), limit=9).rows] == [ids[0]]


def test_a_lane_of_what_is_sent_again_is_ready_at_once_for_what_goes_first(database: Database, clock: Clock) -> None:
    ids = set_aside(
        database,
        clock,
        of("a", "plain"),
        of("b", "urgent", urgent=True),
        of("c", "plain", THERE),
    )
    database.run(undelivered.retry, ids[:2], clock())
    here, there = lane(database), lane(database, THERE)
    assert (here.ready, here.urgent, here.due_at, here.pool) == (True, True, clock(), "post")
    assert (there.ready, there.due_at) == (False, None)
    assert [row.id for row in database.run(claim, clock(), limit=9).rows] == [ids[1]]


def test_a_lane_waits_out_its_limit_before_what_is_sent_again(database: Database, clock: Clock) -> None:
    ids = set_aside(database, clock, of("a", "plain"))
    until = clock() + timedelta(seconds=30)

    def hold(session: Session) -> None:
        session.exec(select(Lane)).one().lease_until = until

    database.run(hold)
    database.run(undelivered.retry, ids, clock())
    assert (lane(database).ready, lane(database).due_at) == (False, until)


def test_of_a_card_that_was_set_aside_more_than_once_the_last_one_goes(database: Database, clock: Clock) -> None:
    [first] = set_aside(database, clock, of("a", slot="card"))
    [second, other] = set_aside(database, clock, of("a", slot="card"), of("a", slot="other"))
    assert database.run(undelivered.retry, [first, second, other], clock()) == (3, {})
    assert states(database) == {second: "waiting", other: "waiting"}


def test_a_card_that_waits_already_gives_way_to_the_older_one(database: Database, clock: Clock) -> None:
    [card, _] = set_aside(database, clock, of("a", slot="card"), of("a", "beneath", under="card"))
    database.run(outbox.announce_all, clock(), [of("a", slot="card"), of("a", slot="other"), of("b", slot="card")])
    assert database.run(undelivered.retry, [card], clock()) == (1, {})
    assert [(row.subject, row.slot, row.message, row.state) for row in rows(database)] == [
        ("a", "card", None, "waiting"),
        ("a", "", "beneath", "waiting"),
        ("a", "other", None, "waiting"),
        ("b", "card", None, "waiting"),
    ]


def test_what_is_beneath_a_card_goes_with_it_and_nothing_else_does(database: Database, clock: Clock) -> None:
    said = (
        of("a", slot="card"),
        of("a", "beneath", under="card"),
        of("a", "beneath another", under="other"),
        of("a", "in no thread"),
        of("a", "elsewhere", THERE, under="card"),
        of("b", "of something else", under="card"),
    )
    ids = set_aside(database, clock, *said)
    assert database.run(undelivered.retry, ids[:1], clock()) == (1, {})
    assert [id for id, state in states(database).items() if state == "waiting"] == ids[:2]


def test_of_what_is_neither_parked_nor_there_the_state_is_told(database: Database, clock: Clock) -> None:
    [parked, again] = set_aside(database, clock, of("a", "1"), of("b", "2"))
    assert database.run(undelivered.retry, {again, parked + 900}, clock()) == (1, {parked + 900: ""})
    assert database.run(undelivered.retry, {again, parked}, clock()) == (1, {again: "waiting"})
    assert database.run(undelivered.drop, {again, parked + 900}, clock()) == (1, {parked + 900: ""})
    assert database.run(undelivered.drop, {again, parked}, clock()) == (1, {again: "dropped"})
    assert database.run(undelivered.retry, set(), clock()) == (0, {})


def test_a_room_that_can_be_written_to_again_gets_its_cards_and_the_others_say_so(
    database: Database, clock: Clock
) -> None:
    put(database, "rooms", *({"id": each, "platform": "slack", "tenant": "T1", "channel": f"C{each}", "name": ""} for each in (1, 2)))  # fmt: skip
    subjects = [f"s:{each}" for each in range(40)]
    set_aside(database, clock, *(of(each, slot="card", room_id=1) for each in subjects), of("said", "once", room_id=1))
    database.run(
        outbox.announce_all,
        clock(),
        [of(each, slot="card", lane=THERE, room_id=2, due_at=clock() + timedelta(hours=1)) for each in subjects],
    )

    def asked() -> int:
        with statements() as found:
            database.run(lambda session: undelivered.again(session, clock(), room_id=1))
        return len(found)

    assert asked() <= 20
    found = rows(database)
    assert {row.state for row in found if row.subject != "said"} == {"waiting"}
    assert {row.due_at for row in found if row.subject != "said"} == {clock()}
    assert [row.state for row in found if row.subject == "said"] == ["parked"]
    assert len(found) == 81
    assert asked() == 1
