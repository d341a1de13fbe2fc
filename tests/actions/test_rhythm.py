"""The schedule stands as timers, follows whatever it is made of, and comes out the same when it is worked out again."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from sqlmodel import Session, col, select

from bot.actions import rhythm
from bot.messages import in_words
from bot.rules.rhythm import Tick, read_once
from bot.words import CadenceKind
from storage import timers
from storage.tables import Absence, Cadence, Member, Partnership, Person, Timer
from tests.house import House


def add(house: House, **wanted: object) -> int:
    def work(session: Session) -> int:
        given = {"rrule": "FREQ=DAILY", "at": time(9, 30), "start_on": date(2026, 11, 2), "created_at": house.clock()}
        row = Cadence(partnership_id=house.partnership, kind=CadenceKind.STANDUP, **(given | wanted))
        session.add(row)
        session.flush()
        rhythm.replan(session, [house.partnership], house.clock())
        return row.id

    return house.database.run(work)


def waiting(house: House, *ticks: Tick) -> list[tuple[str, datetime]]:
    def read(session: Session) -> list[tuple[str, datetime]]:
        rows = session.exec(select(Timer).where(Timer.state == "waiting", col(Timer.kind).in_(ticks)))
        return sorted((row.once, row.due_at) for row in rows)

    return house.database.run(read)


def asked(house: House, who: str) -> list[datetime]:
    def member(session: Session) -> int:
        name = house.profile(who).name
        return session.exec(select(Member.id).join(Person).where(Person.name == name)).one()

    wanted = house.database.run(member)
    return sorted(at for once, at in waiting(house, Tick.ASK) if read_once(once)[1] == wanted)


def ticks(house: House) -> None:
    house.loop.run_until_complete(house.metronome.tick())


def test_dropped_and_worked_out_again_it_is_the_same(house: House) -> None:
    add(house)
    before = waiting(house, *Tick)
    assert {read_once(once)[0] for once, _ in before if once.startswith(Tick.ASK)} != set()
    house.database.run(rhythm.replan, [house.partnership], house.clock())
    assert waiting(house, *Tick) == before


def test_it_goes_on_day_by_day_with_nobody_asking_for_it(house: House) -> None:
    add(house)
    for _ in range(7):
        house.clock.time += timedelta(days=1)
        ticks(house)
    assert max(asked(house, "ana")) > house.clock()


def test_who_changes_their_zone_is_asked_in_the_new_one_and_not_twice_on_a_day(house: House) -> None:
    add(house, at=time(10, 30))
    assert [(at.day, at.hour) for at in asked(house, "ana")] == [(2, 9), (3, 9)]
    house.clock.time = house.clock.time.replace(hour=11)
    ticks(house)
    house.types("ana", "/partnership mine zone New York")
    ticks(house)
    assert [(at.day, at.hour) for at in asked(house, "ana")] == [(3, 15)]


def test_absences_roles_pauses_and_people_who_leave_change_it_too(house: House) -> None:
    add(house)
    assert asked(house, "joao") != []

    def goes(session: Session) -> None:
        person = session.exec(select(Person).where(Person.name == "João Silva")).one()
        session.add(Absence(person_id=person.id, starts_on=date(2026, 11, 1), ends_on=date(2026, 11, 30)))
        rhythm.follow(session, house.clock())

    house.database.run(goes)
    ticks(house)
    assert asked(house, "joao") == []

    assert asked(house, "sam") != []
    house.types("bo", "/partnership members remove @sam")
    ticks(house)
    assert asked(house, "sam") == []

    house.types("ana", "/partnership pause")
    ticks(house)
    assert waiting(house, Tick.ASK, Tick.DIGEST, Tick.MORNING) == []
    house.types("ana", "/partnership resume")
    ticks(house)
    assert asked(house, "ana") != []


def test_a_cadence_that_ends_is_followed_by_nothing(house: House) -> None:
    id = add(house)

    def ends(session: Session) -> None:
        session.get_one(Cadence, id).ended_at = house.clock()
        rhythm.follow(session, house.clock())

    house.database.run(ends)
    ticks(house)
    assert waiting(house, Tick.ASK, Tick.END) == []


def test_what_was_not_planned_during_an_outage_is_planned_after_it(house: House) -> None:
    add(house)

    def until(session: Session) -> datetime | None:
        return session.get_one(Partnership, house.partnership).planned_until

    planned = house.database.run(until)
    assert planned == house.clock() + rhythm.AHEAD
    house.clock.time += timedelta(days=4)
    house.database.run(rhythm.plan, [house.partnership], house.clock())
    days = {at.day for at in asked(house, "ana")}
    assert {4, 5, 6} <= days


def test_who_moves_past_the_time_before_they_were_asked_is_asked_now_and_not_left_out(house: House) -> None:
    add(house)
    sam = asked(house, "sam")[0]
    assert (sam.day, sam.hour) == (2, 14)  # half past nine in New York
    house.clock.time = house.clock.time.replace(hour=13)
    ticks(house)
    house.types("sam", "/partnership mine zone Berlin")
    before = waiting(house, Tick.ASK)
    ticks(house)
    assert [(at.day, at.hour) for at in asked(house, "sam")] == [(3, 8)]
    assert any(at.day == 2 for _, at in before)

    def fired(session: Session) -> list[str]:
        rows = session.exec(select(Timer).where(Timer.kind == Tick.ASK, Timer.due_at == house.clock()))
        return [row.once for row in rows]

    assert len(house.database.run(fired)) == 1


def test_whoever_is_asked_now_because_they_moved_is_reminded_within_the_window_from_now_on(house: House) -> None:
    add(house)
    house.clock.time = house.clock.time.replace(hour=13)
    ticks(house)
    house.types("sam", "/partnership mine zone Berlin")
    ticks(house)
    today = [at for once, at in waiting(house, Tick.REMIND) if read_once(once)[2] == date(2026, 11, 2)]
    assert house.clock() + timedelta(hours=3, minutes=12) in today


def test_a_digest_and_a_morning_message_that_a_move_puts_into_the_past_are_sent_all_the_same(house: House) -> None:
    house.clock.time = datetime(2026, 11, 8, 12, tzinfo=UTC)
    house.database.run(rhythm.replan, [house.partnership], house.clock())
    house.jumps(datetime(2026, 11, 9, 7, 15, tzinfo=UTC))  # a quarter past eight of a Monday in Berlin
    assert not [post for post in house.room("north").posts if "the week to" in in_words(post)]
    house.types("ana", "/partnership side zone Moscow")
    house.types("ana", "/partnership mine zone Moscow")
    ticks(house)
    house.delivers()

    assert len([post for post in house.room("north").posts if "the week to" in in_words(post)]) == 1
    rooms = {once for once, _ in waiting(house, Tick.DIGEST)}
    assert not any(read_once(once)[2] == date(2026, 11, 9) and read_once(once)[1] == 1 for once in rooms)


def test_the_first_start_gives_every_active_partnership_its_schedule_and_the_next_one_leaves_it_alone(
    house: House,
) -> None:
    add(house)

    def as_before(session: Session) -> None:
        timers.drop(session, f"partnership:{house.partnership}")
        session.get_one(Partnership, house.partnership).planned_until = None

    house.database.run(as_before)
    assert asked(house, "ana") == []
    house.database.run(rhythm.begin, house.clock())
    ticks(house)
    assert asked(house, "ana") != []

    house.database.run(as_before)
    house.database.run(rhythm.begin, house.clock())
    ticks(house)
    assert asked(house, "ana") == []
