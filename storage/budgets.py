"""What each tenant has spent of the limits that its channels share, and what its platform asked to wait for: one row for all processes.

One rule: who wants to spend locks the row first; a row that another process holds is passed by, never waited for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, case, func, or_, select, tuple_, update
from sqlmodel import Session

from storage.statements import Prepared, core, inserting, table
from storage.tables import UtcDateTime

BUDGETS = table("budgets")
_KEY = BUDGETS.c.platform, BUDGETS.c.tenant, BUDGETS.c.pool
_NAMES = ("platform", "tenant", "pool")
_NOW = bindparam("now", type_=UtcDateTime)
_HELD = Prepared(lambda _: select(*_KEY).where(BUDGETS.c.held_until > _NOW))
NEXT_FREE = select(func.min(BUDGETS.c.held_until)).where(BUDGETS.c.held_until > _NOW)
"""When the next of them comes free, as of `now`; None when none is held."""
_TAKE = select(BUDGETS).where(tuple_(*_KEY).in_(bindparam("those", expanding=True))).with_for_update(skip_locked=True)

Pool = tuple[str, str, str]
"""Platform, tenant and the name of the limit."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What is spent, as `bot.rules.pacing` counts it, and until when nothing may go at all."""

    spent: list[float] | None
    held_until: datetime | None


def held(session: Session, now: datetime) -> list[Pool]:
    """List those of which nothing may be spent now."""
    return [(platform, tenant, pool) for platform, tenant, pool in _HELD.all(session, now=now)]


def take(connection: Connection, pools: Collection[Pool]) -> dict[Pool, Budget]:
    """Lock these, making what is not there yet; those that another process holds are left out."""
    if not pools:
        return {}
    those = sorted(pools)
    found = _locked(connection, those)
    if missing := [each for each in those if each not in found]:
        rows = [dict(zip(_NAMES, each, strict=True)) for each in missing]
        connection.execute(inserting(connection)(BUDGETS).on_conflict_do_nothing(), rows)
        found |= _locked(connection, missing)
    return found


def write(connection: Connection, spent: Mapping[Pool, Budget]) -> None:
    """Write what is spent now of locked ones; an end of waiting that a platform asked for is never brought forward."""
    if spent:
        rows = [
            dict(zip(_NAMES, pool, strict=True)) | {"spent": each.spent, "held_until": each.held_until}
            for pool, each in sorted(spent.items())
        ]
        connection.execute(_write(inserting(connection)), rows)


def free(connection: Connection, beyond: datetime) -> None:
    """Let go of those that are held for longer than until then."""
    connection.execute(update(BUDGETS).where(BUDGETS.c.held_until > beyond).values(held_until=None))


def hold(session: Session, pool: Pool, until: datetime) -> None:
    """Let nothing be spent of it before then, whatever else is allowed."""
    connection = core(session)
    row = dict(zip(_NAMES, pool, strict=True)) | {"held_until": until}
    connection.execute(_hold(inserting(connection)), row)


def _locked(connection: Connection, those: list[Pool]) -> dict[Pool, Budget]:
    rows = connection.execute(_TAKE, {"those": those})
    return {(row.platform, row.tenant, row.pool): Budget(row.spent, row.held_until) for row in rows}


def _later(fresh: Any) -> Any:
    known, told = BUDGETS.c.held_until, fresh.excluded.held_until
    return case((or_(known.is_(None), known < told), told), else_=known)


@cache
def _write(insert: Any) -> Any:
    fresh = insert(BUDGETS)
    return fresh.on_conflict_do_update(
        index_elements=_NAMES, set_={"spent": fresh.excluded.spent, "held_until": _later(fresh)}
    )


@cache
def _hold(insert: Any) -> Any:
    fresh = insert(BUDGETS)
    return fresh.on_conflict_do_update(index_elements=_NAMES, set_={"held_until": _later(fresh)})
