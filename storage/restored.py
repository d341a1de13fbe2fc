"""A database that was put back as it was some time ago: what it says is to be sent may have been sent since.

One rule: nothing that may have arrived goes out again unasked. Where a platform can be asked it is asked; where it cannot, what was
on its way is set aside for the operator.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select, update
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from bot.port import Way
from bot.words import Status
from storage import beats
from storage.outbox import LANES, OUTBOX
from storage.posts import POSTS
from storage.statements import core, table
from storage.tables import Partnership, Room, RoomPartnership
from storage.unsettled import ACTIVE

_STANDS = (
    select(POSTS.c.id)
    .where(
        OUTBOX.c.message.is_(None),
        POSTS.c.lane_id == OUTBOX.c.lane_id,
        POSTS.c.subject == OUTBOX.c.subject,
        POSTS.c.slot == OUTBOX.c.slot,
    )
    .exists()
)
_PRIVATE = OUTBOX.c.way == Way.PRIVATE


@dataclass(frozen=True, slots=True)
class Unsettled:
    """What was on its way: looked for before it goes again, never shown twice (private replies in rooms), set aside."""

    asked: int
    private: int
    aside: int


def newest(session: Session) -> datetime | None:
    """When the bot last noted anything: that old is the database at most."""
    answered = core(session).execute(select(func.max(table("inbox").c.at))).scalar_one()
    return max((at for at in (answered, beats.last(session)) if at is not None), default=None)


def doubt(session: Session, now: datetime, finds: Collection[str]) -> Unsettled:
    """Doubt of everything that was to go by now whether it went; `finds` are the platforms that can be asked.

    A card that stands, and somebody's own page where that is not a message, may be drawn again at no harm.
    """
    connection = core(session)
    asks = OUTBOX.c.lane_id.in_(select(LANES.c.id).where(LANES.c.platform.in_(finds)))
    put_off = and_(OUTBOX.c.tries == 0, OUTBOX.c.due_at > now)
    gone = and_(ACTIVE, ~put_off, ~_STANDS)
    trouble = "the database was put back: this may have been delivered since then"
    aside = update(OUTBOX).where(gone, ~asks).values(state="parked", settled_at=now, trouble=trouble)
    counted = select(func.count()).where(gone, asks, OUTBOX.c.way != Way.HOME)
    private = connection.execute(counted.where(_PRIVATE)).scalar_one()
    asked = connection.execute(counted.where(~_PRIVATE)).scalar_one()
    # What is being sent is given back by the start, or when its lease has run out, and looked for then.
    looked = update(OUTBOX).where(gone, asks, OUTBOX.c.way != Way.HOME, OUTBOX.c.state == "waiting")
    connection.execute(looked.values(state="unsure"))
    return Unsettled(asked, private, connection.execute(aside).rowcount)


def homes(session: Session) -> Sequence[tuple[int, Room]]:
    """The rooms that partnerships live in, with whose they are; closed partnerships are left out."""
    statement = (
        rows_of(Partnership.id, Room)
        .join(RoomPartnership, col(RoomPartnership.partnership_id) == Partnership.id)
        .join(Room, col(Room.id) == RoomPartnership.room_id)
        .where(Partnership.status != Status.CLOSED, col(Room.gone_at).is_(None))
        .order_by(col(Partnership.id), col(Room.id))
    )
    return session.exec(statement).all()
