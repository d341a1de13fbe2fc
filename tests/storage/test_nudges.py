"""What shepherds did about lines, and how long it is remembered."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from storage import Database, nudges
from storage.tables import Nudge, Partnership
from tests.conftest import Clock
from tests.storage.test_retention import cleaned as sweep

DAY = timedelta(days=1)


@pytest.fixture
def partnership(database: Database, clock: Clock) -> int:
    def found(session: Session) -> int:
        made = Partnership(name="Apollo", created_at=clock())
        session.add(made)
        session.flush()
        return made.id

    return database.run(found)


def cleaned(database: Database, clock: Clock) -> list[str]:
    """The lines that are left after the daily cleaning."""
    sweep(database, clock())
    return database.run(lambda session: list(session.exec(select(Nudge.line).order_by(Nudge.line))))


def test_a_line_is_forgotten_when_all_that_was_done_about_it_is_two_months_old(
    database: Database, clock: Clock, partnership: int
) -> None:
    old, young = clock() - 61 * DAY, clock() - 59 * DAY
    lines = {
        "both old": {"useless_at": old, "reminded_at": old},
        "one young": {"useless_at": old, "reminded_at": young},
        "rests": {"useless_at": old, "snoozed_until": clock() + DAY},
        "snoozed long ago": {"snoozed_until": old},
        "young": {"useless_at": young},
    }
    for line, values in lines.items():
        database.run(nudges.mark, partnership, line, values)
    assert cleaned(database, clock) == ["one young", "rests", "young"]


def test_who_stands_in_is_remembered_as_long_as_an_absence_can_last(
    database: Database, clock: Clock, partnership: int
) -> None:
    for days in (366, 401):
        first = clock() - days * DAY
        database.run(nudges.once, partnership, f"away|{days}|{first:%Y-%m-%d}", first, first)
    assert [line.split("|")[1] for line in cleaned(database, clock)] == ["366"]
