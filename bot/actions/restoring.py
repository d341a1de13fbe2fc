"""After the database was put back from a copy: nothing is said twice unasked, and everybody hears that some time is missing.

One rule: it happens before the bot runs again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from bot.actions import telling
from bot.cards import restored as cards
from storage import outbox, restored, timers
from storage.restored import Unsettled


@dataclass(frozen=True, slots=True)
class Restored:
    """What was found: as of when the database is (None: it never noted anything), what was on its way, how many rooms are told, how
    many timers fell due since, and since when."""

    taken: datetime | None
    unsettled: Unsettled
    rooms: int
    timers: int
    overdue: datetime | None


def settle(
    session: Session, now: datetime, finds: Collection[str], taken: datetime | None = None, *, tell: bool = True
) -> Restored:
    """Doubt what was on its way, and tell the rooms. `finds` are the platforms that can be asked, `taken` when the copy was made."""
    taken = taken or restored.newest(session)
    unsettled = restored.doubt(session, now, finds)
    homes = restored.homes(session) if tell and taken is not None else ()
    if taken is not None:
        said = cards.put_back(taken)
        outbox.announce_all(session, now, [telling.to_room(id, room, f"restored:{id}", said) for id, room in homes])
    return Restored(taken, unsettled, len(homes), *timers.overdue(session, now))
