"""A time in which no process ran counts against nobody: it is noted by the first one that starts again."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from bot.actions import evidence, rhythm
from bot.rules.checking_in import robbed
from bot.words import CadenceKind, CheckInState, Key
from scheduler import Metronome
from storage import Database, beats, ledger, outages, scenes
from storage.tables import Cadence, CheckIn, Outage
from tests.conftest import Clock
from tests.house import House

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
NINE = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def noted(database: Database) -> list[tuple[datetime, datetime]]:
    return database.run(lambda session: [(row.since, row.until) for row in session.exec(select(Outage)).all()])


def starts(database: Database, clock: Clock) -> None:
    async def lives() -> None:
        metronome = Metronome(database, clock, lambda: None)
        await metronome.start()
        await metronome.stop()

    asyncio.run(lives())


def test_the_first_start_and_a_short_restart_are_no_outage(database: Database, clock: Clock) -> None:
    starts(database, clock)
    database.run(beats.note, "before", clock(), clock())
    clock.passes(minutes=2)
    starts(database, clock)
    assert noted(database) == []


def test_who_starts_after_nobody_was_alive_notes_since_when(database: Database, clock: Clock) -> None:
    database.run(beats.note, "before", clock() - HOUR, clock())
    database.run(beats.note, "earlier", clock() - HOUR, clock() - MINUTE)
    gone = clock()
    clock.passes(minutes=30)
    starts(database, clock)
    assert noted(database) == [(gone, clock())]


def test_two_that_come_back_together_note_one_outage(database: Database, clock: Clock) -> None:
    def note(session: Session) -> None:
        for until in (clock() + HOUR, clock() + HOUR + MINUTE):
            session.add(Outage(since=clock(), until=until))
        session.add(Outage(since=clock() + 3 * HOUR, until=clock() + 4 * HOUR))

    database.run(note)
    both = [(clock(), clock() + HOUR + MINUTE), (clock() + 3 * HOUR, clock() + 4 * HOUR)]
    assert database.run(outages.between, clock()) == both
    assert database.run(outages.between, clock() + 2 * HOUR) == both[1:]
    assert database.run(outages.between, clock(), clock() + 2 * HOUR) == both[:1]


@given(st.integers(-300, 300), st.integers(0, 600))
def test_who_lost_a_quarter_of_their_window_did_not_miss_it(begins: int, lasts: int) -> None:
    out = NINE + begins * MINUTE, NINE + (begins + lasts) * MINUTE
    inside = len({*range(240)} & {*range(begins, begins + lasts)})
    assert robbed(NINE, NINE + 4 * HOUR, [out]) is (inside >= 60)


def closes_with(house: House, since: timedelta, until: timedelta) -> dict[str, list[CheckInState]]:
    """A standup of side A at half past nine in Berlin, with an outage in it; what became of each, and what is on record."""

    def begin(session: Session) -> None:
        row = Cadence(partnership_id=house.partnership, kind=CadenceKind.STANDUP, rrule="FREQ=DAILY", at=time(12), side=Key.A,
                      start_on=date(2026, 11, 2), created_at=house.clock())  # fmt: skip
        session.add(row)
        session.add(Outage(since=house.clock() + since, until=house.clock() + until))
        session.flush()
        rhythm.replan(session, [house.partnership], house.clock())

    def read(session: Session) -> dict[str, list[CheckInState]]:
        kinds = {each.kind for each in ledger.of_partnership(session, house.partnership)}
        rows = session.exec(select(CheckIn).where(CheckIn.day == date(2026, 11, 2)).order_by(CheckIn.id)).all()  # type: ignore[arg-type]
        return {"standup.cut_off" if "standup.cut_off" in kinds else "": [row.state for row in rows]}

    house.database.run(begin)
    house.time_passes(hours=10)
    return house.database.run(read)


def test_who_could_not_answer_for_hours_of_the_window_missed_nothing(house: House) -> None:
    found = closes_with(house, 3 * HOUR, 5 * HOUR)
    assert set(found) == {"standup.cut_off"}
    assert set(found["standup.cut_off"]) == {CheckInState.ASKED}


def test_a_few_minutes_of_an_outage_excuse_nobody(house: House) -> None:
    found = closes_with(house, 3 * HOUR, 3 * HOUR + 10 * MINUTE)
    assert set(found[""]) == {CheckInState.MISSED}


def test_days_on_which_the_bot_was_out_are_no_silence(house: House) -> None:
    def silent(session: Session) -> int:
        scene = scenes.scene(session, house.partnership)
        return evidence.facts(session, {scene.id: scene}, house.clock())[scene.id].halves[Key.A].silent

    house.clock.passes(days=7)
    before = house.database.run(silent)

    def note(session: Session) -> None:
        begun = house.clock() - timedelta(days=5)
        session.add(Outage(since=begun, until=begun + timedelta(days=2)))

    house.database.run(note)
    assert house.database.run(silent) == before - 2
