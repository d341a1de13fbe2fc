"""What becomes of rooms: left behind, lost, found again.

One rule: where a partnership no longer lives, none of its cards is touched again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, delete, select, update

from storage import subjects
from storage.tables import Account, Celebration, Event, Outbox, Post, Room, RoomPartnership


def let_go(session: Session, partnership_id: int, room_id: int, now: datetime) -> None:
    """Forget the cards of a partnership in a room, and what of them was still to be sent there."""
    session.exec(delete(Post).where(col(Post.partnership_id) == partnership_id, col(Post.room_id) == room_id))
    session.exec(
        update(Outbox)
        .where(
            col(Outbox.partnership_id) == partnership_id,
            col(Outbox.room_id) == room_id,
            col(Outbox.state) == "waiting",
            col(Outbox.message).is_(None),
        )
        .values(state="dropped", settled_at=now)
    )


def of_tenant(session: Session, platform: str, tenant: str) -> Sequence[Room]:
    """The rooms in a tenant that are still there."""
    return session.exec(
        select(Room).where(Room.platform == platform, Room.tenant == tenant, col(Room.gone_at).is_(None))
    ).all()


def reach(session: Session, platform: str, tenant: str, reachable: bool) -> None:
    """Note whether the people of a tenant can be written to."""
    session.exec(
        update(Account)
        .where(col(Account.platform) == platform, col(Account.via) == tenant, col(Account.reachable) != reachable)
        .values(reachable=reachable)
    )


def moved(session: Session, partnership_id: int) -> bool:
    """Tell whether a room of the partnership was moved or lost and found: what lives there began elsewhere or before."""
    kinds = ("partnership.moved", "partnership.room_back")
    return (
        session.exec(
            select(Event.id).where(Event.partnership_id == partnership_id, col(Event.kind).in_(kinds)).limit(1)
        ).first()
        is not None
    )


def last_celebrated(session: Session, partnership_id: int) -> datetime | None:
    """When somebody was last celebrated in public."""
    return session.exec(
        select(Celebration.given_at)
        .where(
            Celebration.partnership_id == partnership_id,
            col(Celebration.undone_at).is_(None),
            col(Celebration.public).is_(True),
        )
        .order_by(col(Celebration.id).desc())
    ).first()


def lives(session: Session, room_id: int, subject: str) -> bool:
    """Tell whether a room is one of those where that subject's partnership lives."""
    partnership_id = subjects.partnership_of(session, subject)
    return partnership_id is not None and session.get(RoomPartnership, (room_id, partnership_id)) is not None
