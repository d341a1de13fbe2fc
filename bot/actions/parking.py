"""What could not be delivered is said to the shepherds, so that nothing is lost in silence.

One rule: it is said once a channel and day, and never about a message that itself tells of this. Who is waited for in a standup is
asked in the room instead.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from bot.actions import Call, standups, telling
from bot.cards import parking as cards
from storage import outbox
from storage.lanes import Claimed
from storage.scenes import scene


def tell(session: Session, claimed: Claimed, reason: str, now: datetime) -> None:
    """Tell the shepherds what did not arrive, and why."""
    subject = f"undelivered:{claimed.lane_id}:{now:%Y%m%d}"
    if claimed.partnership_id is None or claimed.subject.startswith("undelivered:"):
        return
    if claimed.account_id is not None and standups.not_reached(session, claimed.subject, now):
        return
    if outbox.mentioned(session, subject):
        return
    found = scene(session, claimed.partnership_id)
    room = next((room for room, _ in found.rooms if room.id == claimed.room_id), None)
    who = found.holder(claimed.account_id) if claimed.account_id is not None else None
    message = cards.undelivered(found.partnership.name, room.name if room else "", who.shown() if who else None, reason)
    telling.people(session, Call(now, found), found.shepherds(), subject, message)
