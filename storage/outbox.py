"""What the bot will say: a row in the same transaction as the fact it tells.

One rule: the lane is locked before a row takes its id, so that ids in a lane follow the order of commits.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, delete, func, or_, select, text, update
from sqlmodel import Session

from bot.port import Way
from storage.statements import core, inserting, table
from storage.tables import UtcDateTime

LANES = table("lanes")
OUTBOX = table("outbox")
POSTS = table("posts")
ACTIVE = text("outbox.state IN ('waiting','sending','unsure')")  # written out, so that the partial index is seen

_DUE = bindparam("due", type_=UtcDateTime)
_WAKE = (
    update(LANES)
    .where(LANES.c.id == bindparam("lane"))
    .values(due_at=case((or_(LANES.c.due_at.is_(None), LANES.c.due_at > _DUE), _DUE), else_=LANES.c.due_at))
)
_WAYS = {"@": Way.DIRECT, "~": Way.HOME}  # by the mark before a lane's target
_STANDING_AT = select(POSTS).where(
    POSTS.c.platform == bindparam("platform"),
    POSTS.c.tenant == bindparam("tenant"),
    POSTS.c.channel == bindparam("channel"),
    POSTS.c.message == bindparam("message"),
)
_LATER = OUTBOX.alias("later")
_PARKED = text("outbox.state = 'parked'")
_STUCK = (  # living cards that were set aside and stand nowhere, the last of each
    select(OUTBOX.c.id, OUTBOX.c.subject, OUTBOX.c.lane_id)
    .where(
        _PARKED,
        OUTBOX.c.message.is_(None),
        OUTBOX.c.way != Way.HOME,
        ~select(_LATER.c.id)
        .where(
            _LATER.c.lane_id == OUTBOX.c.lane_id,
            _LATER.c.subject == OUTBOX.c.subject,
            _LATER.c.slot == OUTBOX.c.slot,
            _LATER.c.message.is_(None),
            _LATER.c.id > OUTBOX.c.id,
        )
        .exists(),
    )
    .order_by(OUTBOX.c.id)
)
_LANE = select(LANES.c.id).where(
    LANES.c.platform == bindparam("platform"),
    LANES.c.tenant == bindparam("tenant"),
    LANES.c.target == bindparam("target"),
)
_EARLIER = (
    ACTIVE,
    OUTBOX.c.lane_id == bindparam("lane"),
    OUTBOX.c.subject == bindparam("about"),
)
# A row that was put off on purpose comes forward; one that failed keeps its pause.
_FORWARD = case(((OUTBOX.c.tries == 0) & (OUTBOX.c.due_at > _DUE), _DUE), else_=OUTBOX.c.due_at)
_HURRY = update(OUTBOX).where(*_EARLIER).values(urgent=True, due_at=_FORWARD)
_SOONER = (
    update(OUTBOX)
    .where(*_EARLIER, OUTBOX.c.state == "waiting", OUTBOX.c.message.is_(None), OUTBOX.c.slot == bindparam("at_slot"))
    .values(due_at=_FORWARD)
)


@dataclass(frozen=True, slots=True)
class Parked:
    """Something that could not be delivered, and why."""

    id: int
    partnership_id: int | None
    platform: str
    tenant: str
    target: str
    way: Way
    subject: str
    created_at: datetime
    trouble: str


@cache
def _say(insert: Any) -> Any:
    return insert(OUTBOX).on_conflict_do_nothing().returning(OUTBOX.c.id)


@cache
def _open(insert: Any) -> Any:
    return insert(LANES).on_conflict_do_nothing()


def lane(session: Session, platform: str, tenant: str, target: str) -> int:
    """Find or make the lane of a channel (`C123`), of a user's direct messages (`@U1`) or own page (`~U1`)."""
    connection = core(session)
    key = {"platform": platform, "tenant": tenant, "target": target}
    found = connection.execute(_LANE, key).scalar_one_or_none()
    if found is None:
        connection.execute(_open(inserting(connection)), key)
        found = connection.execute(_LANE, key).scalar_one()
    return int(found)


