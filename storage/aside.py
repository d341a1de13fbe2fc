"""What was set aside because it could not be delivered, and how it waits again.

One rule: it waits again in its old place, once: of a living card the last that was set aside, and nothing that waits beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, select, text, tuple_, update
from sqlmodel import Session

from bot.port import Way
from storage.statements import core, table

_OUTBOX = table("outbox")
_PLACE = _OUTBOX.c.lane_id, _OUTBOX.c.subject, _OUTBOX.c.slot
_LATER = _OUTBOX.alias("later")
_PARKED = text("outbox.state = 'parked'")  # written out, as those below, so that the partial indexes are seen
_WAITS = text("outbox.state = 'waiting' AND outbox.message IS NULL")
STUCK = and_(  # living cards that stand nowhere, the last of each
    _OUTBOX.c.message.is_(None),
    _OUTBOX.c.way != Way.HOME,
    ~select(_LATER.c.id)
    .where(
        _LATER.c.lane_id == _OUTBOX.c.lane_id,
        _LATER.c.subject == _OUTBOX.c.subject,
        _LATER.c.slot == _OUTBOX.c.slot,
        _LATER.c.message.is_(None),
        _LATER.c.id > _OUTBOX.c.id,
    )
    .exists(),
)


def parked(session: Session, which: ColumnElement[bool], limit: int | None = None) -> Sequence[Any]:
    """List what was set aside of these: id, lane, subject, slot, message, way, urgent; the oldest first."""
    columns = _OUTBOX.c.id, *_PLACE, _OUTBOX.c.message, _OUTBOX.c.way, _OUTBOX.c.urgent
    statement = select(*columns).where(_PARKED, which).order_by(_OUTBOX.c.id).limit(limit)
    return core(session).execute(statement).all()


def wait_again(session: Session, ids: Collection[int], now: datetime) -> list[int]:
    """Let those of these that are set aside wait for another day, with what was set aside because of them; gives which they were.

    Their lanes are locked before.
    """
    connection = core(session)
    found = parked(session, _OUTBOX.c.id.in_(ids))
    last = {(row.lane_id, row.subject, row.slot): row.id for row in found if row.message is None}
    doubles = [row.id for row in found if row.message is None and last[row.lane_id, row.subject, row.slot] != row.id]
    if doubles:
        connection.execute(delete(_OUTBOX).where(_OUTBOX.c.id.in_(doubles)))
    if last:
        connection.execute(delete(_OUTBOX).where(_WAITS, tuple_(*_PLACE).in_([*last])))
    afresh = {"state": "waiting", "tries": 0, "created_at": now, "due_at": now, "put_off": False}
    again = update(_OUTBOX).values(**afresh, settled_at=None, trouble="")
    if found:
        connection.execute(again.where(_OUTBOX.c.id.in_([row.id for row in found])))
    if threads := [place for place in last if place[2]]:
        under = tuple_(_OUTBOX.c.lane_id, _OUTBOX.c.subject, _OUTBOX.c.under).in_(threads)
        connection.execute(again.where(_PARKED, _OUTBOX.c.message.is_not(None), under))
    return [row.id for row in found]


def supersede(session: Session, lane: int, subject: str, slot: str) -> bool:
    """Take back a card that waits, for an older one of the same place that waits again; tells whether it was urgent."""
    here = _OUTBOX.c.lane_id == lane, _OUTBOX.c.subject == subject, _OUTBOX.c.slot == slot
    statement = delete(_OUTBOX).where(_WAITS, *here).returning(_OUTBOX.c.urgent)
    return bool(core(session).execute(statement).scalar_one_or_none())
