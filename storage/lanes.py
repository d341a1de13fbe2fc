"""Lanes: each channel, and each person's direct messages, with one send in flight.

One rule: a lane is locked before its rows are read or counted, so that no row is stranded by a commit in between.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, or_, select, text, tuple_, update
from sqlmodel import Session

from bot.port import Way
from bot.words import Account
from storage.outbox import ACTIVE, LANES, OUTBOX, POSTS
from storage.statements import core, table
from storage.tables import UtcDateTime

LEASE = timedelta(seconds=60)

_ACCOUNTS = table("accounts")
_EARLIER = OUTBOX.alias("earlier")
_PARENT = POSTS.alias("parent")
_NOW = bindparam("now", type_=UtcDateTime)
_MINE = and_(ACTIVE, OUTBOX.c.lane_id == bindparam("lane"))
_IS_FIRST = ~(
    select(_EARLIER.c.id)
    .where(
        text("earlier.state IN ('waiting','sending','unsure')"),
        _EARLIER.c.lane_id == OUTBOX.c.lane_id,
        _EARLIER.c.subject == OUTBOX.c.subject,
        _EARLIER.c.id < OUTBOX.c.id,
    )
    .exists()
)
_READY = (
    select(
        OUTBOX,
        POSTS.c.channel.label("post_channel"),
        POSTS.c.message.label("post_message"),
        _PARENT.c.message.label("parent_message"),
        _ACCOUNTS.c.tenant.label("home"),
        _ACCOUNTS.c.user,
    )
    .select_from(
        OUTBOX.outerjoin(
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
    .where(
        _MINE,
        OUTBOX.c.state != "sending",
        OUTBOX.c.urgent == bindparam("urgent"),
        OUTBOX.c.due_at <= _NOW,
        _IS_FIRST,
    )
    .order_by(OUTBOX.c.id)
    .limit(1)
)
_SOONEST = select(func.min(OUTBOX.c.due_at)).where(_MINE, _IS_FIRST)
_FREE = or_(LANES.c.lease_until.is_(None), LANES.c.lease_until <= _NOW)
_OWNER = LANES.c.platform, LANES.c.tenant
_FOLLOWING = (  # the lane that has waited longest of the first tenant behind another one
    select(LANES)
    .where(
        tuple_(*_OWNER) > tuple_(bindparam("platform"), bindparam("tenant")),
        LANES.c.due_at.is_not(None),
        LANES.c.due_at <= _NOW,
        _FREE,
        LANES.c.id.not_in(bindparam("busy", expanding=True)),
        LANES.c.platform.not_in(bindparam("full", expanding=True)),
    )
    .order_by(*_OWNER, LANES.c.due_at, LANES.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_GIVE_BACK = update(OUTBOX).where(_MINE, OUTBOX.c.state == "sending").values(state="unsure")
_SENDING = update(OUTBOX).where(OUTBOX.c.id == bindparam("row")).values(state="sending", tries=OUTBOX.c.tries + 1)
_HOLD = update(LANES).where(LANES.c.id == bindparam("lane"))
_LEASED = _HOLD.values(lease_until=bindparam("until", type_=UtcDateTime))
_LET_GO = _HOLD.values(lease_until=bindparam("until", type_=UtcDateTime), due_at=bindparam("due", type_=UtcDateTime))
_FATE = (
    select(OUTBOX.c.state)
    .where(
        OUTBOX.c.lane_id == bindparam("lane"),
        OUTBOX.c.subject == bindparam("about"),
        OUTBOX.c.slot == bindparam("at_slot"),
        OUTBOX.c.message.is_(None),
    )
    .order_by(OUTBOX.c.id.desc())
    .limit(1)
)


Tenant = tuple[str, str]
"""A platform and a tenant of it, to whom a lane belongs."""

FIRST: Tenant = ("", "")
"""Before all tenants."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row that this process is to deliver now. `way` is what there is to do (a living card that stands is edited);
    `unsure`: it may have arrived before; `orphaned`: what became of the card it belongs under, which never arrived."""

    id: int
    lane_id: int
    lease_until: datetime
    platform: str
    tenant: str
    channel: str  # empty for direct messages and own pages that have no post yet
    way: Way
    subject: str
    slot: str
    under: str
    message: str | None
    token: str
    tries: int
    created_at: datetime
    unsure: bool
    account: Account | None
    partnership_id: int | None
    account_id: int | None
    room_id: int | None
    thread: str
    post: str
    orphaned: str

    @property
    def owner(self) -> Tenant:
        """To whom its lane belongs."""
        return self.platform, self.tenant

    @property
    def living(self) -> bool:
        """Whether it is a card that is drawn when it is sent."""
        return self.message is None


def claim(
    session: Session,
    now: datetime,
    *,
    limit: int,
    lease: timedelta = LEASE,
    busy: Collection[int] = (),
    full: Collection[str] = (),
    room: Mapping[Tenant, int] | None = None,
    after: Tenant = FIRST,
) -> list[Claimed]:
    """Lease lanes that have something to do and are not held, and take the next row of each: urgent first, in order per subject.

    Tenants take turns, beginning behind `after`, so that nobody waits for the many messages of somebody else. `busy` are lanes
    that the caller is sending to already, whatever the clock says of their lease; `full` are platforms that it has enough to do
    with, and `room` says how many more lanes of a tenant it takes (not named: any).
    """
    connection = core(session)
    claimed: list[Claimed] = []
    left, passed = dict(room or {}), list(busy)
    at, found = after, True
    while len(claimed) < limit:
        told = {"now": now, "busy": passed, "full": list(full), "platform": at[0], "tenant": at[1]}
        lane = connection.execute(_FOLLOWING, told).one_or_none()
        if lane is None:
            if not found:  # nobody in a whole round
                break
            at, found = FIRST, False
            continue
        at = lane.platform, lane.tenant
        if left.get(at, 1) <= 0:
            continue
        found = True
        if lane.lease_until is not None:  # it ran out: whoever held the lane may have died while sending
            connection.execute(_GIVE_BACK, {"lane": lane.id})
        row = _next(connection, lane.id, now)
        if row is None:
            let_go(connection, lane.id, now)
            passed.append(lane.id)  # looked at once, whatever it says of itself
            continue
        if at in left:
            left[at] -= 1
        until = now + lease
        connection.execute(_SENDING, {"row": row.id})
        connection.execute(_LEASED, {"lane": lane.id, "until": until})
        claimed.append(_claimed(connection, lane, row, until))
    return claimed


def give_back(session: Session, now: datetime, unsure_until: datetime) -> None:
    """After a start of the only process: what was being sent when it died may have arrived; look for it soon."""
    connection = core(session)
    sending = text("outbox.state IN ('waiting','sending','unsure') AND outbox.state = 'sending'")
    lanes = set(connection.execute(select(OUTBOX.c.lane_id).where(sending)).scalars())
    connection.execute(update(OUTBOX).where(sending).values(state="unsure", due_at=unsure_until))
    for lane in sorted(lanes):
        let_go(connection, lane, now)


def next_due(session: Session, full: Collection[str] = (), sated: Collection[Tenant] = ()) -> datetime | None:
    """Tell when a lane (of a platform that is not full and a tenant that is not sated) next has something to do that it may do; None when nothing waits."""
    waits = LANES.c.due_at.is_not(None), LANES.c.platform.not_in(full)
    others = tuple_(*_OWNER).not_in([*sated, FIRST])
    statement = select(LANES.c.due_at, LANES.c.lease_until).where(*waits, others).order_by(LANES.c.due_at)
    times = [max(row.due_at, row.lease_until or row.due_at) for row in core(session).execute(statement.limit(100))]
    return min(times, default=None)


def _next(connection: Connection, lane: int, now: datetime) -> Any | None:
    for urgent in (True, False):
        row = connection.execute(_READY, {"lane": lane, "now": now, "urgent": urgent}).one_or_none()
        if row is not None:
            return row
    return None


def _claimed(connection: Connection, lane: Any, row: Any, until: datetime) -> Claimed:
    way = Way(row.way)
    own = lane.target[0] in "@~"
    if row.post_message is not None and way in (Way.POST, Way.DIRECT):
        way = Way.EDIT
    account = None
    if row.user is not None:
        account = Account(lane.platform, row.home, row.user)
    elif own:
        account = Account(lane.platform, lane.tenant, lane.target[1:])
    orphaned = ""
    if row.under and row.parent_message is None:
        fate = {"lane": lane.id, "about": row.subject, "at_slot": row.under}
        orphaned = connection.execute(_FATE, fate).scalar_one_or_none() or ""
    return Claimed(
        id=row.id,
        lane_id=lane.id,
        lease_until=until,
        platform=lane.platform,
        tenant=lane.tenant,
        channel=row.post_channel or ("" if own else lane.target),
        way=way,
        subject=row.subject,
        slot=row.slot,
        under=row.under,
        message=row.message,
        token=row.token,
        tries=row.tries + 1,
        created_at=row.created_at,
        unsure=row.state == "unsure",
        account=account,
        partnership_id=row.partnership_id,
        account_id=row.account_id,
        room_id=row.room_id,
        thread=row.parent_message or "",
        post=row.post_message or "",
        orphaned=orphaned,
    )


def let_go(connection: Connection, lane: int, now: datetime, hold: datetime | None = None) -> None:
    """End the lease of a locked lane and note when it next has something to do; nothing goes there before `hold`."""
    ready = _next(connection, lane, now)
    due = ready.due_at if ready is not None else connection.execute(_SOONEST, {"lane": lane}).scalar_one()
    connection.execute(_LET_GO, {"lane": lane, "due": due, "until": hold})
