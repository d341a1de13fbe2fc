"""What could not be delivered is said to the shepherds, so that nothing is lost in silence.

One rule: it is said once a channel and day, and never about a message that itself tells of this. Who is waited for in a standup is
asked in the room instead.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from bot.actions import Call, standups, telling
from bot.cards import parking as cards
from bot.port import Way
from storage import outbox, undelivered
from storage.claims import Claimed
from storage.scenes import scene
from storage.tables import Account


def back(session: Session, account: Account, now: datetime) -> None:
    """Somebody who could not be written to wrote to the bot: what waits for them is tried again."""
    account.reachable = True
    session.flush()
    undelivered.again(session, now, account_id=account.id)


def tell(session: Session, claimed: Claimed, reason: str, now: datetime, *, gone: bool = False) -> None:
    """Tell the shepherds what did not arrive, and why; with `gone` somebody cannot be written to until they write themselves."""
    if gone and claimed.way is Way.DIRECT and claimed.account_id is not None:
        session.get_one(Account, claimed.account_id).reachable = False
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
