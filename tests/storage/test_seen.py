"""Partnerships to look at are the same as partnerships to change, as far as anybody can see."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from storage import seen
from storage.people import Standing
from storage.scenes import Glimpse, scenes
from storage.tables import Absence, Account, Member, Person
from tests.house import House


def values(row: Any) -> dict[str, Any]:
    """Every column of a row, whole or plain."""
    return row.model_dump() if hasattr(row, "model_dump") else dict(row._mapping)


def told(who: Standing) -> tuple[object, ...]:
    accounts = [values(each) for each in who.accounts]
    return (
        values(who.member),
        values(who.person),
        who.organisation,
        accounts,
        who.zone,
        who.away,
        who.formerly,
        who.left,
    )


def shown(scene: Glimpse) -> tuple[object, ...]:
    names = set(values(scene.sides[min(scene.sides)]))
    rooms = [
        ({name: getattr(room, name) for name in ("id", "platform", "tenant", "channel")}, side)
        for room, side in scene.rooms
    ]
    partnership = values(scene.partnership)
    return (
        partnership,
        {key: values(side) for key, side in scene.sides.items()},
        names,
        [*map(told, scene.known)],
        rooms,
    )


def test_what_is_seen_is_what_is_there(house: House) -> None:
    def changed(session: Session) -> None:
        ana, joao = (
            session.exec(select(Person).where(col(Person.name).startswith(name))).one() for name in ("Ana", "João")
        )
        ana.zone, ana.days = "America/New_York", "0,1,2"
        session.add(Absence(person_id=joao.id, starts_on=date(2026, 11, 1), ends_on=date(2026, 11, 30)))
        session.add(
            Account(
                person_id=ana.id,
                platform="teams",
                tenant="T-SOUTH",
                user="U-ANA-2",
                via="T-SOUTH",
                name="Ana",
                reachable=False,
            )
        )
        session.exec(
            select(Member).join(Person).where(col(Person.name).startswith("Sam"))
        ).one().left_at = house.clock()

    def both(session: Session) -> tuple[object, object]:
        ids = [house.partnership, 999]
        here, there = seen.seen(session, ids), scenes(session, ids)
        assert here.keys() == there.keys() == {house.partnership}
        return shown(here[house.partnership]), shown(there[house.partnership])

    house.database.run(changed)
    plain, whole = house.database.run(both)
    assert plain == whole
