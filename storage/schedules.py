"""What schedules are made of, for many partnerships at once, as plain values.

One rule: the same few statements however many there are, and only what a schedule is worked out from; who wants the people
themselves takes a scene.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Column, String, and_, bindparam, select, type_coerce, update
from sqlmodel import Session

from bot.words import CadenceKind, Status
from storage.among import among, several
from storage.statements import core, table
from storage.tables import UtcDateTime

_PARTNERSHIPS, _SIDES, _MEMBERS, _PEOPLE = map(table, ("partnerships", "sides", "members", "people"))
_ACCOUNTS, _ABSENCES, _CADENCES, _ROOMS = map(table, ("accounts", "absences", "cadences", "rooms"))
_TIES = table("room_partnerships")
_HERE = and_(_MEMBERS.c.left_at.is_(None), _MEMBERS.c.merged_into.is_(None), _PEOPLE.c.left_at.is_(None))


@dataclass(slots=True)
class Sheet:
    """A partnership as its schedule sees it: rows of those sides, people and rooms that are there, and of cadences that go on.

    `away` are days off by member; `digest` tells whether it ever had a cadence for its digest.
    """

    id: int
    status: Status
    planned_until: datetime | None
    digest: bool
    sides: list[Any] = field(default_factory=list)
    members: list[Any] = field(default_factory=list)
    away: dict[int, list[tuple[date, date]]] = field(default_factory=dict)
    rooms: list[Any] = field(default_factory=list)
    cadences: list[Any] = field(default_factory=list)

    @property
    def subject(self) -> str:
        return f"partnership:{self.id}"


@dataclass(frozen=True, slots=True)
class _Statements:
    partnerships: Any
    sides: Any
    members: Any
    absences: Any
    rooms: Any
    cadences: Any
    planned: Any


def _plain(column: Column[Any]) -> Any:
    """One of a few words as it stands there: made an enum row by row it costs more than all the rest of the row."""
    return type_coerce(column, String).label(column.name)


@cache
def _statements(dialect: str) -> _Statements:
    a, c, m, p, s = _ACCOUNTS.c, _CADENCES.c, _MEMBERS.c, _PEOPLE.c, _SIDES.c
    zone = (  # the one of the account to which they are written
        select(a.zone)
        .where(a.person_id == p.id, a.left_at.is_(None), a.zone.is_not(None), a.zone != "")
        .order_by(a.reachable.desc(), a.chosen_at.desc().nulls_last(), a.id)
        .limit(1)
        .scalar_subquery()
    )
    those = _PARTNERSHIPS.c
    digest = select(c.id).where(c.partnership_id == those.id, c.kind == CadenceKind.DIGEST).exists()
    return _Statements(
        partnerships=select(those.id, _plain(those.status), those.planned_until, digest)
        .where(among(those.id, dialect))
        .order_by(those.id)
        .with_for_update(key_share=True),
        sides=select(s.partnership_id, _plain(s.key), s.zone, s.days, s.start, s.end, s.country, s.region)
        .where(among(s.partnership_id, dialect))
        .order_by(s.partnership_id, s.key),
        members=select(
            m.partnership_id, m.id, _plain(m.side), _plain(m.role), p.zone, zone.label("there"), p.days, p.start, p.end
        )
        .join_from(_MEMBERS, _PEOPLE, m.person_id == p.id)
        .where(among(m.partnership_id, dialect), _HERE)
        .order_by(m.partnership_id, m.side, m.rank, m.id),
        absences=select(m.partnership_id, m.id, _ABSENCES.c.starts_on, _ABSENCES.c.ends_on)
        .join_from(_MEMBERS, _ABSENCES, m.person_id == _ABSENCES.c.person_id)
        .where(among(m.partnership_id, dialect), _ABSENCES.c.ends_on >= bindparam("since")),
        rooms=select(_TIES.c.partnership_id, _TIES.c.room_id, _plain(_TIES.c.side))
        .join_from(_TIES, _ROOMS, _TIES.c.room_id == _ROOMS.c.id)
        .where(among(_TIES.c.partnership_id, dialect), _ROOMS.c.gone_at.is_(None))
        .order_by(_TIES.c.partnership_id, _TIES.c.room_id),
        cadences=select(
            c.partnership_id, c.id, _plain(c.kind), c.rrule, c.at, c.start_on, c.zone, _plain(c.side), c.window, c.lasts,
        )
        .where(among(c.partnership_id, dialect), c.paused_at.is_(None), c.ended_at.is_(None))
        .order_by(c.partnership_id, c.id),
        planned=update(_PARTNERSHIPS)
        .where(among(those.id, dialect))
        .values(planned_until=bindparam("until", type_=UtcDateTime)),
    )  # fmt: skip


def sheets(session: Session, partnership_ids: Collection[int], since: date) -> dict[int, Sheet]:
    """What the schedules of these partnerships are made of; days off that ended before `since` are left out.

    Locks the partnerships' rows, in the order of their ids: one works at a schedule at a time.
    """
    connection = core(session)
    ask, those = _statements(connection.dialect.name), {"ids": several(connection, partnership_ids)}
    rows = connection.execute(ask.partnerships, those).all()
    found = {id: Sheet(id, Status(status), planned_until, bool(digest)) for id, status, planned_until, digest in rows}
    for row in connection.execute(ask.sides, those).all():
        found[row[0]].sides.append(row)
    for row in connection.execute(ask.members, those).all():
        found[row[0]].members.append(row)
    for of, member, starts_on, ends_on in connection.execute(ask.absences, those | {"since": since}).all():
        found[of].away.setdefault(member, []).append((starts_on, ends_on))
    for row in connection.execute(ask.rooms, those).all():
        found[row[0]].rooms.append(row)
    for row in connection.execute(ask.cadences, those).all():
        found[row[0]].cadences.append(row)
    return found


def planned(session: Session, partnership_ids: Collection[int], until: datetime | None) -> None:
    """Note how far these schedules stand as timers; None: they do not."""
    connection = core(session)
    statement = _statements(connection.dialect.name).planned
    connection.execute(statement, {"ids": several(connection, partnership_ids), "until": until})
