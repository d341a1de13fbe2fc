"""Erasing a person: they leave everything, and who they were and what they wrote is gone.

One rule: the words go first, so that nothing said while the rest passes on to others repeats them.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from bot.actions import Call, members
from storage import erasing, outbox, people, scenes
from storage.tables import Account


def erase(session: Session, now: datetime, account: Account) -> int:
    """Erase the person of that account; gives how many partnerships they left."""
    person_id, platform = account.person_id, account.platform
    mine = [row.id for row, _ in people.memberships(session, person_id)]
    stale = erasing.silence(session, person_id)
    erasing.hide(session, person_id, now)
    for found in scenes.scenes(session, mine).values():
        who = found.by_person(person_id)
        if who is not None:
            members.leave(session, Call(now, found, who, platform), who)
    erasing.erase(session, person_id, now)
    outbox.redraw_all(session, now=now, subjects=stale)
    return len(mine)
