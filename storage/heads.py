"""The head of each lane: the row that goes next there, with all that it takes to send it, and when the first of its rows is due.

One rule: read from rows that are not settled alone; what is urgent comes first, and nothing before an older row of its own subject.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, ScalarSelect, and_, bindparam, func, select, text

from bot.port import Way
from storage.outbox import ACTIVE, LANES, OUTBOX
from storage.posts import POSTS
from storage.statements import table
from storage.tables import UtcDateTime

_ACCOUNTS = table("accounts")
_NOW = bindparam("now", type_=UtcDateTime)
_THOSE: BindParameter[Any] = bindparam("lanes", expanding=True)


def _first(urgent: bool) -> ScalarSelect[Any]:
    """The row of a lane that may go now: the oldest that is due and has nothing of its own subject before it."""
    row, earlier = OUTBOX.alias(f"row{urgent:d}"), OUTBOX.alias(f"earlier{urgent:d}")
    before = (  # one look into the index for each row: with EXISTS, PostgreSQL reads all that waits in the lane
        select(earlier.c.id)
        .where(
            text(f"earlier{urgent:d}.state IN ('waiting','sending','unsure')"),
            earlier.c.lane_id == row.c.lane_id,
            earlier.c.subject == row.c.subject,
            earlier.c.id < row.c.id,
        )
        .order_by(earlier.c.id)
        .limit(1)
        .correlate(row)
        .scalar_subquery()
    )
    return (
        select(row.c.id)
        .where(
            text(f"row{urgent:d}.state IN ('waiting','sending','unsure')"),
            row.c.state != "sending",
            row.c.lane_id == LANES.c.id,
            row.c.urgent == urgent,
            row.c.due_at <= _NOW,
            before.is_(None),
        )
        .order_by(row.c.id)
        .limit(1)
        .correlate(LANES)
        .scalar_subquery()
    )


_PARENT = POSTS.alias("parent")
_HEADS = (  # apart, or PostgreSQL may read the whole outbox to find these few in it
    select(LANES.c.id, func.coalesce(_first(True), _first(False)).label("row_id"))
    .where(LANES.c.id.in_(_THOSE))
    .cte("heads")
    .prefix_with("MATERIALIZED", dialect="postgresql")
)
_READY = (  # of each of these lanes the row that goes next, with all that it takes to send it
    select(
        OUTBOX,
        LANES.c.platform,
        LANES.c.tenant,
        LANES.c.target,
        POSTS.c.channel.label("post_channel"),
        POSTS.c.message.label("post_message"),
        _PARENT.c.message.label("parent_message"),
        _ACCOUNTS.c.tenant.label("home"),
        _ACCOUNTS.c.user,
    ).select_from(
        _HEADS.join(OUTBOX, OUTBOX.c.id == _HEADS.c.row_id)
        .join(LANES, LANES.c.id == _HEADS.c.id)
        .outerjoin(
            POSTS,
            and_(
                OUTBOX.c.message.is_(None),
                POSTS.c.lane_id == OUTBOX.c.lane_id,
                POSTS.c.subject == OUTBOX.c.subject,
                POSTS.c.slot == OUTBOX.c.slot,
            ),
        )
        .outerjoin(
            _PARENT,
            and_(
                OUTBOX.c.under != "",
                _PARENT.c.lane_id == OUTBOX.c.lane_id,
                _PARENT.c.subject == OUTBOX.c.subject,
                _PARENT.c.slot == OUTBOX.c.under,
            ),
        )
        .outerjoin(_ACCOUNTS, _ACCOUNTS.c.id == OUTBOX.c.account_id)
    )
)
_EARLIER = OUTBOX.alias("earlier")
_SOONEST = select(  # of each of these lanes when the first of its rows is due
    LANES.c.id,
    select(func.min(OUTBOX.c.due_at))
    .where(
        ACTIVE,
        OUTBOX.c.lane_id == LANES.c.id,
        ~select(_EARLIER.c.id)
        .where(
            text("earlier.state IN ('waiting','sending','unsure')"),
            _EARLIER.c.lane_id == OUTBOX.c.lane_id,
            _EARLIER.c.subject == OUTBOX.c.subject,
            _EARLIER.c.id < OUTBOX.c.id,
        )
        .exists(),
    )
    .correlate(LANES)
    .scalar_subquery()
    .label("due_at"),
).where(LANES.c.id.in_(_THOSE))


def ready(connection: Connection, lanes: Collection[int], now: datetime) -> dict[int, Any]:
    """Read the row that goes next of each of these lanes, by lane; the lanes that have none now are left out."""
    return {row.lane_id: row for row in connection.execute(_READY, {"lanes": sorted(lanes), "now": now})}


def soonest(connection: Connection, lanes: Collection[int]) -> dict[int, datetime | None]:
    """Tell when the first row of each of these lanes is due (None: it has none)."""
    return {row.id: row.due_at for row in connection.execute(_SOONEST, {"lanes": sorted(lanes)})} if lanes else {}


def way(row: Any | None) -> str:
    """What there is to do for a row: a living card that stands is edited; empty for no row."""
    if row is None:
        return ""
    stands = row.post_message is not None and row.way in (Way.POST, Way.DIRECT)
    return str(Way.EDIT) if stands else str(row.way)
