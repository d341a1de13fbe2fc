"""What the bot will say: a row in the same transaction as the fact it tells.

One rule: the lane is locked before a row takes its id, so that ids in a lane follow the order of commits.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Boolean, and_, bindparam, case, or_, select, true, update
from sqlmodel import Session

from bot import logs
from bot.port import Way
from storage import aside, posts
from storage.statements import Prepared, core, inserting, table
from storage.tables import UtcDateTime
from storage.unsettled import ACTIVE

LANES = table("lanes")
OUTBOX = table("outbox")

Target = tuple[str, str, str]
"""Platform, tenant, and there a channel (`C123`), a user's direct messages (`@U1`) or own page (`~U1`)."""

_DUE = bindparam("due", type_=UtcDateTime)
_SOONER = case((or_(LANES.c.due_at.is_(None), LANES.c.due_at > _DUE), _DUE), else_=LANES.c.due_at)
_DUE_THEN = case((LANES.c.lease_until > _SOONER, LANES.c.lease_until), else_=_SOONER)  # never in a lease or a limit
_WAKE = Prepared(
    lambda _: (
        update(LANES)
        .where(LANES.c.id == bindparam("lane"))
        .values(
            due_at=_DUE_THEN,
            ready=bindparam("at", type_=UtcDateTime) >= _DUE_THEN,
            urgent=case((bindparam("hurries", type_=Boolean), true()), else_=and_(LANES.c.ready, LANES.c.urgent)),
            pool=case((LANES.c.ready, LANES.c.pool), else_=bindparam("by")),
        )
    )
)
_FEW = 16
"""So many rows at most are written one by one, which costs less than a statement that is made for their number."""
_FOUND = select(
    LANES.c.id, LANES.c.platform, LANES.c.tenant, LANES.c.target
).where(  # more than are wanted, all by the index
    LANES.c.platform.in_(bindparam("platforms", expanding=True)),
    LANES.c.tenant.in_(bindparam("tenants", expanding=True)),
    LANES.c.target.in_(bindparam("targets", expanding=True)),
)
_LANE = Prepared(
    lambda _: select(LANES.c.id).where(
        LANES.c.platform == bindparam("of_platform"),
        LANES.c.tenant == bindparam("of_tenant"),
        LANES.c.target == bindparam("of_target"),
    )
)
_EARLIER = (
    ACTIVE,
    OUTBOX.c.lane_id == bindparam("lane"),
    OUTBOX.c.subject == bindparam("about"),
)
# A row that was put off on purpose comes forward; one that failed keeps its pause.
_FORWARD = case(((OUTBOX.c.tries == 0) & (OUTBOX.c.due_at > _DUE), _DUE), else_=OUTBOX.c.due_at)
_STILL_OFF = and_(OUTBOX.c.put_off, OUTBOX.c.due_at <= _DUE)
_HURRY = Prepared(lambda _: update(OUTBOX).where(*_EARLIER).values(urgent=True, due_at=_FORWARD, put_off=_STILL_OFF))
_FORWARDED = Prepared(
    lambda _: (
        update(OUTBOX)
        .where(
            *_EARLIER, OUTBOX.c.state == "waiting", OUTBOX.c.message.is_(None), OUTBOX.c.slot == bindparam("at_slot")
        )
        .values(due_at=_FORWARD, put_off=_STILL_OFF)
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """Something that is to be said. `lane` is its id, or what it is the lane of; the rest as `announce` takes it."""

    lane: int | Target
    way: Way
    subject: str
    message: str | None
    slot: str = ""
    under: str = ""
    urgent: bool = False
    partnership_id: int | None = None
    account_id: int | None = None
    room_id: int | None = None
    due_at: datetime | None = None
    stands: bool = False  # so far as is known, it is an edit


@cache
def _say(insert: Any) -> Any:
    return insert(OUTBOX).on_conflict_do_nothing().returning(OUTBOX.c.token)


_SAY = Prepared(_say, [each.key for each in OUTBOX.c if each.key not in ("id", "settled_at")])


@cache
def _open(insert: Any) -> Any:
    return insert(LANES).on_conflict_do_nothing()


def lane(session: Session, platform: str, tenant: str, target: str) -> int:
    """Find or make the lane of a channel (`C123`), of a user's direct messages (`@U1`) or own page (`~U1`)."""
    return _lanes(session, {(platform, tenant, target)})[platform, tenant, target]


def _lanes(session: Session, places: Collection[Target]) -> dict[Target, int]:
    found = _found(session, places)
    if missing := sorted({*places} - found.keys()):
        keys = [dict(zip(("platform", "tenant", "target"), place, strict=True)) for place in missing]
        connection = core(session)
        connection.execute(_open(inserting(connection)), keys)
        found |= _found(session, missing)
    return found


def _found(session: Session, places: Collection[Target]) -> dict[Target, int]:
    if len(places) <= _FEW:
        each = [dict(zip(("of_platform", "of_tenant", "of_target"), place, strict=True)) for place in places]
        return {place: id for place, rows in zip(places, _LANE.rows(session, each), strict=True) for (id,) in rows}
    wanted = [sorted({*each}) for each in zip(*places, strict=True)]
    rows = core(session).execute(_FOUND, dict(zip(("platforms", "tenants", "targets"), wanted, strict=True)))
    return {(row.platform, row.tenant, row.target): row.id for row in rows}


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
    said = Announcement(
        lane=lane,
        way=way,
        subject=subject,
        message=message,
        slot=slot,
        under=under,
        urgent=urgent,
        partnership_id=partnership_id,
        account_id=account_id,
        room_id=room_id,
        due_at=due_at,
    )
    announce_all(session, now, [said])


def announce_all(session: Session, now: datetime, announcements: Sequence[Announcement]) -> None:
    """Say all of these, in this order within each lane; the same few statements, however many there are.

    Urgent takes along what is said beside it about the same subject there, too.
    """
    if not announcements:
        return
    places = _lanes(session, {each.lane for each in announcements if not isinstance(each.lane, int)})
    rows = [_row(each, each.lane if isinstance(each.lane, int) else places[each.lane], now) for each in announcements]
    _wake(session, now, [row | {"stands": each.stands} for row, each in zip(rows, announcements, strict=True)])
    added = _added(session, rows)
    _HURRY.each(session, [_about(row) for row in rows if row["urgent"]])
    sooner = [_about(row) | {"at_slot": row["slot"]} for row in rows if not row["urgent"] and row["token"] not in added]
    _FORWARDED.each(session, sooner)


def _added(session: Session, rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Write these rows; gives the tokens of those that were not there yet."""
    if len(rows) <= _FEW:
        return {token for (token,) in _SAY.together(session, rows)}
    connection = core(session)
    return set(connection.execute(_say(inserting(connection)), rows).scalars())


def _wake(session: Session, now: datetime, rows: Sequence[Mapping[str, Any]]) -> None:
    """Lock the lanes of these rows, in the order of their ids, and let each be ready when the first of them is due."""
    woken: dict[int, dict[str, Any]] = {}
    for row in rows:
        here = woken.setdefault(
            row["lane_id"], {"lane": row["lane_id"], "at": now, "due": row["due_at"], "hurries": False}
        )
        here["due"] = min(here["due"], row["due_at"])
        here["hurries"] |= row["urgent"]
        here["by"] = str(Way.EDIT) if row.get("stands") else row["way"]
    _WAKE.each(session, [each for _, each in sorted(woken.items())])


def _row(said: Announcement, lane: int, now: datetime) -> dict[str, Any]:
    due = said.due_at or now
    return {
        "lane_id": lane,
        "partnership_id": said.partnership_id,
        "account_id": said.account_id,
        "room_id": said.room_id,
        "way": str(said.way),
        "subject": said.subject,
        "slot": said.slot,
        "under": said.under,
        "urgent": said.urgent,
        "message": said.message,
        "token": secrets.token_urlsafe(15),
        "state": "waiting",
        "tries": 0,
        "created_at": due,  # the day of tries begins when it may go
        "due_at": due,
        "trouble": "",
        "trace": logs.token.get(),
        "put_off": due > now,
    }


def _about(row: dict[str, Any]) -> dict[str, Any]:
    return {"lane": row["lane_id"], "about": row["subject"], "due": row["due_at"]}


def redraw(session: Session, *, now: datetime, subject: str, urgent: bool = False) -> None:
    """Let every living card of the subject show the current state: where it stands, and where it is on its way."""
    redraw_all(session, now=now, subjects={subject}, urgent=urgent)


def redraw_all(session: Session, *, now: datetime, subjects: Collection[str], urgent: bool = False) -> None:
    """Let every living card of these subjects show the current state, as `redraw` does; what a room lacks is tried again."""
    if not subjects:
        return
    cards = posts.cards(session, subjects)
    lacked = and_(aside.STUCK, OUTBOX.c.subject.in_(subjects), OUTBOX.c.room_id.is_not(None))
    wait_again(session, now, aside.parked(session, lacked))
    announce_all(session, now, [_drawn(card, urgent) for card in cards])


def redraw_beside(session: Session, *, now: datetime, lanes: Mapping[str, Collection[int]]) -> None:
    """Let the living cards of these subjects show the current state in other channels than this, or each of these, lanes."""
    cards = posts.cards(session, lanes) if lanes else []
    elsewhere = [card for card in cards if card.way is Way.POST and {*lanes[card.subject]} - {card.lane_id}]
    announce_all(session, now, [_drawn(card, urgent=False) for card in elsewhere])


def _drawn(card: posts.Card, urgent: bool) -> Announcement:
    return Announcement(
        lane=card.lane_id,
        way=card.way,
        subject=card.subject,
        message=None,
        slot=card.slot,
        under=card.under,
        urgent=urgent,
        partnership_id=card.partnership_id,
        account_id=card.account_id,
        room_id=card.room_id,
        stands=card.stands,
    )


def wait_again(session: Session, now: datetime, parked: Sequence[Any]) -> list[int]:
    """Let rows that were set aside wait again in their lanes, as `aside` has them; gives which still were set aside."""
    if not parked:
        return []
    going = sorted(
        parked, key=lambda row: (row.urgent, -row.id)
    )  # who goes next comes last, and tells how the lane goes
    _wake(session, now, [{**row._mapping, "due_at": now} for row in going])
    return aside.wait_again(session, [row.id for row in parked], now)


def mentioned(session: Session, subject: str) -> bool:
    """Tell whether anything was ever announced about a subject."""
    statement = select(OUTBOX.c.id).where(OUTBOX.c.subject == subject).limit(1)
    return core(session).execute(statement).first() is not None
