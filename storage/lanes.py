"""Lanes: each channel, and each person's direct messages, with one send in flight.

One rule: a lane is locked before its rows are read or counted, so that no row is stranded by a commit in between. Its `due_at` is
when it next has something that may go (a lease or a limit that runs is in it), and only lanes whose time has come are `ready`: what
waits for later, and what is held, costs nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, Connection, ScalarSelect, and_, bindparam, func, select, text, tuple_, update
from sqlmodel import Session

from bot.port import Way
from bot.rules.pacing import UNLIMITED, Pace, free_at, room, take
from bot.words import Account
from storage import budgets
from storage.outbox import ACTIVE, LANES, OUTBOX, POSTS
from storage.statements import core, table
from storage.tables import UtcDateTime

LEASE = timedelta(seconds=60)

Tenant = tuple[str, str]
"""A platform and a tenant of it, to whom a lane belongs."""

Turn = tuple[str, str, str]
"""Platform, tenant and way: who takes turns."""

FIRST: Turn = ("", "", "")
"""Before everybody."""

Cursor = tuple[Turn, Turn]
"""Whose turn came last: with what is urgent, and with the rest."""

_PROMOTED_AT_ONCE = 500
_ACCOUNTS = table("accounts")
_NOW = bindparam("now", type_=UtcDateTime)
_THOSE: BindParameter[Any] = bindparam("lanes", expanding=True)


def _first(urgent: bool) -> ScalarSelect[Any]:
    """The row of a lane that may go now: the oldest that is due and has nothing of its own subject before it."""
    row, earlier = OUTBOX.alias(f"row{urgent:d}"), OUTBOX.alias(f"earlier{urgent:d}")
    before = select(earlier.c.id).where(
        text(f"earlier{urgent:d}.state IN ('waiting','sending','unsure')"),
        earlier.c.lane_id == row.c.lane_id,
        earlier.c.subject == row.c.subject,
        earlier.c.id < row.c.id,
    )
    return (
        select(row.c.id)
        .where(
            text(f"row{urgent:d}.state IN ('waiting','sending','unsure')"),
            row.c.state != "sending",
            row.c.lane_id == LANES.c.id,
            row.c.urgent == urgent,
            row.c.due_at <= _NOW,
            ~before.exists(),
        )
        .order_by(row.c.id)
        .limit(1)
        .correlate(LANES)
        .scalar_subquery()
    )


_PARENT = POSTS.alias("parent")
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
    )
    .select_from(
        LANES.join(OUTBOX, OUTBOX.c.id == func.coalesce(_first(True), _first(False)))
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
    .where(LANES.c.id.in_(_THOSE))
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
_WAITS = text("NOT lanes.ready AND lanes.due_at IS NOT NULL")
_COME = (
    select(LANES.c.id)
    .where(_WAITS, LANES.c.due_at <= _NOW)
    .order_by(LANES.c.due_at)
    .limit(_PROMOTED_AT_ONCE)
    .with_for_update(skip_locked=True)
)
_NEXT_TO_COME = select(func.min(LANES.c.due_at)).where(_WAITS)
_PROMOTE = (
    update(LANES)
    .where(LANES.c.id == bindparam("lane"))
    .values(ready=True, urgent=bindparam("hurries"), pool=bindparam("by"))
)


def _turns() -> Any:
    """Who has something ready, behind somebody, in their order: found by leaps, however much each of them has."""
    urgent: BindParameter[Any] = bindparam("hurries")
    behind = tuple_(*(bindparam(name) for name in ("platform", "tenant", "pool")))
    begins, leaps, follows = LANES.alias("begins"), LANES.alias("leaps"), LANES.alias("follows")
    key, leap, follow = ([each.c.platform, each.c.tenant, each.c.pool] for each in (begins, leaps, follows))
    begin = select(*key).where(text("begins.ready"), begins.c.urgent == urgent, tuple_(*key) > behind)
    found = select(begin.order_by(*key).limit(1).subquery("beginning")).cte("turns", recursive=True)
    after = select(leaps.c.id).where(text("leaps.ready"), leaps.c.urgent == urgent, tuple_(*leap) > tuple_(*found.c))
    nearest = after.order_by(*leap, leaps.c.due_at, leaps.c.id).limit(1).correlate(found).scalar_subquery()
    found = found.union_all(select(*follow).join_from(found, follows, follows.c.id == nearest))
    return (
        select(found)
        .where(
            found.c.platform.not_in(bindparam("full", expanding=True)),
            tuple_(found.c.platform, found.c.tenant).not_in(bindparam("sated", expanding=True)),
            tuple_(*found.c).not_in(bindparam("held", expanding=True)),
        )
        .limit(bindparam("most"))
    )


_TURNS = _turns()
_TAKE = (
    select(LANES.c.id, LANES.c.lease_until)
    .where(
        text("lanes.ready"),
        LANES.c.urgent == bindparam("hurries"),
        LANES.c.platform == bindparam("platform"),
        LANES.c.tenant == bindparam("tenant"),
        LANES.c.pool == bindparam("pool"),
        LANES.c.due_at <= _NOW,
        (LANES.c.lease_until.is_(None)) | (LANES.c.lease_until <= _NOW),
        LANES.c.id.not_in(bindparam("busy", expanding=True)),
    )
    .order_by(LANES.c.due_at, LANES.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_GIVE_BACK = (
    update(OUTBOX).where(ACTIVE, OUTBOX.c.lane_id.in_(_THOSE), OUTBOX.c.state == "sending").values(state="unsure")
)
_SENDING = (
    update(OUTBOX)
    .where(OUTBOX.c.id.in_(bindparam("rows", expanding=True)))
    .values(state="sending", tries=OUTBOX.c.tries + 1)
)
_UNTIL = bindparam("until", type_=UtcDateTime)
_LEASED = update(LANES).where(LANES.c.id.in_(_THOSE)).values(lease_until=_UNTIL, due_at=_UNTIL, ready=False)
_LET_GO = (
    update(LANES)
    .where(LANES.c.id == bindparam("lane"))
    .values(
        lease_until=_UNTIL,
        due_at=bindparam("due", type_=UtcDateTime),
        ready=bindparam("is_ready"),
        urgent=bindparam("hurries"),
        pool=bindparam("by"),
    )
)
_SPEND = update(LANES).where(LANES.c.id == bindparam("lane")).values(spent=bindparam("gone", type_=LANES.c.spent.type))
_FATES = select(OUTBOX.c.lane_id, OUTBOX.c.subject, OUTBOX.c.slot, OUTBOX.c.state).where(
    tuple_(OUTBOX.c.lane_id, OUTBOX.c.subject, OUTBOX.c.slot).in_(bindparam("cards", expanding=True)),
    OUTBOX.c.message.is_(None),
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row that this process is to deliver now. `way` is what there is to do (a living card that stands is edited);
    `unsure`: it may have arrived before; `orphaned`: what became of the card it belongs under, which never arrived; `trace` is the
    token of what caused it."""

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
    urgent: bool
    message: str | None
    token: str
    trace: str
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


