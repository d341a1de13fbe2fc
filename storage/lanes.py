"""Lanes: each channel, and each person's direct messages, with one send in flight.

One rule: a lane is locked before its rows are read or counted, so that no row is stranded by a commit in between. Its `due_at` is
when it next has something that may go (a lease or a limit that runs is in it), and only lanes whose time has come are `ready`: what
waits for later, and what is held, costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select, text, true, update
from sqlmodel import Session

from storage import heads
from storage.budgets import NEXT_FREE
from storage.outbox import LANES
from storage.statements import Prepared, core
from storage.tables import UtcDateTime

_PROMOTED_AT_ONCE = 500
_NOW = bindparam("now", type_=UtcDateTime)
_WAITS = text("NOT lanes.ready AND lanes.due_at IS NOT NULL")
_LOOK_UP = Prepared(  # by an index in its order: PostgreSQL takes so few rows for heads that it would rather read and sort them all
    lambda _: select(
        func.set_config("plan_cache_mode", "force_generic_plan", true()),
        func.set_config("enable_seqscan", "off", true()),
        func.set_config("enable_bitmapscan", "off", true()),
    )
)
_COME = Prepared(
    lambda _: (
        select(LANES.c.id)
        .where(_WAITS, LANES.c.due_at <= _NOW)
        .order_by(LANES.c.due_at)
        .limit(_PROMOTED_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
)
_NEXT_TO_COME = Prepared(
    lambda _: select(select(func.min(LANES.c.due_at)).where(_WAITS).scalar_subquery(), NEXT_FREE.scalar_subquery())
)
_PROMOTE = Prepared(
    lambda _: (
        update(LANES)
        .where(LANES.c.id == bindparam("lane"))
        .values(ready=True, urgent=bindparam("hurries"), pool=bindparam("by"))
    )
)
_LET_GO = Prepared(
    lambda _: (
        update(LANES)
        .where(LANES.c.id == bindparam("lane"))
        .values(
            lease_until=bindparam("until", type_=UtcDateTime),
            due_at=bindparam("due", type_=UtcDateTime),
            ready=bindparam("is_ready"),
            urgent=bindparam("hurries"),
            pool=bindparam("by"),
            holder=None,
        )
    )
)
_SPEND = Prepared(
    lambda _: (
        update(LANES).where(LANES.c.id == bindparam("lane")).values(spent=bindparam("gone", type_=LANES.c.spent.type))
    )
)


@dataclass(frozen=True, slots=True)
class Release:
    """How a lane is let go: nothing goes there before `hold`; `spent` is what is gone of its own limits now (None: as before)."""

    hold: datetime | None = None
    spent: list[float] | None = None


def look_up(session: Session) -> None:
    """Let PostgreSQL keep what it planned for the statements of this transaction, and go by the indexes: they are the same few for
    any number of lanes, and to plan one anew costs more than to run it."""
    if core(session).dialect.name == "postgresql":
        _LOOK_UP.all(session)


def promote(session: Session, now: datetime) -> None:
    """Make those ready whose time has come."""
    come = [lane for (lane,) in _COME.all(session, now=now)]
    if not come:
        return
    rows = heads.ready(session, come, now)
    _PROMOTE.each(
        session,
        [
            {"lane": lane, "hurries": bool(lane in rows and rows[lane].urgent), "by": heads.way(rows.get(lane))}
            for lane in sorted(come)
        ],
    )


def next_due(session: Session, now: datetime) -> datetime | None:
    """Tell when the next lane, or the next limit, comes free; None when nothing waits for its time."""
    times = _NEXT_TO_COME.first(session, now=now) or ()
    return min((each for each in times if each is not None), default=None)


def let_go(session: Session, now: datetime, lanes: Mapping[int, Release]) -> None:
    """End the leases of locked lanes, and note when each next has something to do."""
    if not lanes:
        return
    ids = sorted(lanes)
    rows = heads.ready(session, ids, now)
    soonest = heads.soonest(session, [lane for lane in ids if lane not in rows])
    told = []
    for lane in ids:
        row, hold = rows.get(lane), lanes[lane].hold
        due = row.due_at if row is not None else soonest.get(lane)
        if due is not None and hold is not None:
            due = max(due, hold)
        told.append({"lane": lane, "until": hold, "due": due, "is_ready": due is not None and due <= now,
                     "hurries": bool(row is not None and row.urgent), "by": heads.way(row)})  # fmt: skip
    _LET_GO.each(session, told)
    _SPEND.each(session, [{"lane": lane, "gone": lanes[lane].spent} for lane in ids if lanes[lane].spent is not None])
