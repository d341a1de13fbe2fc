"""Many announcements at once: in order, none doubled, in a few statements."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, select

from bot.port import Way
from storage import Database, outbox
from storage.claims import claim
from storage.lanes import look_up
from storage.outbox import Announcement, Target
from storage.tables import Lane, Outbox
from tests.conftest import Clock
from tests.fakes.statements import statements

HERE = ("slack", "T1", "C1")


def of(subject: str, lane: int | Target = HERE, message: str | None = None, **more: Any) -> Announcement:
    return Announcement(lane=lane, way=Way.POST, subject=subject, message=message, **more)


def announce(database: Database, now: datetime, *said: Announcement) -> None:
    database.run(outbox.announce_all, now, said)


def rows(database: Database) -> list[Outbox]:
    return list(database.run(lambda session: session.exec(select(Outbox).order_by(Outbox.id)).all()))  # type: ignore[arg-type]


def lanes(database: Database) -> dict[Target, datetime | None]:
    def read(session: Session) -> dict[Target, datetime | None]:
        return {(row.platform, row.tenant, row.target): row.due_at for row in session.exec(select(Lane))}

    return database.run(read)


def test_lanes_are_made_once_and_woken_for_the_soonest_of_what_goes_there(database: Database, clock: Clock) -> None:
    later = clock() + timedelta(hours=1)
    there = ("slack", "T2", "C1")
    announce(database, clock(), of("a", due_at=later), of("b"), of("c", lane=there, due_at=later))
    announce(database, clock(), of("d", lane=there))

    assert lanes(database) == {HERE: clock(), there: clock()}


def test_what_is_said_at_once_keeps_its_order_within_a_lane(database: Database, clock: Clock) -> None:
    said = [f"{number}" for number in range(200)]
    announce(database, clock(), *(of("s", lane=("slack", "T1", f"C{int(each) % 3}"), message=each) for each in said))

    assert [row.message for row in rows(database)] == said


def test_a_lane_can_be_told_by_its_number_too(database: Database, clock: Clock) -> None:
    number = database.run(outbox.lane, *HERE)
    announce(database, clock(), of("a", lane=number), of("b"))

    assert {row.lane_id for row in rows(database)} == {number}


def test_a_waiting_card_is_not_doubled_within_a_batch_nor_by_the_next(database: Database, clock: Clock) -> None:
    card = of("a", slot="card")
    announce(database, clock(), card, card, of("a", slot="reminder"))
    announce(database, clock(), card, of("a", message="said"), of("a", message="said"))

    assert [(row.slot, row.message) for row in rows(database)] == [
        ("card", None),
        ("reminder", None),
        ("", "said"),
        ("", "said"),
    ]


def test_a_card_that_was_put_off_comes_forward_when_it_is_asked_for_again(database: Database, clock: Clock) -> None:
    announce(database, clock(), *(of(each, slot="card", due_at=clock() + timedelta(hours=8)) for each in "ab"))
    announce(database, clock(), of("a", slot="card"), of("c", slot="card"))

    due = {row.subject: row.due_at - clock() for row in rows(database)}
    assert due == {"a": timedelta(), "b": timedelta(hours=8), "c": timedelta()}
    assert lanes(database)[HERE] == clock()


def test_urgent_takes_along_only_what_waits_for_its_own_subject_there(database: Database, clock: Clock) -> None:
    announce(database, clock(), of("a", message="1"), of("b", message="2"), of("a", ("slack", "T1", "C2"), "3"))
    announce(database, clock(), of("a", message="4", urgent=True), of("c", message="5"))

    assert [row.message for row in rows(database) if row.urgent] == ["1", "4"]


def test_many_announcements_take_no_more_statements_than_one(database: Database, clock: Clock) -> None:
    def taken(many: int, tenant: str) -> int:
        said = [
            of(f"s:{each}", lane=("slack", f"{tenant}{each % 7}", f"@U{each}"), slot="card") for each in range(many)
        ]
        with statements() as asked:
            announce(database, clock(), *said)
        return len(asked)

    assert taken(1, "T-ONE") == taken(300, "T-MANY")
    assert len(rows(database)) == 301


def test_batches_that_name_the_lanes_the_other_way_round_do_not_wait_for_each_other_for_ever(
    postgresql: Database, clock: Clock
) -> None:
    places: list[Target] = [("slack", "T1", f"C{number}") for number in range(10)]

    def say(number: int) -> None:
        order = places if number % 2 else places[::-1]
        announce(postgresql, clock(), *(of(f"s:{number}", lane=place, message="hello") for place in order))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(say, range(40)))
    assert len(rows(postgresql)) == 400


def test_every_card_of_several_subjects_is_drawn_again_where_it_is_on_its_way(database: Database, clock: Clock) -> None:
    later = clock() + timedelta(hours=1)
    announce(database, clock(), *(of(each, slot="card", due_at=later) for each in "abc"))
    database.run(lambda session: outbox.redraw_all(session, now=clock(), subjects={"a", "b"}))

    assert {row.subject: row.due_at for row in rows(database)} == {"a": clock(), "b": clock(), "c": later}


def test_a_claim_reads_a_few_rows_however_many_wait_in_one_channel(postgresql: Database, clock: Clock) -> None:
    def crowd(session: Session) -> None:
        many = [("C0", number) for number in range(3000)] + [(f"C{number}", 9000) for number in range(1, 12)]
        said = [
            Announcement(lane=("slack", "T1", channel), way=Way.POST, subject=f"s:{number}", message="said")
            for channel, number in many
        ]
        outbox.announce_all(session, clock(), said)

    def reads(session: Session) -> int:
        look_up(session)
        assert len(claim(session, clock(), limit=8).rows) == 7
        read = "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'outbox'"
        return int(session.connection().execute(text(read)).scalar_one())

    postgresql.run(crowd)
    postgresql.run(lambda session: session.connection().execute(text("ANALYZE")))

    assert postgresql.run(reads) < 300
