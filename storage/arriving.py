"""What has not arrived in a room: because it goes on failing, or because it never will.

One rule: read from the rows that wait or were set aside, as they are now; nothing is kept of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, case, func, or_, select, text
from sqlmodel import Session

from bot.inbound import Place
from storage.outbox import LANES, OUTBOX
from storage.statements import core, table
from storage.tables import UtcDateTime
from storage.unsettled import ACTIVE, LEFT, unsettled

NOTICED = timedelta(seconds=5)
"""How long something fails before the cards elsewhere say so."""

_ROOMS, _TIES, _SIDES = table("rooms"), table("room_partnerships"), table("sides")
_FAILING, _AFTER = OUTBOX.alias("failing"), OUTBOX.alias("after")
_FAILS = (
    select(_FAILING.c.id)
    .where(
        unsettled("failing"),
        _FAILING.c.lane_id == OUTBOX.c.lane_id,
        _FAILING.c.trouble != "",
        _FAILING.c.created_at <= bindparam("since", type_=UtcDateTime),
    )
    .exists()
)
_LAST = ~(
    select(_AFTER.c.id)
    .where(
        _AFTER.c.lane_id == OUTBOX.c.lane_id,
        _AFTER.c.subject == OUTBOX.c.subject,
        _AFTER.c.slot == OUTBOX.c.slot,
        _AFTER.c.message.is_(None),
        _AFTER.c.id > OUTBOX.c.id,
    )
    .exists()
)
_SET_ASIDE = and_(text("outbox.state = 'parked'"), OUTBOX.c.message.is_(None), _LAST)
_BEHIND = (
    select(
        _ROOMS.c.platform,
        _ROOMS.c.name,
        _SIDES.c.organisation,
        func.max(case((ACTIVE, 1), else_=0)).label("tried"),
    )
    .select_from(
        OUTBOX.join(_ROOMS, _ROOMS.c.id == OUTBOX.c.room_id)
        .join(_TIES, and_(_TIES.c.room_id == _ROOMS.c.id, _TIES.c.partnership_id == OUTBOX.c.partnership_id))
        .outerjoin(_SIDES, and_(_SIDES.c.partnership_id == _TIES.c.partnership_id, _SIDES.c.key == _TIES.c.side))
    )
    .where(
        LEFT,
        OUTBOX.c.subject == bindparam("about"),
        OUTBOX.c.room_id != bindparam("here"),
        or_(and_(ACTIVE, _FAILS), _SET_ASIDE),
    )
    .group_by(_ROOMS.c.id, _ROOMS.c.platform, _ROOMS.c.name, _SIDES.c.organisation)
    .order_by(_ROOMS.c.platform, _ROOMS.c.name)
)
_TO = (
    select(OUTBOX.c.id)
    .join_from(OUTBOX, LANES, LANES.c.id == OUTBOX.c.lane_id)
    .where(
        ACTIVE,
        OUTBOX.c.state != "waiting",
        OUTBOX.c.message.is_(None),
        LANES.c.platform == bindparam("of_platform"),
        LANES.c.tenant == bindparam("of_tenant"),
        LANES.c.target == bindparam("of_channel"),
    )
    .limit(1)
)
_WAITING_IN = (
    select(OUTBOX.c.subject)
    .where(ACTIVE, OUTBOX.c.lane_id == bindparam("lane"), OUTBOX.c.room_id.is_not(None))
    .order_by(OUTBOX.c.id.desc())
    .limit(100)
)


@dataclass(frozen=True, slots=True)
class Behind:
    """A room that lags; `organisation` is empty where both sides share it, `tried` tells whether it still may come."""

    platform: str
    room: str
    organisation: str
    tried: bool


def behind(session: Session, subject: str, room_id: int, now: datetime) -> list[Behind]:
    """List the other rooms that something of the subject has not reached, because sending there fails or was given up."""
    found = core(session).execute(_BEHIND, {"about": subject, "here": room_id, "since": now - NOTICED}).all()
    return [Behind(row.platform, row.name, row.organisation or "", bool(row.tried)) for row in found]


def waiting_in(session: Session, lane: int) -> set[str]:
    """The subjects that something waits of to reach that room: the newest hundred."""
    return set(core(session).execute(_WAITING_IN, {"lane": lane}).scalars())


def to(session: Session, place: Place) -> bool:
    """Tell whether a card is on its way to a channel, or may have arrived there unseen."""
    here = {"of_platform": place.platform, "of_tenant": place.tenant, "of_channel": place.channel}
    return core(session).execute(_TO, here).first() is not None
