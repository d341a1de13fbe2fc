"""What the bot will say: a row in the same transaction as the fact it tells.

One rule: the lane is locked before a row takes its id, so that ids in a lane follow the order of commits.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Boolean, ColumnElement, and_, bindparam, case, delete, func, or_, select, text, true, update
from sqlmodel import Session

from bot import logs
from bot.port import Way
from storage.statements import Prepared, core, inserting, table
from storage.tables import UtcDateTime

LANES = table("lanes")
OUTBOX = table("outbox")
POSTS = table("posts")
ACTIVE = text("outbox.state IN ('waiting','sending','unsure')")  # written out, so that the partial index is seen

Target = tuple[str, str, str]
"""Platform, tenant, and there a channel (`C123`), a user's direct messages (`@U1`) or own page (`~U1`)."""

Card = tuple[int, str, str]
"""Where a living card stands: lane, subject and slot."""

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
_CARD = ("lane_id", "subject", "slot", "under", "partnership_id", "account_id", "room_id")
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
_HURRY = Prepared(lambda _: update(OUTBOX).where(*_EARLIER).values(urgent=True, due_at=_FORWARD))
_FORWARDED = Prepared(
    lambda _: (
        update(OUTBOX)
        .where(
            *_EARLIER, OUTBOX.c.state == "waiting", OUTBOX.c.message.is_(None), OUTBOX.c.slot == bindparam("at_slot")
        )
        .values(due_at=_FORWARD)
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
_LEAVE = Prepared(
    lambda _: delete(POSTS).where(
        POSTS.c.lane_id == bindparam("lane"), POSTS.c.subject == bindparam("about"), POSTS.c.slot == bindparam("at")
    )
)


@cache
def _open(insert: Any) -> Any:
    return insert(LANES).on_conflict_do_nothing()


@cache
def _stand(insert: Any) -> Any:
    fresh = insert(POSTS)
    place = "lane_id", "subject", "slot"
    moved = {each.name: fresh.excluded[each.name] for each in POSTS.c if each.name not in ("id", *place)}
    return fresh.on_conflict_do_update(index_elements=place, set_=moved)


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
    rows = [
        _row(each, each.lane if isinstance(each.lane, int) else places[each.lane], each.due_at or now)
        for each in announcements
    ]
    _wake(session, now, [row | {"stands": each.stands} for row, each in zip(rows, announcements, strict=True)])
    added = _added(session, rows)
    _HURRY.each(session, [_about(row) for row in rows if row["urgent"]])
    sooner = [_about(row) | {"at_slot": row["slot"]} for row in rows if not row["urgent"] and row["token"] not in added]
    _FORWARDED.each(session, sooner)


def _added(session: Session, rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Write these rows; gives the tokens of those that were not there yet."""
    if len(rows) <= _FEW:
        return {token for found in _SAY.rows(session, rows) for (token,) in found}
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


def _row(said: Announcement, lane: int, due: datetime) -> dict[str, Any]:
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
    }


def _about(row: dict[str, Any]) -> dict[str, Any]:
    return {"lane": row["lane_id"], "about": row["subject"], "due": row["due_at"]}


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
    redraw_all(session, now=now, subjects={subject}, urgent=urgent, beside=beside)


def redraw_all(
    session: Session, *, now: datetime, subjects: Collection[str], urgent: bool = False, beside: int | None = None
) -> None:
    """Let every living card of these subjects show the current state, as `redraw` does."""
    if not subjects:
        return
    connection = core(session)
    stands = select(*(POSTS.c[name] for name in _CARD)).where(POSTS.c.subject.in_(subjects))
    comes = select(*(OUTBOX.c[name] for name in _CARD)).where(
        ACTIVE, OUTBOX.c.subject.in_(subjects), OUTBOX.c.message.is_(None), OUTBOX.c.way != Way.HOME
    )
    stand = {(row.lane_id, row.subject, row.slot): row for row in connection.execute(stands)}
    cards = {(row.lane_id, row.subject, row.slot): row for row in connection.execute(comes)} | stand
    places = select(LANES.c.id, LANES.c.target).where(LANES.c.id.in_({card.lane_id for card in cards.values()}))
    ways = {row.id: _WAYS.get(row.target[0], Way.POST) for row in connection.execute(places)}
    if beside is None:
        _again(session, now, and_(OUTBOX.c.subject.in_(subjects), OUTBOX.c.room_id.is_not(None)))
    announce_all(
        session,
        now,
        [
            Announcement(
                way=ways[card.lane_id],
                message=None,
                urgent=urgent,
                lane=card.lane_id,
                stands=place in stand,
                **_rest(card),
            )
            for place, card in sorted(cards.items(), key=lambda each: each[0])
            if beside is None or (card.lane_id != beside and ways[card.lane_id] is Way.POST)
        ],
    )


def _rest(card: Any) -> dict[str, Any]:
    return {name: card._mapping[name] for name in _CARD if name != "lane_id"}


def again(session: Session, now: datetime, *, room_id: int | None = None, account_id: int | None = None) -> None:
    """Try the living cards once more that could not be delivered to a room or an account which can be written to again."""
    whose = OUTBOX.c.room_id == room_id if room_id is not None else OUTBOX.c.account_id == account_id
    _again(session, now, whose)


def _again(session: Session, now: datetime, which: ColumnElement[bool]) -> None:
    for row in core(session).execute(_STUCK.where(which)).all():
        retry(session, row.id, now)
        redraw(session, now=now, subject=row.subject, beside=row.lane_id)


def mentioned(session: Session, subject: str) -> bool:
    """Tell whether anything was ever announced about a subject."""
    statement = select(OUTBOX.c.id).where(OUTBOX.c.subject == subject).limit(1)
    return core(session).execute(statement).first() is not None


def retry(session: Session, id: int, now: datetime) -> bool:
    """Try something parked once more, for another day, with what was parked because of it; False when it is not parked."""
    connection = core(session)
    columns = OUTBOX.c.lane_id, OUTBOX.c.subject, OUTBOX.c.slot, OUTBOX.c.message, OUTBOX.c.way, OUTBOX.c.urgent
    row = connection.execute(select(*columns).where(OUTBOX.c.id == id, _PARKED)).one_or_none()
    if row is None:
        return False
    _wake(session, now, [{**row._mapping, "due_at": now}])
    again = [id]
    if row.message is None:
        supersede(session, row.lane_id, row.subject, row.slot)
        again += connection.execute(
            select(OUTBOX.c.id).where(
                OUTBOX.c.lane_id == row.lane_id,
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


def stand(session: Session, cards: Sequence[Mapping[str, Any]]) -> None:
    """Note where living cards stand now: lane_id, subject and slot; platform, tenant, channel, message and for whom."""
    connection = core(session)
    connection.execute(_stand(inserting(connection)), cards)


def leave(session: Session, lane: int, subject: str, slot: str) -> None:
    """Leave a living card as it stands: the next one is posted, not edited."""
    leave_all(session, [(lane, subject, slot)])


def leave_all(session: Session, cards: Iterable[Card]) -> None:
    """Leave these living cards as they stand."""
    _LEAVE.each(session, [dict(zip(("lane", "about", "at"), card, strict=True)) for card in sorted({*cards})])


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