def announce(
    session: Session,
    *,
    now: datetime,
    lane: int,
    way: Way,
    subject: str,
    message: str | None,
    slot: str = "",
    under: str = "",
    urgent: bool = False,
    partnership_id: int | None = None,
    account_id: int | None = None,
    room_id: int | None = None,
    due_at: datetime | None = None,
) -> None:
    """Say something once (a packed message), or let a living card (no message) be drawn and sent; a waiting card is not doubled.

    `under` names the slot of the living card in whose thread it goes; empty means in no thread. Order holds per subject in a
    lane. Urgent takes along what waits for the same subject there, and what was put off.
    """
    due = due_at or now
    connection = core(session)
    connection.execute(_WAKE, {"lane": lane, "due": due})
    row = {
        "lane_id": lane,
        "partnership_id": partnership_id,
        "account_id": account_id,
        "room_id": room_id,
        "way": str(way),
        "subject": subject,
        "slot": slot,
        "under": under,
        "urgent": urgent,
        "message": message,
        "token": secrets.token_urlsafe(15),
        "state": "waiting",
        "tries": 0,
        "created_at": due,  # the day of tries begins when it may go
        "due_at": due,
        "trouble": "",
    }
    added = connection.execute(_say(inserting(connection)), row).first() is not None
    if urgent:
        connection.execute(_HURRY, {"lane": lane, "about": subject, "due": due})
    elif not added:
        connection.execute(_SOONER, {"lane": lane, "about": subject, "due": due, "at_slot": slot})


def redraw(
    session: Session,
    *,
    now: datetime,
    subject: str,
    urgent: bool = False,
    beside: int | None = None,
) -> None:
    """Let every living card of the subject show the current state: where it stands, and where it is on its way.

    With `beside`, a lane, only the cards in other channels.
    """
    connection = core(session)
    stands = select(
        POSTS.c.lane_id, POSTS.c.slot, POSTS.c.under, POSTS.c.partnership_id, POSTS.c.account_id, POSTS.c.room_id
    ).where(POSTS.c.subject == subject)
    comes = select(
        OUTBOX.c.lane_id, OUTBOX.c.slot, OUTBOX.c.under, OUTBOX.c.partnership_id, OUTBOX.c.account_id, OUTBOX.c.room_id
    ).where(ACTIVE, OUTBOX.c.subject == subject, OUTBOX.c.message.is_(None), OUTBOX.c.way != Way.HOME)
    cards = {(row.lane_id, row.slot): row for row in [*connection.execute(comes), *connection.execute(stands)]}
    places = select(LANES.c.id, LANES.c.target).where(LANES.c.id.in_({at for at, _ in cards}))
    targets = {row.id: row.target for row in connection.execute(places)}
    if beside is None:
        _again(session, now, and_(OUTBOX.c.subject == subject, OUTBOX.c.room_id.is_not(None)))
    for (lane, slot), card in sorted(cards.items(), key=lambda each: each[0]):
        way = _WAYS.get(targets[lane][0], Way.POST)
        if beside is not None and (lane == beside or way is not Way.POST):
            continue
        announce(
            session,
            now=now,
            lane=lane,
            way=way,
            subject=subject,
            message=None,
            slot=slot,
            under=card.under,
            urgent=urgent,
            partnership_id=card.partnership_id,
            account_id=card.account_id,
            room_id=card.room_id,
        )


def again(session: Session, now: datetime, *, room_id: int | None = None, account_id: int | None = None) -> None:
    """Try the living cards once more that could not be delivered to a room or an account which can be written to again."""
    whose = OUTBOX.c.room_id == room_id if room_id is not None else OUTBOX.c.account_id == account_id
    _again(session, now, whose)


def _again(session: Session, now: datetime, which: ColumnElement[bool]) -> None:
    for row in core(session).execute(_STUCK.where(which)).all():
        retry(session, row.id, now)
        redraw(session, now=now, subject=row.subject, beside=row.lane_id)


def parked(session: Session) -> list[Parked]:
    """List what could not be delivered, oldest first."""
    statement = (
        select(
            OUTBOX.c.id,
            OUTBOX.c.partnership_id,
            LANES.c.platform,
            LANES.c.tenant,
            LANES.c.target,
            OUTBOX.c.way,
            OUTBOX.c.subject,
            OUTBOX.c.created_at,
            OUTBOX.c.trouble,
        )
        .join_from(OUTBOX, LANES, OUTBOX.c.lane_id == LANES.c.id)
        .where(OUTBOX.c.state == "parked")
        .order_by(OUTBOX.c.id)
    )
    return [Parked(*row[:5], Way(row.way), *row[6:]) for row in core(session).execute(statement)]


