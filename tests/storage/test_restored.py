"""A database that was put back doubts what it says is still to be sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from storage import Database, restored
from storage.restored import Unsettled
from storage.statements import core, table
from tests.conftest import Clock
from tests.storage.test_retention import message, put


def states(database: Database) -> dict[str, str]:
    outbox = table("outbox")
    rows = database.run(lambda session: core(session).execute(select(outbox.c.subject, outbox.c.state)).all())
    return {row.subject: row.state for row in rows}


@pytest.fixture
def lanes(database: Database) -> None:
    """One of a platform that can be asked, one of a platform that cannot."""
    put(database, "lanes", *({"id": id, "platform": at, "tenant": "T", "target": "C"} for id, at in ((1, "slack"), (2, "teams"))))  # fmt: skip


def one(clock: Clock, number: int, lane: int, state: str = "waiting", **other: Any) -> dict[str, Any]:
    return message(clock(), state, number) | {"lane_id": lane, "settled_at": None} | other


@pytest.mark.usefixtures("lanes")
@pytest.mark.parametrize(
    ("state", "way", "asked", "silent"),
    [
        ("waiting", "post", "unsure", "parked"),
        ("waiting", "direct", "unsure", "parked"),
        ("waiting", "private", "unsure", "parked"),
        ("waiting", "home", "waiting", "parked"),
        ("sending", "post", "sending", "parked"),
        ("unsure", "post", "unsure", "parked"),
        ("parked", "post", "parked", "parked"),
        ("sent", "post", "sent", "sent"),
        ("dropped", "post", "dropped", "dropped"),
    ],
)
def test_what_was_on_its_way_is_looked_for_or_set_aside(
    database: Database, clock: Clock, state: str, way: str, asked: str, silent: str
) -> None:
    put(database, "outbox", *(one(clock, lane, lane, state, way=way) for lane in (1, 2)))
    database.run(restored.doubt, clock() + timedelta(hours=1), ["slack"])
    assert states(database) == {"x:1": asked, "x:2": silent}


@pytest.mark.usefixtures("lanes")
def test_a_card_that_stands_is_only_drawn_again(database: Database, clock: Clock) -> None:
    put(database, "outbox", *(one(clock, lane, lane, message=None, slot="card") for lane in (1, 2)))
    put(
        database, "posts",
        *({"lane_id": lane, "subject": f"x:{lane}", "slot": "card", "platform": "p", "tenant": "T", "channel": "C",
           "message": "1", "under": ""} for lane in (1, 2)),
    )  # fmt: skip
    assert database.run(restored.doubt, clock() + timedelta(hours=1), ["slack"]) == Unsettled(0, 0, 0)
    assert states(database) == {"x:1": "waiting", "x:2": "waiting"}


@pytest.mark.usefixtures("lanes")
def test_what_was_put_off_on_purpose_still_waits_and_what_failed_before_does_not(
    database: Database, clock: Clock
) -> None:
    then = clock() + timedelta(hours=3)
    put(database, "outbox", one(clock, 1, 2, due_at=then), one(clock, 2, 2, due_at=then, tries=1))
    assert database.run(restored.doubt, clock(), ["slack"]) == Unsettled(0, 0, 1)
    assert states(database) == {"x:1": "waiting", "x:2": "parked"}


@pytest.mark.usefixtures("lanes")
def test_they_are_counted_apart(database: Database, clock: Clock) -> None:
    put(
        database, "outbox",
        one(clock, 1, 1), one(clock, 2, 1, "sending"), one(clock, 3, 1, way="private"), one(clock, 4, 2),
    )  # fmt: skip
    assert database.run(restored.doubt, clock(), ["slack"]) == Unsettled(asked=2, private=1, aside=1)


def test_how_old_it_is_is_what_was_noted_last(database: Database, clock: Clock) -> None:
    assert database.run(restored.newest) is None
    now = clock()
    put(database, "beats", {"process": "a", "began_at": now, "at": now})
    put(database, "inbox", {"platform": "slack", "tenant": "T", "delivery": "D", "at": now + timedelta(minutes=1)})
    assert database.run(restored.newest) == now + timedelta(minutes=1)
