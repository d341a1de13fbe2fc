"""Everything that will happen is a row here: due_at, kind, subject and a unique `once`.

One rule: what fired can never be planned again under the same `once`; what was dropped before it fired can. At one instant
the subjects take turns, so that nobody waits for the many timers of somebody else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import String, bindparam, func, or_, select, text, update
from sqlmodel import Session

from storage.among import among, several
from storage.statements import Prepared, core, table
from storage.tables import UtcDateTime

TIMERS = table("timers")
_WAITING = text("timers.state = 'waiting'")  # written out: a bound value would hide the partial index from the planner
_COLUMNS = (
    TIMERS.c.id,
    TIMERS.c.kind,
    TIMERS.c.subject,
    TIMERS.c.once,
    TIMERS.c.due_at,
    TIMERS.c.planned_for,
    TIMERS.c.tries,
)
_CLAIM = (
    select(*_COLUMNS)
    .where(_WAITING, TIMERS.c.due_at <= bindparam("now", type_=UtcDateTime))
    .order_by(TIMERS.c.due_at, TIMERS.c.turn, TIMERS.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_CLAIM_THESE = (
    select(*_COLUMNS)
    .where(_WAITING, TIMERS.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(TIMERS.c.due_at, TIMERS.c.id)
    .with_for_update(skip_locked=True)
)
_NEXT = select(func.min(TIMERS.c.due_at)).where(_WAITING)


@dataclass(frozen=True, slots=True)
class Due:
    """A timer whose time has come. `planned_for` is the time it was planned for; `due_at` is later where it was tried before."""

    id: int
    kind: str
    subject: str
    once: str
    due_at: datetime
    planned_for: datetime
    tries: int


# Written out, for these are many rows at a time: the driver's own way to give many is twice as fast as a statement's.
_REVIVED = ("kind", "subject", "due_at", "turn", "planned_for", "state", "tries")
_PLAN_SQLITE = """
    INSERT INTO timers (kind, subject, once, due_at, planned_for, turn, state, tries, trouble)
    VALUES (?1, ?2, ?3, ?4, ?4, ?5, 'waiting', 0, '')
    ON CONFLICT (once) DO UPDATE SET
        kind = excluded.kind, subject = excluded.subject, due_at = excluded.due_at, turn = excluded.turn,
        planned_for = excluded.planned_for, state = excluded.state, tries = excluded.tries
    WHERE timers.state = 'dropped'
"""
_PLAN_POSTGRESQL = text("""
    INSERT INTO timers (kind, subject, once, due_at, planned_for, turn, state, tries, trouble)
    SELECT kind, subject, once, due_at, due_at, turn, 'waiting', 0, '' FROM unnest(
        CAST(:kinds AS text[]), CAST(:subjects AS text[]), CAST(:onces AS text[]),
        CAST(:times AS timestamptz[]), CAST(:turns AS int[])
    ) AS wanted (kind, subject, once, due_at, turn)
    ON CONFLICT (once) DO UPDATE SET
        kind = excluded.kind, subject = excluded.subject, due_at = excluded.due_at, turn = excluded.turn,
        planned_for = excluded.planned_for, state = excluded.state, tries = excluded.tries
    WHERE timers.state = 'dropped'
