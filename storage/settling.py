"""What became of sends: they arrived, they go again, or they never will.

One rule: only who still holds the lane's lease may tell; the lanes are locked first, all at once, and let go last.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, select, update
from sqlmodel import Session

from bot.port import Sent, Way
from bot.rules.pacing import UNLIMITED, Pace, free_at, take
from storage import aside, budgets, lanes, posts
from storage.among import among, several
from storage.arriving import NOTICED
from storage.claims import Claimed
from storage.lanes import Release
from storage.outbox import LANES, OUTBOX
from storage.statements import Prepared, core, database_of
from storage.tables import UtcDateTime
from storage.unsettled import ACTIVE

_LOCK = Prepared(
    lambda insert: (
        select(LANES.c.id, LANES.c.lease_until, LANES.c.troubled_at, LANES.c.spent)
        .where(among(LANES.c.id, database_of(insert)))
        .order_by(LANES.c.id)
        .with_for_update()
    )
)
_AT = bindparam("at", type_=UtcDateTime)
_TROUBLED = update(LANES).where(LANES.c.id == bindparam("lane")).values(troubled_at=_AT)
_ARRIVED = Prepared(  # what was said stands with the platform; nobody's words are kept here any longer than it takes to send them
    lambda insert: (
        update(OUTBOX)
        .where(among(OUTBOX.c.id, database_of(insert)))
        .values(state="sent", message=None, settled_at=_AT, trouble="")
    )
)
_NEW = (Way.POST, Way.DIRECT, Way.HOME)


class _Lane(NamedTuple):
    id: int
    lease_until: datetime | None
    troubled_at: datetime | None
    spent: list[float] | None


@dataclass
class Settling:
    """One transaction's word on what was claimed. Ends with `let_go`."""

    session: Session
    now: datetime
    paces: Mapping[str, Pace] = field(default_factory=dict)
    _held: dict[int, _Lane] = field(default_factory=dict)
    _releases: dict[int, Release] = field(default_factory=dict)

    def hold(self, claimed: Collection[Claimed]) -> list[Claimed]:
        """Lock the lanes of these; gives those that are still held. Of the others another process looks after the row now."""
        lanes = several(self._connection, sorted(each.lane_id for each in claimed))
        rows = {row.id: row for row in map(_Lane._make, _LOCK.all(self.session, ids=lanes))}
        mine = [each for each in claimed if each.lane_id in rows and rows[each.lane_id].lease_until == each.lease_until]
        for each in mine:
            self._held[each.lane_id] = rows[each.lane_id]
            self._releases[each.lane_id] = self._after(each)
        return mine

    def sent(self, arrived: Iterable[tuple[Claimed, Sent]]) -> None:
        """They arrived; a living card is known from now on by where it stands (nowhere, if the platform does not say)."""
        ids, cards = [], []
        for claimed, place in arrived:
            ids.append(claimed.id)
            if place.message and claimed.living and claimed.way in _NEW:
                cards.append(_card(claimed, place))
        if cards:
            posts.stand(self.session, cards)
        if ids:
            _ARRIVED.all(self.session, ids=several(self._connection, ids), at=self.now)

    def later(
        self, claimed: Claimed, *, due: datetime, tries: int, unsure: bool, whole: bool, wide: str | None, reason: str
    ) -> bool:
        """It goes again at `due`, after so many `tries`; with `whole` nothing else goes in that lane before, and with `wide`, the name
        of a limit that the tenant's channels share, nothing that draws on that. Tells whether by now, and not before, it has failed for
        long enough to be worth a word elsewhere."""
        lane = self._held[claimed.lane_id]
        state: dict[str, Any] = {"state": "unsure"} if unsure else self._waits_again(claimed)
        self._connection.execute(_TROUBLED, {"lane": claimed.lane_id, "at": self.now})
        self._set(claimed, {**state, "due_at": due, "tries": tries, "trouble": reason})
        if whole:
            release = self._releases[claimed.lane_id]
            self._releases[claimed.lane_id] = Release(max(due, release.hold or due), release.spent)
        if wide is not None:
            budgets.hold(self.session, (claimed.platform, claimed.tenant, wide), due)
        since = claimed.created_at + NOTICED
        return self.now >= since and (claimed.tries == 1 or lane.troubled_at is None or lane.troubled_at < since)

    def anew(self, claimed: Claimed, reason: str) -> None:
        """Where the living card stood it stands no more: forget the place and post it afresh."""
        posts.leave(self.session, claimed.lane_id, claimed.subject, claimed.slot)
        self._set(claimed, {**self._waits_again(claimed), "due_at": self.now, "trouble": reason})

    def never(self, claimed: Claimed, reason: str) -> None:
        """Park it, and what waits in the thread of the card that it would have been."""
        if claimed.living and claimed.way is not Way.EDIT and claimed.slot:
            self._connection.execute(
                update(OUTBOX)
                .where(
                    ACTIVE,
                    OUTBOX.c.lane_id == claimed.lane_id,
                    OUTBOX.c.subject == claimed.subject,
                    OUTBOX.c.under == claimed.slot,
                    OUTBOX.c.id != claimed.id,
                )
                .values(
                    state="parked",
                    settled_at=self.now,
                    trouble=f"the card it belongs under was not delivered: {reason}",
                )
            )
        self._set(claimed, {"state": "parked", "settled_at": self.now, "trouble": reason})

    def dropped(self, claimed: Claimed, reason: str) -> None:
        """Nothing is to be said any more, or it must not be said twice."""
        self._set(claimed, {"state": "dropped", "settled_at": self.now, "trouble": reason})

    def let_go(self) -> None:
        """End the leases, and note when each lane next has something to do."""
        lanes.let_go(self.session, self.now, self._releases)

    @property
    def _connection(self) -> Connection:
        return core(self.session)

    def _after(self, claimed: Claimed) -> Release:
        """What a try takes of the limits of its channel, counted when it ended, so that no two are nearer than they may be."""
        pace = self.paces.get(claimed.platform, UNLIMITED)
        if claimed.way not in pace.counted:
            return Release()
        at = self.now.timestamp()
        spent = take(pace.channel, self._held[claimed.lane_id].spent, at)
        free = free_at(pace.channel, spent, at)
        return Release(datetime.fromtimestamp(free, UTC) if free > at else None, spent)

    def _waits_again(self, claimed: Claimed) -> dict[str, Any]:
        """A card that was asked for again while it was on its way waits once, in its older place."""
        hurried = claimed.living and aside.supersede(self.session, claimed.lane_id, claimed.subject, claimed.slot)
        return {"state": "waiting"} | ({"urgent": True} if hurried else {})

    def _set(self, claimed: Claimed, values: dict[str, Any]) -> None:
        self._connection.execute(update(OUTBOX).where(OUTBOX.c.id == claimed.id).values(**values))


def _card(claimed: Claimed, place: Sent) -> dict[str, Any]:
    return {
        "lane_id": claimed.lane_id,
        "subject": claimed.subject,
        "slot": claimed.slot,
        "platform": claimed.platform,
        "tenant": claimed.tenant,
        "channel": place.channel,
        "message": place.message,
        "under": claimed.under,
        "partnership_id": claimed.partnership_id,
        "account_id": claimed.account_id,
        "room_id": claimed.room_id,
    }
