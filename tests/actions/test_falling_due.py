"""Meetings, reports and digests of many partnerships fall due at one instant: it takes the same few statements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta

import pytest
from sqlmodel import Session, col, select

from bot.rules.rhythm import Tick
from bot.words import CadenceKind, Key
from scheduler import digests, meetings, reports
from storage import Database
from storage.tables import Cadence, Event, Partnership, RoomPartnership
from storage.timers import Due
from tests.bench.nine import MANY, NINE, people
from tests.fakes.statements import statements

HOUR = timedelta(hours=1)
KINDS = (
    (CadenceKind.MEETING, Tick.MEETING_SOON, meetings.remind, NINE - HOUR / 2, "meeting.reminded"),
    (CadenceKind.MEETING, Tick.MEETING_OVER, meetings.ask, NINE + HOUR, "meeting.asked"),
    (CadenceKind.REPORT, Tick.REPORT_SOON, reports.remind, NINE - HOUR, "report.reminded"),
    (CadenceKind.REPORT, Tick.REPORT_DUE, reports.due, NINE, "report.due"),
    (CadenceKind.DIGEST, Tick.DIGEST, digests.post, NINE, "digest.posted"),
)


def recurs(session: Session, kind: CadenceKind) -> None:
    """Let it recur every day at nine where it does not yet."""
    has = select(Cadence.partnership_id).where(Cadence.kind == kind)
    for row in session.exec(select(Partnership).where(col(Partnership.id).not_in(has))):
        session.add(
            Cadence(
                partnership_id=row.id, kind=kind, rrule="FREQ=DAILY", at=time(9), start_on=NINE.date(), zone="UTC",
                side=Key.B if kind is CadenceKind.REPORT else None, created_at=NINE,
            )
        )  # fmt: skip
    session.flush()


def fall_due(session: Session, kind: CadenceKind, tick: Tick, day: date, at: datetime) -> list[Due]:
    """The timers of that day, one of each cadence; of a digest those of each room."""
    found: list[tuple[int, int, int]] = []
    for row in session.exec(select(Cadence).where(Cadence.kind == kind).order_by(col(Cadence.id))).all():
        rooms = session.exec(
            select(RoomPartnership.room_id).where(RoomPartnership.partnership_id == row.partnership_id)
        ).all()
        found += [(row.partnership_id, row.id, room) for room in (rooms if tick is Tick.DIGEST else [0])]
    return [
        Due(0, tick, f"partnership:{partnership}", f"{tick}|{cadence}|{who}|{day.isoformat()}", at, at, 0)
        for partnership, cadence, who in found
    ]


@pytest.mark.parametrize(("kind", "tick", "fire", "at", "event"), KINDS, ids=[each[4] for each in KINDS])
def test_many_partnerships_take_as_many_statements_as_one(
    sqlite: Database,
    kind: CadenceKind,
    tick: Tick,
    fire: Callable[[Sequence[Due], Session, datetime], None],
    at: datetime,
    event: str,
) -> None:
    def work(session: Session, days: int) -> int:
        recurs(session, kind)
        then = at + days * 24 * HOUR
        batch = fall_due(session, kind, tick, then.date(), then)
        with statements() as asked:
            fire(batch, session, then)
        return len(asked)

    def told(session: Session) -> int:
        return len(session.exec(select(Event).where(Event.kind == event)).all())

    sqlite.run(people, MANY, 1, 2)
    one = sqlite.run(work, 1)
    first = sqlite.run(told)
    assert first == (2 if kind is CadenceKind.DIGEST else 1)
    sqlite.run(people, "T-MORE", 20, 2)
    assert sqlite.run(work, 2) <= one + 2
    assert sqlite.run(told) == 22 * first