""")
_WANTED = ("kinds", "subjects", "onces", "times", "turns")


@cache
def _fire(dialect: str) -> Any:
    those = update(TIMERS).where(among(TIMERS.c.id, dialect), _WAITING)
    return those.values(state="fired", fired_at=bindparam("now", type_=UtcDateTime))


@cache
def _still(dialect: str) -> Any:
    return select(TIMERS.c.id).where(_WAITING, among(TIMERS.c.id, dialect))


def _plan(insert: Any) -> Any:
    fresh = insert(TIMERS)
    revived = {name: fresh.excluded[name] for name in _REVIVED}
    dropped = TIMERS.c.state == "dropped"
    planned = fresh.on_conflict_do_update(index_elements=["once"], set_=revived, where=dropped)
    return planned.returning(TIMERS.c.id)


_PLAN = Prepared(_plan, [each.key for each in TIMERS.c if each.key not in ("id", "fired_at")])


def plan(session: Session, *, kind: str, subject: str, due_at: datetime, once: str) -> bool:
    """Plan it; False (and nothing changes) when `once` waits, fired or was parked already."""
    row = {"kind": str(kind), "subject": subject, "due_at": due_at, "planned_for": due_at, "once": once}
    state = {"turn": 0, "state": "waiting", "tries": 0, "trouble": ""}
    return _PLAN.first(session, **row, **state) is not None


def plan_all(session: Session, subject: str, rows: Iterable[tuple[str, datetime, str]]) -> None:
    """Plan many for one subject: kind, due_at and `once` of each. Those that wait, fired or were parked already stay as they are."""
    plan_each(session, [(kind, subject, at, once) for kind, at, once in rows])


def plan_each(session: Session, rows: Iterable[tuple[str, str, datetime, str]]) -> None:
    """Plan many: kind, subject, due_at and `once` of each. Those that wait, fired or were parked already stay as they are."""
    connection = core(session)
    written = _utc if connection.dialect.name == "postgresql" else _in_words
    turns: dict[tuple[str, datetime], int] = {}
    wanted: dict[str, tuple[str, str, str, datetime | str, int]] = {}
    for kind, subject, at, once in rows:
        turn = turns[subject, at] = turns.get((subject, at), -1) + 1
        wanted.setdefault(once, (str(kind), subject, once, written(at), turn))
    if not wanted:
        return
    if connection.dialect.name == "postgresql":
        named = zip(_WANTED, map(list, zip(*wanted.values(), strict=True)), strict=True)
        connection.execute(_PLAN_POSTGRESQL, dict(named))
    else:
        connection.exec_driver_sql(_PLAN_SQLITE, list(wanted.values()))


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"a time without a zone: {at}")
    return at.astimezone(UTC)


def _in_words(at: datetime) -> str:
    """An instant as SQLite keeps it."""
    return _utc(at).isoformat(" ", "microseconds").removesuffix("+00:00")


def drop(session: Session, subject: str, kinds: Collection[str] | None = None, *, after: datetime | None = None) -> int:
    """Drop the waiting timers of a subject, or those of some kinds, or those due after some time; returns how many."""
    statement = update(TIMERS).where(_WAITING, TIMERS.c.subject == subject).values(state="dropped")
    if after is not None:
        statement = statement.where(TIMERS.c.due_at > after)
    if kinds is not None:
        statement = statement.where(TIMERS.c.kind.in_(kinds))
    return core(session).execute(statement).rowcount


def drop_these(session: Session, onces: Collection[str]) -> None:
    """Drop those of these that still wait."""
    connection = core(session)
    those = among(TIMERS.c.once, connection.dialect.name, kind=String)
    wanted = update(TIMERS).where(_WAITING, those).values(state="dropped")
    connection.execute(wanted, {"ids": several(connection, onces)})


def claim(session: Session, now: datetime, *, limit: int = 500) -> list[Due]:
    """Take what is due, oldest first. Another process skips it until this transaction ends."""
    return [Due(*row) for row in core(session).execute(_CLAIM, {"now": now, "most": limit}).all()]


def claim_these(session: Session, ids: Sequence[int]) -> list[Due]:
    """Take those of these timers that still wait, due or not."""
    return [Due(*row) for row in core(session).execute(_CLAIM_THESE, {"ids": list(ids)})]


def still(session: Session, ids: Sequence[int]) -> set[int]:
    """Tell which of these timers, taken in this transaction, still wait."""
    connection = core(session)
    found = connection.execute(_still(connection.dialect.name), {"ids": several(connection, ids)})
    return set(found.scalars().all())


def fire(session: Session, ids: Sequence[int], now: datetime) -> None:
    """Mark them as having happened."""
    connection = core(session)
    connection.execute(_fire(connection.dialect.name), {"ids": several(connection, ids), "now": now})


def park(session: Session, ids: Sequence[int], now: datetime, trouble: str) -> None:
    """Set them aside for somebody to look at, with what went wrong."""
    statement = update(TIMERS).where(TIMERS.c.id.in_(ids), _WAITING)
    core(session).execute(statement.values(state="parked", fired_at=now, trouble=trouble, tries=TIMERS.c.tries + 1))


def retry(session: Session, id: int, due_at: datetime, trouble: str) -> None:
    """Let it be due again later, one more try counted."""
    statement = update(TIMERS).where(TIMERS.c.id == id, _WAITING)
    core(session).execute(statement.values(due_at=due_at, trouble=trouble, tries=TIMERS.c.tries + 1))


def bring_forward(session: Session, kinds: Collection[str], now: datetime) -> None:
    """Let those of these kinds, and those that failed and wait for another try, be due now."""
    ahead = _WAITING, TIMERS.c.due_at > now, or_(TIMERS.c.kind.in_(kinds), TIMERS.c.tries > 0)
    core(session).execute(update(TIMERS).where(*ahead).values(due_at=now))


def next_due(session: Session, but: Collection[str] = ()) -> datetime | None:
    """Tell when the next one is due, kinds in `but` left aside; None when nothing waits."""
    statement = _NEXT.where(TIMERS.c.kind.not_in(but)) if but else _NEXT
    soonest: datetime | None = core(session).execute(statement).scalar_one()
    return soonest


def waiting(session: Session, subject: str) -> list[Due]:
    """List what waits for a subject, soonest first."""
    statement = select(*_COLUMNS).where(_WAITING, TIMERS.c.subject == subject).order_by(TIMERS.c.due_at, TIMERS.c.id)
    return [Due(*row) for row in core(session).execute(statement)]


def waiting_of(session: Session, subjects: Collection[str], after: datetime) -> list[Due]:
    """List what waits for these subjects and is due after that time."""
    connection = core(session)
    those = among(TIMERS.c.subject, connection.dialect.name, kind=String)
    statement = select(*_COLUMNS).where(_WAITING, those, TIMERS.c.due_at > after)
    return [Due(*row) for row in connection.execute(statement, {"ids": several(connection, subjects)})]


def overdue(session: Session, now: datetime) -> tuple[int, datetime | None]:
    """Count what is due, with the time of the oldest."""
    statement = select(func.count(), func.min(TIMERS.c.due_at)).where(_WAITING, TIMERS.c.due_at <= now)
    count, oldest = core(session).execute(statement).one()
    return count, oldest


def parked(session: Session) -> list[tuple[str, str, str]]:
    """List what was set aside, oldest first: kind, subject and what went wrong."""
    statement = select(TIMERS.c.kind, TIMERS.c.subject, TIMERS.c.trouble).where(text("timers.state = 'parked'"))
    return [(row.kind, row.subject, row.trouble) for row in core(session).execute(statement.order_by(TIMERS.c.id))]
