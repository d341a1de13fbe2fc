"""A clock that was turned back: what was to go at once goes at once, and nothing waits for an hour that comes a second time.

One rule: agreed times stay as they are; what else lies ahead was counted from the time before, and is counted from now.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, Connection, and_, bindparam, or_, select, update
from sqlmodel import Session

from bot.rules.retrying import pause
from bot.rules.rhythm import AT_ONCE
from storage import beats, budgets, timers
from storage.claims import LEASE
from storage.holders import SENT_TO, Watch, me
from storage.lanes import Release, let_go
from storage.outbox import LANES, OUTBOX
from storage.statements import core
from storage.tables import UtcDateTime
from storage.unsettled import ACTIVE

_NOTICED = timedelta(seconds=1)  # that clocks of several machines may well be apart
_SLICE = 500
_NOW = bindparam("now", type_=UtcDateTime)
_THOSE: BindParameter[Any] = bindparam("lanes", expanding=True)
_IN_VAIN = and_(ACTIVE, OUTBOX.c.due_at > _NOW, or_(OUTBOX.c.tries > 0, ~OUTBOX.c.put_off))  # if it is not a pause
_AHEAD = (
    select(LANES.c.id, LANES.c.lease_until, LANES.c.holder)
    .where(
        LANES.c.id > bindparam("after"),
        or_(
            LANES.c.due_at > _NOW,
            LANES.c.lease_until > _NOW,
            select(OUTBOX.c.id).where(_IN_VAIN, OUTBOX.c.lane_id == LANES.c.id).exists(),
        ),
    )
    .order_by(LANES.c.id)
    .limit(_SLICE)
    .with_for_update()
)
_ABANDONED = update(LANES).where(LANES.c.id.in_(_THOSE)).values(lease_until=_NOW, due_at=_NOW, ready=False)
_LOOKED_AT = update(LANES).where(LANES.c.id.in_(_THOSE)).values(due_at=_NOW, ready=False)
_COUNTED = select(
    OUTBOX.c.id, OUTBOX.c.lane_id, OUTBOX.c.tries, OUTBOX.c.state, OUTBOX.c.created_at, OUTBOX.c.due_at
).where(_IN_VAIN, OUTBOX.c.lane_id.in_(_THOSE))
_WAITS_IN_VAIN = select(OUTBOX.c.id).where(_IN_VAIN, OUTBOX.c.tries == 0).limit(1)
_COUNT_ANEW = (
    update(OUTBOX)
    .where(OUTBOX.c.id == bindparam("row"))
    .values(due_at=bindparam("due", type_=UtcDateTime), created_at=bindparam("since", type_=UtcDateTime))
)


def noticed(session: Session, now: datetime) -> bool:
    """Tell whether it shows in what was kept: a process was alive later than now, or what is to go at once waits for a later time."""
    last = beats.last(session)
    if last is not None and last > now + _NOTICED:
        return True
    return core(session).execute(_WAITS_IN_VAIN, {"now": now + _NOTICED}).first() is not None


@dataclass(frozen=True, slots=True)
class Caught:
    """How far it came: the lane `after` which to go on (None at the end), and whether somebody may still be sending to one that is held
    for too long, so that it is to be looked at again."""

    after: int | None
    again: bool


def catch_up(session: Session, now: datetime, after: int, watch: Watch) -> Caught:
    """Count anew what waits in the lanes behind that id, some hundreds of them. With the first of them go the timers that are due at
    once, or failed.

    Done twice it changes nothing more, so that several processes may notice.
    """
    connection = core(session)
    if not after:
        timers.bring_forward(session, AT_ONCE, now)
        budgets.free(connection, now + LEASE)
    lanes = {row.id: row for row in connection.execute(_AHEAD, {"after": after, "now": now})}
    sent_to = {*connection.execute(SENT_TO, {"lanes": [*lanes]}).scalars()}
    theirs = watch.sending(connection, {id: lanes[id].holder for id in sent_to if lanes[id].holder is not None})
    abandoned = {id for id in sent_to - theirs if lanes[id].holder not in (None, me())}
    if abandoned:
        connection.execute(_ABANDONED, {"lanes": sorted(abandoned), "now": now})
    # Whose lease is over were left to who may still be sending there, until a moment after the time that it was then.
    if left := [id for id in sent_to - abandoned if _over(lanes[id].lease_until, now)]:
        connection.execute(_LOOKED_AT, {"lanes": sorted(left), "now": now})
    # What waits behind what is being sent goes when that came home.
    _count_anew(connection, now, lanes, sent_to - abandoned)
    let_go(session, now, {id: Release(_held(row.lease_until, now)) for id, row in lanes.items() if id not in sent_to})
    return Caught(
        max(lanes) if len(lanes) == _SLICE else None, any(_too_long(lanes[id].lease_until, now) for id in theirs)
    )


def _over(until: datetime | None, now: datetime) -> bool:
    return until is not None and until <= now


def _too_long(until: datetime | None, now: datetime) -> bool:
    """Whether a lease could never be so long, had the clock not been turned back."""
    return until is not None and until > now + LEASE


def _held(until: datetime | None, now: datetime) -> datetime | None:
    """Until when a lane to which nobody is sending is held: a limit or a platform that asks to wait seldom takes longer than a lease."""
    return until if until is not None and now < until <= now + LEASE else None


def _count_anew(connection: Connection, now: datetime, lanes: Collection[int], sent_to: Collection[int]) -> None:
    counted = []
    for row in connection.execute(_COUNTED, {"lanes": sorted(lanes), "now": now}):
        if row.state == "sending" and row.lane_id in sent_to:
            continue
        wait = pause(row.tries, after=None, unsure=row.state != "waiting", luck=0) if row.tries else timedelta()
        counted.append({"row": row.id, "due": min(row.due_at, now + wait), "since": min(row.created_at, now)})
    if counted:
        connection.execute(_COUNT_ANEW, counted)