def mentioned(session: Session, subject: str) -> bool:
    """Tell whether anything was ever announced about a subject."""
    statement = select(OUTBOX.c.id).where(OUTBOX.c.subject == subject).limit(1)
    return core(session).execute(statement).first() is not None


def retry(session: Session, id: int, now: datetime) -> bool:
    """Try something parked once more, for another day, with what was parked because of it; False when it is not parked."""
    connection = core(session)
    lane_id = connection.execute(
        select(OUTBOX.c.lane_id).where(OUTBOX.c.id == id, OUTBOX.c.state == "parked")
    ).scalar_one_or_none()
    if lane_id is None:
        return False
    connection.execute(_WAKE, {"lane": lane_id, "due": now})
    row = connection.execute(select(OUTBOX.c.subject, OUTBOX.c.slot, OUTBOX.c.message).where(OUTBOX.c.id == id)).one()
    again = [id]
    if row.message is None:
        supersede(session, lane_id, row.subject, row.slot)
        again += connection.execute(
            select(OUTBOX.c.id).where(
                OUTBOX.c.lane_id == lane_id,
                OUTBOX.c.subject == row.subject,
                OUTBOX.c.under == row.slot,
                OUTBOX.c.under != "",
                OUTBOX.c.state == "parked",
                OUTBOX.c.message.is_not(None),
            )
        ).scalars()
    connection.execute(
        update(OUTBOX)
        .where(OUTBOX.c.id.in_(again))
        .values(state="waiting", tries=0, created_at=now, due_at=now, settled_at=None, trouble="")
    )
    return True


def drop(session: Session, id: int, now: datetime) -> bool:
    """Give up on something that waits or is parked; False when it is neither."""
    statement = update(OUTBOX).where(OUTBOX.c.id == id, OUTBOX.c.state.in_(("waiting", "parked")))
    return bool(core(session).execute(statement.values(state="dropped", settled_at=now)).rowcount)


def supersede(session: Session, lane: int, subject: str, slot: str) -> bool:
    """Take back a card that waits, for an older one of the same place that waits again; tells whether it was urgent."""
    statement = (
        delete(OUTBOX)
        .where(
            text("outbox.state = 'waiting' AND outbox.message IS NULL"),
            OUTBOX.c.lane_id == lane,
            OUTBOX.c.subject == subject,
            OUTBOX.c.slot == slot,
        )
        .returning(OUTBOX.c.urgent)
    )
    return bool(core(session).execute(statement).scalar_one_or_none())


def stand(session: Session, lane: int, subject: str, slot: str, values: dict[str, Any]) -> None:
    """Note where a living card stands now: platform, tenant, channel, message and for whom."""
    connection = core(session)
    place = {"lane_id": lane, "subject": subject, "slot": slot}
    fresh = inserting(connection)(POSTS).values(**place, **values)
    connection.execute(fresh.on_conflict_do_update(index_elements=["lane_id", "subject", "slot"], set_=values))


def leave(session: Session, lane: int, subject: str, slot: str) -> None:
    """Leave a living card as it stands: the next one is posted, not edited."""
    here = POSTS.c.lane_id == lane, POSTS.c.subject == subject, POSTS.c.slot == slot
    core(session).execute(delete(POSTS).where(*here))


def standing_at(session: Session, platform: str, tenant: str, channel: str, message: str) -> Any | None:
    """Find the living card that is that message: subject, slot, room_id, account_id; None where it is none."""
    here = {"platform": platform, "tenant": tenant, "channel": channel, "message": message}
    return core(session).execute(_STANDING_AT, here).first()


def standing(session: Session) -> list[str]:
    """List the subjects that have a living card somewhere."""
    statement = select(POSTS.c.subject).distinct().order_by(POSTS.c.subject)
    return list(core(session).execute(statement).scalars())


def backlog(session: Session) -> tuple[int, datetime | None]:
    """Count what is not delivered yet, with the time of the oldest."""
    count, oldest = core(session).execute(select(func.count(), func.min(OUTBOX.c.created_at)).where(ACTIVE)).one()
    return count, oldest


def forget(session: Session, before: datetime) -> int:
    """Delete what was delivered or dropped before that time; returns how many."""
    old = OUTBOX.c.state.in_(("sent", "dropped")), OUTBOX.c.settled_at < before
    return core(session).execute(delete(OUTBOX).where(*old)).rowcount