@dataclass(frozen=True, slots=True)
class Claim:
    """What was claimed, and how far the turns have come. `missed`: there is more that could have gone, had nobody else been at it."""

    rows: list[Claimed]
    after: Cursor
    missed: bool


class Room:
    """How many more sends there is room for, on each platform and for each tenant. A little is kept free for what is urgent."""

    def __init__(self, in_flight: int, of_one: int, load: Mapping[Tenant, int]) -> None:
        self._in_flight, self._of_one, self._load = in_flight, of_one, dict(load)

    def left(self, tenant: Tenant, urgent: bool) -> int:
        """How many more go to a tenant."""
        platform = sum(many for (name, _), many in self._load.items() if name == tenant[0])
        spared = (0, 0) if urgent else (self._in_flight // 8, self._of_one // 8)
        return min(self._in_flight - spared[0] - platform, self._of_one - spared[1] - self._load.get(tenant, 0))

    def take(self, tenant: Tenant, many: int) -> None:
        """Note that so many are on their way."""
        self._load[tenant] = self._load.get(tenant, 0) + many

    def full(self, urgent: bool) -> tuple[list[str], list[Tenant]]:
        """The platforms and the tenants that there is no room for."""
        platforms = {name for name, _ in self._load}
        none = [name for name in platforms if self.left((name, ""), urgent) <= 0]
        return none, [each for each in self._load if self.left(each, urgent) <= 0]


def claim(
    session: Session,
    now: datetime,
    *,
    limit: int,
    room_for: Room | None = None,
    paces: Mapping[str, Pace] | None = None,
    lease: timedelta = LEASE,
    busy: Collection[int] = (),
    after: Cursor = (FIRST, FIRST),
) -> Claim:
    """Lease lanes that are ready and take the next row of each: what is urgent first, in order per subject.

    Tenants take turns, beginning behind `after`, so that nobody waits for the many messages of somebody else. `busy` are lanes
    that the caller is sending to already, whatever the clock says of their lease. A limit of `paces` (by platform) that is spent, or that a
    platform asked to wait for, leaves out who draws on it.
    """
    connection = core(session)
    promote(connection, now)
    turns = _Turns(connection, now, limit, room_for or Room(limit, limit, {}), paces or {}, busy, after)
    taken = [lane for urgent in (True, False) for lane in turns.take(urgent)]
    if not taken:
        return Claim([], turns.after, turns.missed)
    if expired := [lane.id for lane in taken if lane.lease_until is not None]:
        connection.execute(_GIVE_BACK, {"lanes": expired})  # whoever held the lane may have died while sending
    rows = _ready(connection, [lane.id for lane in taken], now)
    if lost := [lane.id for lane in taken if lane.id not in rows]:
        connection.execute(_GIVE_BACK, {"lanes": lost})  # nobody holds the lane, so nobody is sending there
    fates = _fates(connection, rows.values())
    until = now + lease
    claimed = [each for each in (_claimed(row, until, fates) for row in rows.values()) if turns.may(each)]
    going = {each.lane_id for each in claimed}
    if claimed:
        connection.execute(_SENDING, {"rows": [each.id for each in claimed]})
        connection.execute(_LEASED, {"lanes": sorted(going), "until": until})
    turns.spend(claimed)
    let_go(connection, now, {lane.id: Release() for lane in taken if lane.id not in going})
    return Claim(claimed, turns.after, turns.missed or len(going) < len(taken))


class _Turns:
    """One claim's way through those who have something ready."""

    def __init__(
        self,
        connection: Connection,
        now: datetime,
        limit: int,
        room_for: Room,
        paces: Mapping[str, Pace],
        busy: Collection[int],
        after: Cursor,
    ) -> None:
        self._connection, self._now, self._left, self._room, self._paces = connection, now, limit, room_for, paces
        self._busy, self._after = list(busy), {True: after[0], False: after[1]}
        self._taken_as: dict[int, Turn] = {}
        self._budgets: dict[Turn, budgets.Budget] = {}
        self._gone: dict[Turn, int] = {}
        self._held = [
            (platform, tenant, way)
            for platform, tenant, pool in budgets.held(connection, now)
            for way in paces.get(platform, UNLIMITED).ways(pool)
        ]
        self.missed = False

    @property
    def after(self) -> Cursor:
        """Whose turn came last."""
        return self._after[True], self._after[False]

    def take(self, urgent: bool) -> list[Any]:
        """Lock lanes in turns, as many as there is room for."""
        taken: list[Any] = []
        keys = self._keys(urgent)
        self._open(keys)
        while keys and self._left > 0:
            share, again = max(1, self._left // len(keys)), []
            for key in keys:
                most = min(share, self._left, self._room.left(key[:2], urgent), self._allowed(key))
                if most <= 0:
                    continue
                lanes = self._lanes(key, urgent, most)
                taken += lanes
                self._busy += [lane.id for lane in lanes]
                self._taken_as |= {lane.id: self._pool(key) for lane in lanes}
                self._left -= len(lanes)
                self._room.take(key[:2], len(lanes))
                self._gone[self._pool(key)] = self._gone.get(self._pool(key), 0) + len(lanes)
                if lanes:
                    self._after[urgent] = key
                if len(lanes) == most:
                    again.append(key)
            keys = again
        return taken

    def may(self, row: Claimed) -> bool:
        """Whether it draws on the limit that its lane was taken for, or on none."""
        key = (row.platform, row.tenant, str(row.way))
        return self._pool(key) == self._taken_as[row.lane_id] or not self._limits(key)

    def spend(self, claimed: Iterable[Claimed]) -> None:
        """Note what was taken of the limits that a tenant's channels share."""
        gone: dict[Turn, int] = {}
        for each in claimed:
            pool = self._pool((each.platform, each.tenant, str(each.way)))
            gone[pool] = gone.get(pool, 0) + 1
        at, spent = self._now.timestamp(), {}
        for pool, budget in self._budgets.items():
            limits = self._paces[pool[0]].shared[pool[2]]
            if gone.get(pool) or room(limits, budget.spent, at) < 1:
                after = take(limits, budget.spent, at, gone.get(pool, 0))
                free = free_at(limits, after, at)
                spent[pool] = budgets.Budget(after, datetime.fromtimestamp(free, UTC) if free > at else None)
        budgets.write(self._connection, spent)

    def _keys(self, urgent: bool) -> list[Turn]:
        full, sated = self._room.full(urgent)
        told = {"hurries": urgent, "full": full, "sated": sated, "held": self._held, "most": self._left}
        keys: list[Turn] = []
        for platform, tenant, pool in dict.fromkeys((self._after[urgent], FIRST)):
            if len(keys) >= self._left:
                break
            place = {"platform": platform, "tenant": tenant, "pool": pool}
            keys += [(row.platform, row.tenant, row.pool) for row in self._connection.execute(_TURNS, told | place)]
        return list(dict.fromkeys(keys))[: max(0, self._left)]

    def _open(self, keys: Iterable[Turn]) -> None:
        """Lock what was spent of the limits that these share; who is locked by another process is served by it now."""
        wanted = {self._pool(key) for key in keys if self._limits(key)} - self._budgets.keys()
        found = budgets.take(self._connection, wanted)
        self._budgets |= found
        self.missed |= len(found) < len(wanted)

    def _allowed(self, key: Turn) -> int:
        limits = self._limits(key)
        if not limits:
            return self._left
        pool = self._pool(key)
        budget = self._budgets.get(pool)
        if budget is None or (budget.held_until is not None and budget.held_until > self._now):
            return 0
        return room(limits, budget.spent, self._now.timestamp()) - self._gone.get(pool, 0)

    def _lanes(self, key: Turn, urgent: bool, most: int) -> list[Any]:
        platform, tenant, pool = key
        told = {"platform": platform, "tenant": tenant, "pool": pool, "hurries": urgent, "most": most}
        return [*self._connection.execute(_TAKE, told | {"now": self._now, "busy": self._busy})]

    def _pool(self, key: Turn) -> Turn:
        platform, tenant, way = key
        return platform, tenant, self._paces.get(platform, UNLIMITED).pools.get(way, "")

    def _limits(self, key: Turn) -> tuple[Any, ...]:
        pace = self._paces.get(key[0], UNLIMITED)
        return pace.shared.get(pace.pools.get(key[2], ""), ())


def promote(connection: Connection, now: datetime) -> None:
    """Make those ready whose time has come."""
    come = list(connection.execute(_COME, {"now": now}).scalars())
    if not come:
        return
    rows = _ready(connection, come, now)
    connection.execute(
        _PROMOTE,
        [
            {"lane": lane, "hurries": bool(lane in rows and rows[lane].urgent), "by": _way(rows.get(lane))}
            for lane in sorted(come)
        ],
    )


def give_back(session: Session, now: datetime, unsure_until: datetime) -> None:
    """After a start of the only process: what was being sent when it died may have arrived; look for it soon."""
    connection = core(session)
    sending = text("outbox.state IN ('waiting','sending','unsure') AND outbox.state = 'sending'")
    lanes = set(connection.execute(select(OUTBOX.c.lane_id).where(sending)).scalars())
    connection.execute(update(OUTBOX).where(sending).values(state="unsure", due_at=unsure_until))
    let_go(connection, now, {lane: Release() for lane in lanes})


def next_due(session: Session, now: datetime) -> datetime | None:
    """Tell when the next lane, or the next limit, comes free; None when nothing waits for its time."""
    connection = core(session)
    times = [connection.execute(_NEXT_TO_COME).scalar_one(), budgets.next_free(connection, now)]
    return min((each for each in times if each is not None), default=None)


@dataclass(frozen=True, slots=True)
class Release:
    """How a lane is let go: nothing goes there before `hold`; `spent` is what is gone of its own limits now (None: as before)."""

    hold: datetime | None = None
    spent: list[float] | None = None


def let_go(connection: Connection, now: datetime, lanes: Mapping[int, Release]) -> None:
    """End the leases of locked lanes, and note when each next has something to do."""
    if not lanes:
        return
    ids = sorted(lanes)
    rows = _ready(connection, ids, now)
    waiting = [lane for lane in ids if lane not in rows]
    soonest = {row.id: row.due_at for row in connection.execute(_SOONEST, {"lanes": waiting})} if waiting else {}
    told = []
    for lane in ids:
        row, hold = rows.get(lane), lanes[lane].hold
        due = row.due_at if row is not None else soonest.get(lane)
        if due is not None and hold is not None:
            due = max(due, hold)
        told.append({"lane": lane, "until": hold, "due": due, "is_ready": due is not None and due <= now,
                     "hurries": bool(row is not None and row.urgent), "by": _way(row)})  # fmt: skip
    connection.execute(_LET_GO, told)
    if spent := [{"lane": lane, "gone": lanes[lane].spent} for lane in ids if lanes[lane].spent is not None]:
        connection.execute(_SPEND, spent)


def _ready(connection: Connection, lanes: Collection[int], now: datetime) -> dict[int, Any]:
    return {row.lane_id: row for row in connection.execute(_READY, {"lanes": sorted(lanes), "now": now})}


def _way(row: Any | None) -> str:
    if row is None:
        return ""
    way = Way(row.way)
    return str(Way.EDIT if row.post_message is not None and way in (Way.POST, Way.DIRECT) else way)


def _fates(connection: Connection, rows: Iterable[Any]) -> dict[tuple[int, str, str], str]:
    """What became of the cards that these belong under, where they do not stand."""
    cards = [(row.lane_id, row.subject, row.under) for row in rows if row.under and row.parent_message is None]
    if not cards:
        return {}
    found = connection.execute(_FATES.order_by(OUTBOX.c.id), {"cards": cards})
    return {(row.lane_id, row.subject, row.slot): row.state for row in found}


def _claimed(row: Any, until: datetime, fates: Mapping[tuple[int, str, str], str]) -> Claimed:
    own = row.target[0] in "@~"
    account = None
    if row.user is not None:
        account = Account(row.platform, row.home, row.user)
    elif own:
        account = Account(row.platform, row.tenant, row.target[1:])
    return Claimed(
        id=row.id,
        lane_id=row.lane_id,
        lease_until=until,
        platform=row.platform,
        tenant=row.tenant,
        channel=row.post_channel or ("" if own else row.target),
        way=Way(_way(row)),
        subject=row.subject,
        slot=row.slot,
        under=row.under,
        urgent=row.urgent,
        message=row.message,
        token=row.token,
        trace=row.trace,
        tries=row.tries + 1,
        created_at=row.created_at,
        unsure=row.state == "unsure",
        account=account,
        partnership_id=row.partnership_id,
        account_id=row.account_id,
        room_id=row.room_id,
        thread=row.parent_message or "",
        post=row.post_message or "",
        orphaned=fates.get((row.lane_id, row.subject, row.under), "") if row.under else "",
    )
