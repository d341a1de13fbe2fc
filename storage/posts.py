"""Where living cards stand: the message that each of them is with its platform.

One rule: a card has one place in a lane for each slot; what is said once is known no more after it was sent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlmodel import Session

from bot.port import Way
from storage.statements import Prepared, core, table
from storage.unsettled import ACTIVE

POSTS = table("posts")

Place = tuple[int, str, str]
"""Where a living card stands: lane, subject and slot."""

_OUTBOX, _LANES = table("outbox"), table("lanes")
_PLACE = ("lane_id", "subject", "slot")
_CARD = (*_PLACE, "under", "partnership_id", "account_id", "room_id")
_WAYS = {"@": Way.DIRECT, "~": Way.HOME}  # by the mark before a lane's target
_STANDING_AT = select(POSTS).where(
    POSTS.c.platform == bindparam("platform"),
    POSTS.c.tenant == bindparam("tenant"),
    POSTS.c.channel == bindparam("channel"),
    POSTS.c.message == bindparam("message"),
)


_LEAVE = Prepared(
    lambda _: delete(POSTS).where(
        POSTS.c.lane_id == bindparam("lane"), POSTS.c.subject == bindparam("about"), POSTS.c.slot == bindparam("at")
    )
)


@dataclass(frozen=True, slots=True)
class Card:
    """A living card in a lane. `way` is how it is posted there first; `stands`: it was, and is edited."""

    lane_id: int
    subject: str
    slot: str
    under: str
    partnership_id: int | None
    account_id: int | None
    room_id: int | None
    way: Way
    stands: bool


def _stand(insert: Any) -> Any:
    fresh = insert(POSTS)
    moved = {each.name: fresh.excluded[each.name] for each in POSTS.c if each.name not in ("id", *_PLACE)}
    return fresh.on_conflict_do_update(index_elements=_PLACE, set_=moved)


_STAND = Prepared(_stand, [each.key for each in POSTS.c if each.key != "id"])


def stand(session: Session, cards: Sequence[Mapping[str, Any]]) -> None:
    """Note where living cards stand now: lane_id, subject and slot; platform, tenant, channel, message and for whom."""
    _STAND.each(session, cards)


def leave(session: Session, lane: int, subject: str, slot: str) -> None:
    """Leave a living card as it stands: the next one is posted, not edited."""
    leave_all(session, [(lane, subject, slot)])


def leave_all(session: Session, places: Iterable[Place]) -> None:
    """Leave these living cards as they stand."""
    _LEAVE.each(session, [dict(zip(("lane", "about", "at"), place, strict=True)) for place in sorted({*places})])


def standing_at(session: Session, platform: str, tenant: str, channel: str, message: str) -> Any | None:
    """Find the living card that is that message: subject, slot, room_id, account_id; None where it is none."""
    here = {"platform": platform, "tenant": tenant, "channel": channel, "message": message}
    return core(session).execute(_STANDING_AT, here).first()


def standing(session: Session) -> list[str]:
    """List the subjects that have a living card somewhere."""
    statement = select(POSTS.c.subject).distinct().order_by(POSTS.c.subject)
    return list(core(session).execute(statement).scalars())


def cards(session: Session, subjects: Collection[str]) -> list[Card]:
    """List the living cards of these subjects, by their places: where they stand, and where they are on their way."""
    connection = core(session)
    stands = select(*(POSTS.c[name] for name in _CARD)).where(POSTS.c.subject.in_(subjects))
    comes = select(*(_OUTBOX.c[name] for name in _CARD)).where(
        ACTIVE, _OUTBOX.c.subject.in_(subjects), _OUTBOX.c.message.is_(None), _OUTBOX.c.way != Way.HOME
    )
    stand = {tuple(row[:3]): row for row in connection.execute(stands)}
    found = {tuple(row[:3]): row for row in connection.execute(comes)} | stand
    lanes = select(_LANES.c.id, _LANES.c.target).where(_LANES.c.id.in_({row.lane_id for row in found.values()}))
    ways = {row.id: _WAYS.get(row.target[0], Way.POST) for row in connection.execute(lanes)}
    return [
        Card(**dict(zip(_CARD, row, strict=True)), way=ways[row.lane_id], stands=place in stand)
        for place, row in sorted(found.items())
    ]
