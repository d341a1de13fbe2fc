"""Partnerships, their sides, rooms and invitations.

One rule: queries take the caller's session, never commit and never read the clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import bindparam
from sqlalchemy import select as core_select
from sqlalchemy import update as core_update
from sqlmodel import Session, col, func, select, update

from bot.inbound import Place
from bot.words import Key, Status
from storage import codes
from storage.statements import Prepared, table
from storage.tables import Invite, Partnership, Room, RoomPartnership, Side, WrongTry

PARTNERSHIPS, ROOMS, TIES = table("partnerships"), table("rooms"), table("room_partnerships")
_NUMBER = {
    noun: Prepared(
        lambda _, noun=noun: (  # type: ignore[misc]
            core_update(PARTNERSHIPS)
            .where(PARTNERSHIPS.c.id == bindparam("of"))
            .values({noun: PARTNERSHIPS.c[noun] + 1})
            .returning(PARTNERSHIPS.c[noun])
        )
    )
    for noun in ("escalations", "celebrations")
}
_SPOT = Prepared(
    lambda _: (
        core_select(ROOMS.c.id, ROOMS.c.gone_at, PARTNERSHIPS.c.id, PARTNERSHIPS.c.name, TIES.c.side)
        .join_from(ROOMS, TIES, TIES.c.room_id == ROOMS.c.id, isouter=True)
        .join(PARTNERSHIPS, PARTNERSHIPS.c.id == TIES.c.partnership_id, isouter=True)
        .where(ROOMS.c.platform == bindparam("platform"), ROOMS.c.tenant == bindparam("tenant"))
        .where(ROOMS.c.channel == bindparam("channel"))
        .order_by(PARTNERSHIPS.c.id)
    )
)

INVITE_LIVES = timedelta(days=7)
TRIES_AN_HOUR = 5


def get(session: Session, partnership_id: int) -> Partnership:
    return session.get_one(Partnership, partnership_id)


def names(session: Session) -> dict[int, str]:
    """What every partnership is called, by its id; for the operator's eyes only."""
    return dict(session.exec(select(Partnership.id, Partnership.name).order_by(col(Partnership.id))).all())


def active(session: Session, after: int, limit: int) -> list[int]:
    """The numbers of those that are active and come after that one, so many at most, in order."""
    those = select(Partnership.id).where(Partnership.status == Status.ACTIVE, Partnership.id > after)
    return list(session.exec(those.order_by(col(Partnership.id)).limit(limit)))


def sides(session: Session, partnership_id: int) -> dict[Key, Side]:
    """Both sides; the second is missing until somebody joined as it."""
    rows = session.exec(select(Side).where(Side.partnership_id == partnership_id))
    return {side.key: side for side in rows}


def number(session: Session, partnership_id: int, noun: Literal["escalations", "celebrations"]) -> int:
    """The next number of a partnership's escalations or celebrations: what people call them by."""
    ((given,),) = _NUMBER[noun].all(session, of=partnership_id)
    return int(given)


# Rooms ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Home:
    """A partnership that lives in a room, and the side whose room it is (None: both share it)."""

    id: int
    name: str
    side: Key | None


@dataclass(frozen=True, slots=True)
class Spot:
    """A room as one finds it at the door: its id, whether it is lost, and which partnerships live there."""

    room_id: int
    gone: bool
    homes: tuple[Home, ...]


def spot(session: Session, place: Place) -> Spot | None:
    """Look at a room and at who lives there, in one query; None where it is not known."""
    rows = _SPOT.all(session, platform=place.platform, tenant=place.tenant, channel=place.channel)
    if not rows:
        return None
    room_id, gone_at, *_ = rows[0]
    return Spot(room_id, gone_at is not None, tuple(Home(*row[2:]) for row in rows if row[2] is not None))


def room(session: Session, place: Place) -> Room | None:
    return session.exec(
        select(Room).where(Room.platform == place.platform, Room.tenant == place.tenant, Room.channel == place.channel)
    ).first()


def settle_in(session: Session, place: Place, partnership_id: int, side: Key | None) -> Room:
    """Make that place a room of the partnership, for one side or (None) for both."""
    here = room(session, place)
    if here is None:
        here = Room(platform=place.platform, tenant=place.tenant, channel=place.channel, name=place.name)
        session.add(here)
        session.flush()
    here.gone_at = None
    here.name = place.name or here.name
    tie = session.get(RoomPartnership, (here.id, partnership_id))
    if tie is None:
        session.add(RoomPartnership(room_id=here.id, partnership_id=partnership_id, side=side))
    else:
        tie.side = side
    session.flush()
    return here


def move_out(session: Session, room_id: int, partnership_id: int) -> None:
    tie = session.get(RoomPartnership, (room_id, partnership_id))
    if tie is not None:
        session.delete(tie)
        session.flush()


def rooms(session: Session, partnership_id: int) -> Sequence[tuple[Room, Key | None]]:
    """The rooms where it lives, each with its side (None: shared)."""
    rows = session.exec(
        select(Room, RoomPartnership)
        .join(RoomPartnership, col(RoomPartnership.room_id) == Room.id)
        .where(RoomPartnership.partnership_id == partnership_id, col(Room.gone_at).is_(None))
        .order_by(col(Room.id))
    )
    return [(room, tie.side) for room, tie in rows]


def in_room(session: Session, room_id: int) -> Sequence[tuple[Partnership, Key | None]]:
    """The partnerships that live in a room."""
    rows = session.exec(
        select(Partnership, RoomPartnership)
        .join(RoomPartnership, col(RoomPartnership.partnership_id) == Partnership.id)
        .where(RoomPartnership.room_id == room_id)
        .order_by(col(Partnership.id))
    )
    return [(partnership, tie.side) for partnership, tie in rows]


# Invitations ---------------------------------------------------------------------------------------------------------


def invite(session: Session, partnership_id: int, now: datetime, keys: Sequence[str]) -> Invite:
    """Make a new invitation; every earlier one of that partnership is void."""
    session.exec(
        update(Invite)
        .where(
            col(Invite.partnership_id) == partnership_id, col(Invite.used_at).is_(None), col(Invite.void_at).is_(None)
        )
        .values(void_at=now)
    )
    nonce, fingerprint = codes.fresh(session, "invite", keys)
    made = Invite(partnership_id=partnership_id, nonce=nonce, fingerprint=fingerprint, expires_at=now + INVITE_LIVES)
    session.add(made)
    session.flush()
    return made


def shown_code(session: Session, invite_id: int, keys: Sequence[str]) -> str:
    """Compute an invitation's code (80 bits) for showing it; empty when no key makes it any more."""
    kept = session.get_one(Invite, invite_id)
    return codes.shown(session, "invite", kept.nonce, kept.fingerprint, keys)


def by_code(session: Session, code: str) -> Invite | None:
    """Find an invitation by what somebody typed, be it used, void or expired."""
    return session.exec(select(Invite).where(Invite.fingerprint == codes.fingerprint(code))).first()


def wrong_tries(session: Session, account_id: int, since: datetime) -> int:
    return session.exec(
        select(func.count()).select_from(WrongTry).where(WrongTry.account_id == account_id, WrongTry.at > since)
    ).one()


def note_wrong_try(session: Session, account_id: int, now: datetime) -> None:
    session.add(WrongTry(account_id=account_id, at=now))
