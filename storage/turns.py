"""Turns: who has something ready goes one after the other, and takes no more than there is room for and than the limits allow.

One rule: tenants go in their order, beginning behind who came last, so that nobody waits for the many messages of somebody else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Boolean, Integer, String, bindparam, literal_column, select, text, tuple_
from sqlmodel import Session

from bot.rules.pacing import UNLIMITED, Pace, free_at, room, take
from storage import budgets
from storage.among import among, several
from storage.outbox import LANES
from storage.statements import Prepared, core, database_of
from storage.tables import UtcDateTime

Tenant = tuple[str, str]
"""A platform and a tenant of it, to whom a lane belongs."""

Turn = tuple[str, str, str]
"""Platform, tenant and way: who takes turns."""

FIRST: Turn = ("", "", "")
"""Before everybody."""

Cursor = tuple[Turn, Turn]
"""Whose turn came last: with what is urgent, and with the rest."""

_NOW = bindparam("now", type_=UtcDateTime)
_MOST = bindparam("most", type_=Integer)


def _turns(insert: Any) -> Any:
    """Who has something ready, behind somebody, in their order: found by leaps, however much each of them has."""
    urgent: BindParameter[Any] = bindparam("hurries", type_=Boolean)
    behind = tuple_(*(bindparam(name, type_=String) for name in ("platform", "tenant", "pool")))
    begins, leaps, follows = LANES.alias("begins"), LANES.alias("leaps"), LANES.alias("follows")
    key, leap, follow = ([each.c.platform, each.c.tenant, each.c.pool] for each in (begins, leaps, follows))
    begin = select(*key).where(text("begins.ready"), begins.c.urgent == urgent, tuple_(*key) > behind)
    found = select(begin.order_by(*key).limit(1).subquery("beginning")).cte("turns", recursive=True)
    after = select(leaps.c.id).where(text("leaps.ready"), leaps.c.urgent == urgent, tuple_(*leap) > tuple_(*found.c))
    nearest = after.order_by(*leap, leaps.c.due_at, leaps.c.id).limit(1).correlate(found).scalar_subquery()
    found = found.union_all(select(*follow).join_from(found, follows, follows.c.id == nearest))
    tenant = found.c.platform + literal_column("'/'") + found.c.tenant
    left_out = [
        among(what, database_of(insert), name, String)
        for what, name in (
            (found.c.platform, "full"),
            (tenant, "sated"),
            (found.c.pool + literal_column("'/'") + tenant, "held"),
        )
    ]
    return select(found).where(*(~each for each in left_out)).limit(_MOST)


def _take(insert: Any) -> Any:
    """The lanes of one of them that are ready, the oldest first."""
    return (
        select(LANES.c.id, LANES.c.lease_until, LANES.c.holder)
        .where(
            text("lanes.ready"),
            LANES.c.urgent == bindparam("hurries"),
            LANES.c.platform == bindparam("platform"),
            LANES.c.tenant == bindparam("tenant"),
            LANES.c.pool == bindparam("pool"),
            LANES.c.due_at <= _NOW,
            (LANES.c.lease_until.is_(None)) | (LANES.c.lease_until <= _NOW),
            ~among(LANES.c.id, database_of(insert), "busy"),
        )
        .order_by(LANES.c.due_at, LANES.c.id)
        .limit(_MOST)
        .with_for_update(skip_locked=True)
    )


_TURNS, _TAKE = Prepared(_turns), Prepared(_take)


class Taken(NamedTuple):
    """A lane that was locked; who held it last, and until when, if it was not let go."""

    id: int
    lease_until: datetime | None
    holder: int | None


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


class Turns:
    """One claim's way through those who have something ready."""

    def __init__(
        self,
        session: Session,
        now: datetime,
        limit: int,
        room_for: Room,
        paces: Mapping[str, Pace],
        busy: Collection[int],
        after: Cursor,
    ) -> None:
        self._session, self._now, self._left, self._room, self._paces = session, now, limit, room_for, paces
        self._connection = core(session)
        self._busy, self._after = list(busy), {True: after[0], False: after[1]}
        self._taken_as: dict[int, Turn] = {}
        self._budgets: dict[Turn, budgets.Budget] = {}
        self._gone: dict[Turn, int] = {}
        self._held = [
            f"{way}/{platform}/{tenant}"
            for platform, tenant, pool in budgets.held(session, now)
            for way in paces.get(platform, UNLIMITED).ways(pool)
        ]
        self.missed = False

    @property
    def after(self) -> Cursor:
        """Whose turn came last."""
        return self._after[True], self._after[False]

    def take(self, urgent: bool) -> list[Taken]:
        """Lock lanes in turns, as many as there is room for."""
        taken: list[Taken] = []
        keys = self._keys(urgent)
        self._open(keys)
        while asked := self._shares(keys, urgent):
            found = dict(zip(asked, self._lanes(asked, urgent), strict=True))
            for key, lanes in found.items():
                self._count(key, len(lanes) - asked[key])  # who has fewer leaves the rest to others
                self._taken_as |= {lane.id: self._pool(key) for lane in lanes}
                taken += lanes
            self._busy += [lane.id for lanes in found.values() for lane in lanes]
            if most := max(
                map(len, found.values())
            ):  # had they gone one by one, the last of those with the most came last
                self._after[urgent] = [key for key, lanes in found.items() if len(lanes) == most][-1]
            keys = [key for key in keys if key not in found or len(found[key]) == asked[key]]
        return taken

    def may(self, lane: int, key: Turn) -> bool:
        """Whether what goes there draws on the limit that the lane was taken for, or on none."""
        return self._pool(key) == self._taken_as[lane] or not self._limits(key)

    def spend(self, claimed: Iterable[Turn]) -> None:
        """Note what was taken of the limits that a tenant's channels share."""
        gone = Counter(self._pool(key) for key in claimed)
        at, spent = self._now.timestamp(), {}
        for pool, budget in self._budgets.items():
            limits = self._paces[pool[0]].shared[pool[2]]
            if gone[pool] or room(limits, budget.spent, at) < 1:
                after = take(limits, budget.spent, at, gone[pool])
                free = free_at(limits, after, at)
                spent[pool] = budgets.Budget(after, datetime.fromtimestamp(free, UTC) if free > at else None)
        budgets.write(self._connection, spent)

    def _keys(self, urgent: bool) -> list[Turn]:
        full, sated = self._room.full(urgent)
        left_out = {"full": full, "sated": [f"{platform}/{tenant}" for platform, tenant in sated], "held": self._held}
        told = {name: several(self._connection, each) for name, each in left_out.items()}
        keys: list[Turn] = []
        for platform, tenant, pool in dict.fromkeys((self._after[urgent], FIRST)):
            if len(keys) >= self._left:
                break
            place = {"platform": platform, "tenant": tenant, "pool": pool}
            keys += [(*key,) for key in _TURNS.all(self._session, **told, **place, hurries=urgent, most=self._left)]
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

    def _shares(self, keys: Sequence[Turn], urgent: bool) -> dict[Turn, int]:
        """How many each of these may take now, counted as taken; who may take none is left out."""
        able = [key for key in keys if self._left > 0 and self._most(key, urgent) > 0]
        share, over = divmod(self._left, len(able) or 1)
        shares: dict[Turn, int] = {}
        for place, key in enumerate(able):
            most = min(share + (place < over), self._most(key, urgent))
            if most > 0:
                shares[key] = most
                self._count(key, most)
        return shares

    def _most(self, key: Turn, urgent: bool) -> int:
        return min(self._room.left(key[:2], urgent), self._allowed(key))

    def _count(self, key: Turn, many: int) -> None:
        """Note that so many of these go, or so many fewer."""
        self._left -= many
        self._room.take(key[:2], many)
        self._gone[self._pool(key)] = self._gone.get(self._pool(key), 0) + many

    def _lanes(self, asked: Mapping[Turn, int], urgent: bool) -> list[list[Taken]]:
        """Lock lanes of each of these, so many at most."""
        told = {"hurries": urgent, "now": self._now, "busy": several(self._connection, self._busy)}
        each = [
            {**told, "platform": platform, "tenant": tenant, "pool": pool, "most": most}
            for (platform, tenant, pool), most in asked.items()
        ]
        return [[Taken(*row) for row in rows] for rows in _TAKE.rows(self._session, each)]

    def _pool(self, key: Turn) -> Turn:
        platform, tenant, way = key
        return platform, tenant, self._paces.get(platform, UNLIMITED).pool(way)

    def _limits(self, key: Turn) -> tuple[Any, ...]:
        pace = self._paces.get(key[0], UNLIMITED)
        return pace.shared.get(pace.pool(key[2]), ())
