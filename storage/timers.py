"""Everything that will happen is a row here: due_at, kind, subject and a unique `once`.

One rule: what fired can never be planned again under the same `once`; what was dropped before it fired can. At one instant
the subjects take turns, so that nobody waits for the many timers of somebody else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, func, select, text, update
from sqlmodel import Session

from storage.statements import core, inserting, table
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
_FIRE = (
    update(TIMERS)
    .where(TIMERS.c.id.in_(bindparam("ids", expanding=True)), _WAITING)
    .values(state="fired", fired_at=bindparam("now", type_=UtcDateTime))
)


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


@cache
def _planned(insert: Any) -> Any:
    fresh = insert(TIMERS)
    revived = {
        name: fresh.excluded[name] for name in ("kind", "subject", "due_at", "turn", "planned_for", "state", "tries")
    }
    dropped = TIMERS.c.state == "dropped"
    return fresh.on_conflict_do_update(index_elements=["once"], set_=revived, where=dropped)


@cache
def _plan(insert: Any) -> Any:
    return _planned(insert).returning(TIMERS.c.id)


def plan(session: Session, *, kind: str, subject: str, due_at: datetime, once: str) -> bool:
    """Plan it; False (and nothing changes) when `once` waits, fired or was parked already."""
    connection = core(session)
    row = {"kind": kind, "subject": subject, "due_at": due_at, "planned_for": due_at, "once": once}
    state = {"turn": 0, "state": "waiting", "tries": 0, "trouble": ""}
    return connection.execute(_plan(inserting(connection)), row | state).first() is not None


def plan_all(session: Session, subject: str, rows: Iterable[tuple[str, datetime, str]]) -> None:
    """Plan many for one subject: kind, due_at and `once` of each. Those that wait, fired or were parked already stay as they are."""
    plan_each(session, [(kind, subject, at, once) for kind, at, once in rows])


def plan_each(session: Session, rows: Iterable[tuple[str, str, datetime, str]]) -> None:
    """Plan many: kind, subject, due_at and `once` of each. Those that wait, fired or were parked already stay as they are."""
    connection = core(session)
    state = {"state": "waiting", "tries": 0, "trouble": ""}
    turns: Counter[tuple[str, datetime]] = Counter()
    wanted = []
    for kind, subject, at, once in rows:
        row = {"kind": kind, "subject": subject, "due_at": at, "planned_for": at, "once": once}
        wanted.append(state | row | {"turn": turns[subject, at]})
        turns[subject, at] += 1
    if wanted:
        connection.execute(_planned(inserting(connection)), wanted)


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
    wanted = update(TIMERS).where(_WAITING, TIMERS.c.once.in_(onces)).values(state="dropped")
    core(session).execute(wanted)


def claim(session: Session, now: datetime, *, limit: int = 500) -> list[Due]:
    """Take what is due, oldest first. Another process skips it until this transaction ends."""
    return [Due(*row) for row in core(session).execute(_CLAIM, {"now": now, "most": limit})]


def claim_these(session: Session, ids: Sequence[int]) -> list[Due]:
    """Take those of these timers that still wait, due or not."""
    return [Due(*row) for row in core(session).execute(_CLAIM_THESE, {"ids": list(ids)})]


def fire(session: Session, ids: Sequence[int], now: datetime) -> None:
    """Mark them as having happened."""
    core(session).execute(_FIRE, {"ids": list(ids), "now": now})


def park(session: Session, ids: Sequence[int], now: datetime, trouble: str) -> None:
    """Set them aside for somebody to look at, with what went wrong."""
    statement = update(TIMERS).where(TIMERS.c.id.in_(ids), _WAITING)
    core(session).execute(statement.values(state="parked", fired_at=now, trouble=trouble, tries=TIMERS.c.tries + 1))


def retry(session: Session, id: int, due_at: datetime, trouble: str) -> None:
    """Let it be due again later, one more try counted."""
    statement = update(TIMERS).where(TIMERS.c.id == id, _WAITING)
    core(session).execute(statement.values(due_at=due_at, trouble=trouble, tries=TIMERS.c.tries + 1))


def next_due(session: Session, but: Collection[str] = ()) -> datetime | None:
    """Tell when the next one is due, kinds in `but` left aside; None when nothing waits."""
    statement = _NEXT.where(TIMERS.c.kind.not_in(but)) if but else _NEXT
    soonest: datetime | None = core(session).execute(statement).scalar_one()
    return soonest


def waiting(session: Session, subject: str) -> list[Due]:
    """List what waits for a subject, soonest first."""
    statement = select(*_COLUMNS).where(_WAITING, TIMERS.c.subject == subject).order_by(TIMERS.c.due_at, TIMERS.c.id)
    return [Due(*row) for row in core(session).execute(statement)]


def overdue(session: Session, now: datetime) -> tuple[int, datetime | None]:
    """Count what is due, with the time of the oldest."""
    statement = select(func.count(), func.min(TIMERS.c.due_at)).where(_WAITING, TIMERS.c.due_at <= now)
    count, oldest = core(session).execute(statement).one()
    return count, oldest


def parked(session: Session) -> list[tuple[str, str, str]]:
    """List what was set aside, oldest first: kind, subject and what went wrong."""
    statement = select(TIMERS.c.kind, TIMERS.c.subject, TIMERS.c.trouble).where(TIMERS.c.state == "parked")
    return [(row.kind, row.subject, row.trouble) for row in core(session).execute(statement.order_by(TIMERS.c.id))]


def forget(session: Session, before: datetime) -> int:
    """Delete what fired or was dropped, and was due before that time; returns how many."""
    old = TIMERS.c.state.in_(("fired", "dropped")), TIMERS.c.due_at < before
    return core(session).execute(delete(TIMERS).where(*old)).rowcount
