"""What became of a send: it arrived, it goes again, or it never will.

One rule: only who still holds the lane's lease may tell.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlmodel import Session

from bot.port import Sent, Way
from storage import outbox
from storage.arriving import NOTICED
from storage.lanes import Claimed, let_go
from storage.outbox import ACTIVE, LANES, OUTBOX
from storage.statements import core
from storage.tables import UtcDateTime

_LOCK = select(LANES.c.lease_until, LANES.c.troubled_at).where(LANES.c.id == bindparam("lane")).with_for_update()

_TROUBLED = update(LANES).where(LANES.c.id == bindparam("lane")).values(troubled_at=bindparam("now", type_=UtcDateTime))


def sent(session: Session, claimed: Claimed, now: datetime, place: Sent) -> None:
    """It arrived; a living card is known from now on by where it stands (nowhere, if the platform does not say)."""
    if not _holds(session, claimed):
        return
    if place.message and claimed.living and claimed.way in (Way.POST, Way.DIRECT, Way.HOME):
        at = {
            "platform": claimed.platform,
            "tenant": claimed.tenant,
            "channel": place.channel,
            "message": place.message,
        }
        whose = {
            "under": claimed.under,
            "partnership_id": claimed.partnership_id,
            "account_id": claimed.account_id,
            "room_id": claimed.room_id,
        }
        outbox.stand(session, claimed.lane_id, claimed.subject, claimed.slot, at | whose)
    # What was said now stands with the platform; nobody's words are kept here any longer than it takes to send them.
    _settle(session, claimed, now, {"state": "sent", "message": None, "settled_at": now, "trouble": ""})


def later(
    session: Session, claimed: Claimed, now: datetime, *, due: datetime, unsure: bool, whole: bool, reason: str
) -> bool:
    """It goes again at `due`; with `whole` nothing else goes in that lane before. Tells whether by now, and not before, it has
    failed for long enough to be worth a word elsewhere."""
    lane = _held(session, claimed)
    if lane is None:
        return False
    state: dict[str, Any] = {"state": "unsure"} if unsure else _waits_again(session, claimed)
    core(session).execute(_TROUBLED, {"lane": claimed.lane_id, "now": now})
    _settle(session, claimed, now, {**state, "due_at": due, "trouble": reason}, hold=due if whole else None)
    since = claimed.created_at + NOTICED
    return now >= since and (claimed.tries == 1 or lane.troubled_at is None or lane.troubled_at < since)


def anew(session: Session, claimed: Claimed, now: datetime, reason: str) -> None:
    """Where the living card stood it stands no more: forget the place and post it afresh."""
    if not _holds(session, claimed):
        return
    outbox.leave(session, claimed.lane_id, claimed.subject, claimed.slot)
    _settle(session, claimed, now, {**_waits_again(session, claimed), "due_at": now, "trouble": reason})


def never(session: Session, claimed: Claimed, now: datetime, reason: str) -> None:
    """Park it, and what waits in the thread of the card that it would have been."""
    if not _holds(session, claimed):
        return
    if claimed.living and claimed.way is not Way.EDIT and claimed.slot:
        core(session).execute(
            update(OUTBOX)
            .where(
                ACTIVE,
                OUTBOX.c.lane_id == claimed.lane_id,
                OUTBOX.c.subject == claimed.subject,
                OUTBOX.c.under == claimed.slot,
                OUTBOX.c.id != claimed.id,
            )
            .values(state="parked", settled_at=now, trouble=f"the card it belongs under was not delivered: {reason}")
        )
    _settle(session, claimed, now, {"state": "parked", "settled_at": now, "trouble": reason})


def dropped(session: Session, claimed: Claimed, now: datetime, reason: str) -> None:
    """Nothing is to be said any more, or it must not be said twice."""
    if _holds(session, claimed):
        _settle(session, claimed, now, {"state": "dropped", "settled_at": now, "trouble": reason})


def _holds(session: Session, claimed: Claimed) -> bool:
    """Lock the lane; False when it took too long and another process looks after the row now."""
    return _held(session, claimed) is not None


def _held(session: Session, claimed: Claimed) -> Any | None:
    """The locked lane; None when it took too long and another process looks after the row now."""
    lane = core(session).execute(_LOCK, {"lane": claimed.lane_id}).one_or_none()
    return lane if lane is not None and lane.lease_until == claimed.lease_until else None


def _waits_again(session: Session, claimed: Claimed) -> dict[str, Any]:
    """A card that was asked for again while it was on its way waits once, in its older place."""
    hurried = claimed.living and outbox.supersede(session, claimed.lane_id, claimed.subject, claimed.slot)
    return {"state": "waiting"} | ({"urgent": True} if hurried else {})


def _settle(
    session: Session, claimed: Claimed, now: datetime, values: dict[str, Any], hold: datetime | None = None
) -> None:
    connection = core(session)
    connection.execute(update(OUTBOX).where(OUTBOX.c.id == claimed.id).values(**values))
    let_go(connection, claimed.lane_id, now, hold)
