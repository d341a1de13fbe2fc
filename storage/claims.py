"""What this process is to deliver now: one row of each lane that it leased.

One rule: what is taken is marked as being sent in the same transaction, before anything leaves, so that whoever dies in between leaves a
row that says it may have arrived.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, and_, bindparam, select, tuple_, update
from sqlmodel import Session

from bot.port import Way
from bot.rules.pacing import Pace
from bot.words import Account
from storage import heads
from storage.among import among, several
from storage.heads import Head
from storage.holders import Watch, me
from storage.lanes import Release, let_go, promote
from storage.outbox import LANES, OUTBOX
from storage.statements import Prepared, core, database_of
from storage.tables import UtcDateTime
from storage.turns import FIRST, Cursor, Room, Tenant, Turn, Turns
from storage.unsettled import ACTIVE

LEASE = timedelta(seconds=60)
_LOOK_AGAIN = timedelta(seconds=2)  # at a lane whose holder is still sending, whatever the clock says

_THOSE: BindParameter[Any] = bindparam("lanes", expanding=True)
_UNTIL = bindparam("until", type_=UtcDateTime)
_GIVE_BACK = (
    update(OUTBOX).where(ACTIVE, OUTBOX.c.lane_id.in_(_THOSE), OUTBOX.c.state == "sending").values(state="unsure")
)
_SENDING = Prepared(
    lambda insert: (
        update(OUTBOX).where(among(OUTBOX.c.id, database_of(insert))).values(state="sending", tries=OUTBOX.c.tries + 1)
    )
)
_LEASED = Prepared(
    lambda insert: (
        update(LANES)
        .where(among(LANES.c.id, database_of(insert)))
        .values(lease_until=_UNTIL, due_at=_UNTIL, ready=False, holder=bindparam("by"))
    )
)
_LEFT_TO_THEM = update(LANES).where(LANES.c.id.in_(_THOSE)).values(due_at=_UNTIL, ready=False)
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
    def turn(self) -> Turn:
        """In whose turn it goes."""
        return self.platform, self.tenant, str(self.way)

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
    watch: Watch | None = None,
) -> Claim:
    """Lease lanes that are ready and take the next row of each: what is urgent first, in order per subject.

    Tenants take turns, beginning behind `after`, so that nobody waits for the many messages of somebody else. `busy` are lanes
    that the caller is sending to already, whatever the clock says of their lease; `watch` tells to which others are. A limit of
    `paces` (by platform) that is spent, or that a platform asked to wait for, leaves out who draws on it.
    """
    connection = core(session)
    promote(session, now)
    turns = Turns(session, now, limit, room_for or Room(limit, limit, {}), paces or {}, busy, after)
    taken = [lane for urgent in (True, False) for lane in turns.take(urgent)]
    theirs = (watch or Watch()).sending(connection, {each.id: each.holder for each in taken if each.holder is not None})
    if theirs:
        connection.execute(_LEFT_TO_THEM, {"lanes": sorted(theirs), "until": now + _LOOK_AGAIN})
        taken = [each for each in taken if each.id not in theirs]
    if not taken:
        return Claim([], turns.after, turns.missed)
    if expired := [lane.id for lane in taken if lane.lease_until is not None]:
        connection.execute(_GIVE_BACK, {"lanes": expired})  # whoever held the lane may have died while sending
    rows = heads.ready(session, [lane.id for lane in taken], now)
    if lost := [lane.id for lane in taken if lane.id not in rows]:
        connection.execute(_GIVE_BACK, {"lanes": lost})  # nobody holds the lane, so nobody is sending there
    fates = _fates(session, rows.values())
    until = now + lease
    claimed = [
        each for each in (_claimed(row, until, fates) for row in rows.values()) if turns.may(each.lane_id, each.turn)
    ]
    going = {each.lane_id for each in claimed}
    if claimed:
        _SENDING.all(session, ids=several(connection, [each.id for each in claimed]))
        _LEASED.all(session, ids=several(connection, sorted(going)), until=until, by=me())
    turns.spend(each.turn for each in claimed)
    let_go(session, now, {lane.id: Release() for lane in taken if lane.id not in going})
    return Claim(claimed, turns.after, turns.missed or len(going) < len(taken))


def give_back(session: Session, now: datetime, unsure_until: datetime) -> None:
    """After a start of the only process: what was being sent when it died may have arrived; look for it soon."""
    connection = core(session)
    sending = and_(ACTIVE, OUTBOX.c.state == "sending")
    lanes = set(connection.execute(select(OUTBOX.c.lane_id).where(sending)).scalars())
    connection.execute(update(OUTBOX).where(sending).values(state="unsure", due_at=unsure_until))
    let_go(session, now, {lane: Release() for lane in lanes})


def _fates(session: Session, rows: Iterable[Head]) -> dict[tuple[int, str, str], str]:
    """What became of the cards that these belong under, where they do not stand."""
    cards = [(row.lane_id, row.subject, row.under) for row in rows if row.under and row.parent_message is None]
    if not cards:
        return {}
    found = core(session).execute(_FATES.order_by(OUTBOX.c.id), {"cards": cards})
    return {(row.lane_id, row.subject, row.slot): row.state for row in found}


def _claimed(row: Head, until: datetime, fates: Mapping[tuple[int, str, str], str]) -> Claimed:
    own = row.target[0] in "@~"
    account = None
    if row.user is not None and row.home is not None:
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
        way=Way(heads.way(row)),
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
