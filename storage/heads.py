"""The head of each lane: the row that goes next there, with all that it takes to send it, and when the first of its rows is due.

One rule: read from rows that are not settled alone; what is urgent comes first, and nothing before an older row of its own subject.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ScalarSelect, and_, bindparam, func, select
from sqlmodel import Session

from bot.port import Way
from storage.among import among, several
from storage.outbox import LANES, OUTBOX
from storage.posts import POSTS
from storage.statements import Prepared, core, database_of, table
from storage.tables import UtcDateTime
from storage.unsettled import ACTIVE, unsettled

_ACCOUNTS = table("accounts")
_NOW = bindparam("now", type_=UtcDateTime)


class Head(NamedTuple):
    """The row that goes next in a lane, where it goes, and where what it belongs to stands."""

    id: int
    lane_id: int
    way: str
    subject: str
    slot: str
    under: str
    urgent: bool
    message: str | None
    token: str
    trace: str
    state: str
    tries: int
    created_at: datetime
    due_at: datetime
    partnership_id: int | None
    account_id: int | None
    room_id: int | None
    platform: str
    tenant: str
    target: str
    post_channel: str | None
    post_message: str | None
    parent_message: str | None
    home: str | None
    user: str | None


def _first(urgent: bool) -> ScalarSelect[Any]:
    """The row of a lane that may go now: the oldest that is due and has nothing of its own subject before it."""
    row, earlier = OUTBOX.alias(f"row{urgent:d}"), OUTBOX.alias(f"earlier{urgent:d}")
    before = (  # one look into the index for each row: with EXISTS, PostgreSQL reads all that waits in the lane
        select(earlier.c.id)
        .where(
            unsettled(f"earlier{urgent:d}"),
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
            unsettled(f"row{urgent:d}"),
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
_OWN = [OUTBOX.c[name] for name in Head._fields if name in OUTBOX.c]


def _ready(insert: Any) -> Any:
    """Of each of these lanes the row that goes next, with all that it takes to send it."""
    heads = (  # apart, or PostgreSQL may read the whole outbox to find these few in it
        select(LANES.c.id, func.coalesce(_first(True), _first(False)).label("row_id"))
        .where(among(LANES.c.id, database_of(insert)))
        .cte("heads")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    return select(
        *_OWN,
        LANES.c.platform,
        LANES.c.tenant,
        LANES.c.target,
        POSTS.c.channel.label("post_channel"),
        POSTS.c.message.label("post_message"),
        _PARENT.c.message.label("parent_message"),
        _ACCOUNTS.c.tenant.label("home"),
        _ACCOUNTS.c.user,
    ).select_from(
        heads.join(OUTBOX, OUTBOX.c.id == heads.c.row_id)
        .join(LANES, LANES.c.id == heads.c.id)
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


def _soonest(insert: Any) -> Any:
    """Of each of these lanes when the first of its rows is due."""
    earlier = OUTBOX.alias("earlier")
    first = select(func.min(OUTBOX.c.due_at)).where(
        ACTIVE,
        OUTBOX.c.lane_id == LANES.c.id,
        ~select(earlier.c.id)
        .where(
            unsettled("earlier"),
            earlier.c.lane_id == OUTBOX.c.lane_id,
            earlier.c.subject == OUTBOX.c.subject,
            earlier.c.id < OUTBOX.c.id,
        )
        .exists(),
    )
    those = among(LANES.c.id, database_of(insert))
    return select(LANES.c.id, first.correlate(LANES).scalar_subquery().label("due_at")).where(those)


_READY, _SOONEST = Prepared(_ready), Prepared(_soonest)


def ready(session: Session, lanes: Collection[int], now: datetime) -> dict[int, Head]:
    """Read the row that goes next of each of these lanes, by lane; the lanes that have none now are left out."""
    rows = map(Head._make, _READY.all(session, ids=several(core(session), sorted(lanes)), now=now))
    return {row.lane_id: row for row in rows}


def soonest(session: Session, lanes: Collection[int]) -> dict[int, datetime | None]:
    """Tell when the first row of each of these lanes is due (None: it has none)."""
    return dict(_SOONEST.all(session, ids=several(core(session), sorted(lanes)))) if lanes else {}


def way(row: Head | None) -> str:
    """What there is to do for a row: a living card that stands is edited; empty for no row."""
    if row is None:
        return ""
    stands = row.post_message is not None and row.way in (Way.POST, Way.DIRECT)
    return str(Way.EDIT) if stands else row.way
