"""Scenes that stay in memory: never another one than the database has, whoever changed it and how."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm.exc import DetachedInstanceError
from sqlmodel import Session, select

from bot.words import Role
from storage import Database, lent, scenes
from storage.lent import NotYours
from storage.scenes import Scene
from storage.statements import table
from storage.tables import Absence, Account, Partnership, Person
from tests.fakes.statements import statements
from tests.house import House


def look(session: Session, id: int) -> Scene:
    scenes.keep(session)
    return scenes.scene(session, id)


def sql(statement: str) -> Callable[[Session], Any]:
    return lambda session: session.connection().execute(text(statement))


def test_a_scene_is_loaded_once_and_then_one_query_tells_that_it_is_still_so(house: House) -> None:
    first = house.database.run(look, house.partnership)
    with statements() as asked:
        again = house.database.run(look, house.partnership)

    assert again is first
    assert len([each for each in asked if "SAVEPOINT" not in each]) == 1


CHANGES = {
    "its name": sql("UPDATE partnerships SET name = 'Gemini'"),
    "its status": sql("UPDATE partnerships SET status = 'paused'"),
    "a side": sql("UPDATE sides SET zone = 'UTC' WHERE key = 'a'"),
    "a role": sql("UPDATE members SET role = 'observer' WHERE id = 2"),
    "a member gone": sql("DELETE FROM members WHERE id = 7"),
    "a name": sql("UPDATE people SET name = 'Anna' WHERE id = 1"),
    "an account": sql("UPDATE accounts SET reachable = false WHERE id = 1"),
    "another account": lambda session: session.add(
        Account(person_id=1, platform="teams", tenant="T-SOUTH", user="U-2", via="T-SOUTH", name="Ana")
    ),
    "an account of somebody else now": sql("UPDATE accounts SET person_id = 2 WHERE id = 1"),
    "an absence": lambda session: session.add(
        Absence(person_id=1, starts_on=date(2026, 11, 2), ends_on=date(2026, 11, 3))
    ),
    "a room that is gone": sql("UPDATE rooms SET gone_at = '2026-11-02 09:00:00' WHERE id = 1"),
    "a room left": sql("DELETE FROM room_partnerships WHERE room_id = 1"),
    "a room shared": sql("UPDATE room_partnerships SET side = NULL WHERE room_id = 1"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_another_process_changed_is_seen_at_once(house: House, what: str) -> None:
    before = house.database.run(look, house.partnership)
    house.database.run(CHANGES[what])

    after = house.database.run(look, house.partnership)
    fresh = house.database.run(scenes.scene, house.partnership)
    assert after is not before
    assert seen(after) == seen(fresh) != seen(before)


def seen(scene: Scene) -> object:
    """All that a scene shows, as plain values."""
    mine, sides = scene.partnership, sorted(scene.sides.items())
    return (
        (mine.id, mine.name, mine.purpose, mine.strategic, mine.status, mine.created_at, mine.paused_at),
        [(key, side.model_dump()) for key, side in sides],
        [(room.model_dump(), key) for room, key in scene.rooms],
        [
            (each.member.model_dump(), each.person.model_dump(), each.zone, each.away, each.formerly)
            for each in scene.everybody
        ],
        [account.model_dump() for each in scene.everybody for account in each.accounts],
    )


def test_every_column_that_a_scene_shows_is_watched(house: House) -> None:
    def revision(session: Session) -> int:
        return session.exec(select(Partnership.revision).where(Partnership.id == house.partnership)).one()

    numbers: list[int] = []
    house.database.run(CHANGES["an absence"])
    for name in ("accounts", "absences", "members", "people", "rooms", "room_partnerships", "sides"):
        for column in table(name).c:
            if not (column.primary_key or column.foreign_keys):
                house.database.run(sql(f'UPDATE {name} SET "{column.name}" = "{column.name}"'))
                numbers.append(house.database.run(revision))
    for name in Partnership.model_fields.keys() - {"id", "revision", *scenes._UNKEPT}:
        house.database.run(sql(f"UPDATE partnerships SET {name} = {name}"))
        numbers.append(house.database.run(revision))
    assert len(set(numbers)) == len(numbers)

    for name in scenes._UNKEPT:
        house.database.run(sql(f"UPDATE partnerships SET {name} = {name}"))
    assert house.database.run(revision) == numbers[-1]


def test_what_was_undone_is_not_seen_later(house: House) -> None:
    def in_vain(session: Session) -> None:
        session.connection().execute(text("UPDATE people SET name = 'Nobody' WHERE id = 1"))
        assert look(session, house.partnership).everybody[0].person.name == "Nobody"
        raise LookupError

    with pytest.raises(LookupError):
        house.database.run(in_vain)
    house.database.run(sql("UPDATE people SET name = 'Anna' WHERE id = 1"))

    assert house.database.run(look, house.partnership).everybody[0].person.name == "Anna"


def test_a_row_that_is_lent_cannot_be_written_to_nor_become_a_sessions_own(house: House) -> None:
    scene = house.database.run(look, house.partnership)
    who = scene.everybody[0]
    for row, name in ((who.member, "role"), (who.person, "name"), (who.accounts[0], "via"), (scene.partnership, "status"),
                      (scene.places[0], "gone_at"), (next(iter(scene.sides.values())), "zone")):  # fmt: skip
        with pytest.raises(NotYours):
            setattr(row, name, None)
    with pytest.raises(NotYours):
        house.database.run(lambda session: session.add(who.member))
    with pytest.raises(DetachedInstanceError):
        _ = scene.partnership.seq  # it changes without another revision


def test_who_writes_to_what_was_lent_begins_again_with_rows_of_their_own(house: House) -> None:
    undone: list[bool] = []

    def promote(session: Session) -> None:
        def work() -> None:
            scenes.held(session, house.partnership).everybody[1].member.role = Role.BACKUP

        lent.lending(session, work, lambda: scenes.as_lent(session), lambda: undone.append(True))

    house.database.run(promote)

    assert undone == [True]
    assert house.database.run(look, house.partnership).everybody[1].member.role is Role.BACKUP


def test_who_changes_what_they_were_lent_by_another_way_begins_again_too(house: House) -> None:
    names: list[str] = []

    def rename(session: Session) -> str:
        def work() -> str:
            scene = scenes.held(session, house.partnership)
            session.get_one(Person, scene.everybody[0].person.id).name += "!"
            names.append(scene.everybody[0].person.name)
            return names[-1]

        return lent.lending(session, work, lambda: scenes.as_lent(session), session.expunge_all)

    before = house.database.run(look, house.partnership).everybody[0].person.name
    assert house.database.run(rename) == f"{before}!!"  # the first time is not undone here, and not told
    assert names[0] == before


def test_many_scenes_leave_those_that_were_not_asked_for_the_longest() -> None:
    shelf: lent.Shelf[int, str] = lent.Shelf(10)
    for number in range(5):
        shelf.put(number, f"scene {number}", size=3)
    assert [shelf.get(number) for number in range(5)] == [None, None, "scene 2", "scene 3", "scene 4"]

    shelf.get(2)
    shelf.put(5, "scene 5", size=3)
    shelf.put(5, "scene 5 again", size=3)
    assert [shelf.get(number) for number in (2, 3, 4, 5)] == ["scene 2", None, "scene 4", "scene 5 again"]


def test_a_scene_is_another_one_in_another_database(house: House) -> None:
    database = Database("sqlite://")
    database.migrate()
    other = House(database, house.clock).begun()
    assert other.partnership == house.partnership
    database.run(sql("UPDATE partnerships SET name = 'Gemini'"))

    for _ in range(2):
        assert database.run(look, other.partnership).partnership.name == "Gemini"
        assert house.database.run(look, house.partnership).partnership.name == "Apollo"
    other.close()
    database.close()
