"""Partnerships to look at, many at once: the same scenes, whose rows are plain values.

One rule: who changes anything of a partnership loads it with `scenes`; from here nothing is written, and nothing is watched.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any, cast

from sqlalchemy import select
from sqlmodel import Session

from bot.words import Key
from storage.among import among, several
from storage.people import Standing
from storage.scenes import Scene
from storage.statements import core, table
from storage.tables import Member, Person

_PARTNERSHIPS, _SIDES, _MEMBERS, _PEOPLE = map(table, ("partnerships", "sides", "members", "people"))
_ACCOUNTS, _ABSENCES, _ROOMS, _TIES = map(table, ("accounts", "absences", "rooms", "room_partnerships"))


@cache
def _statements(dialect: str) -> tuple[Any, ...]:
    member, account = _MEMBERS.c, _ACCOUNTS.c
    theirs = among(member.partnership_id, dialect)
    return (
        select(_PARTNERSHIPS).where(among(_PARTNERSHIPS.c.id, dialect)).order_by(_PARTNERSHIPS.c.id),
        select(_SIDES).where(among(_SIDES.c.partnership_id, dialect)),
        select(_MEMBERS).where(theirs).order_by(member.side, member.rank, member.id),
        select(_PEOPLE).where(_PEOPLE.c.id.in_(select(member.person_id).where(theirs))),
        select(_ACCOUNTS)
        .where(account.person_id.in_(select(member.person_id).where(theirs)), account.left_at.is_(None))
        .order_by(account.reachable.desc(), account.chosen_at.desc().nulls_last(), account.id),
        select(_ABSENCES.c.person_id, _ABSENCES.c.starts_on, _ABSENCES.c.ends_on).where(
            _ABSENCES.c.person_id.in_(select(member.person_id).where(theirs))
        ),
        select(_TIES.c.partnership_id, _TIES.c.side, _ROOMS)
        .join_from(_TIES, _ROOMS, _ROOMS.c.id == _TIES.c.room_id)
        .where(among(_TIES.c.partnership_id, dialect), _ROOMS.c.gone_at.is_(None))
        .order_by(_ROOMS.c.id),
    )


def seen(session: Session, partnership_ids: Collection[int]) -> dict[int, Scene]:
    """Give these partnerships whole. Ids that do not exist are left out."""
    connection = core(session)
    those = {"ids": several(connection, set(partnership_ids))}
    asked = (connection.execute(each, those).all() for each in _statements(connection.dialect.name))
    partnerships, sides, members, people, accounts, absences, rooms = asked
    persons = {row.id: cast(Person, row) for row in people}
    owned: dict[int, list[Any]] = {}
    for row in accounts:
        owned.setdefault(row.person_id, []).append(row)
    away: dict[int, list[Any]] = {}
    for person, starts_on, ends_on in absences:
        away.setdefault(person, []).append((starts_on, ends_on))
    halves: dict[int, dict[Key, Any]] = {row.id: {} for row in partnerships}
    for row in sides:
        halves[row.partnership_id][row.key] = row
    places: dict[int, list[Any]] = {row.id: [] for row in partnerships}
    for row in rooms:
        places[row[0]].append((row, row[1]))
    merged: dict[int, list[int]] = {}
    for row in members:
        if row.merged_into is not None:
            merged.setdefault(row.merged_into, []).append(row.id)
    known: dict[int, list[Standing]] = {row.id: [] for row in partnerships}
    for row in members:
        if row.merged_into is None:
            of, whose = row.partnership_id, row.person_id
            side, person = halves[of][row.side], persons[whose]
            theirs = tuple(owned.get(whose, ()))
            zone = person.zone or next((each.zone for each in theirs if each.zone), None) or side.zone
            formerly, off = tuple(merged.get(row.id, ())), tuple(away.get(whose, ()))
            known[of].append(Standing(cast(Member, row), person, side.organisation, theirs, zone, off, formerly))
    return {
        row.id: Scene(row, halves[row.id], tuple(known[row.id]), tuple(places[row.id]))  # type: ignore[arg-type]
        for row in partnerships
    }
