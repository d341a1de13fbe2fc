"""The morning messages of shepherds, at half past eight where they live.

One rule: late is not too late for half a morning; after that the next one has everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from bot.actions import mornings
from bot.actions.mornings import Morning
from bot.rules.rhythm import Tick, read_once
from scheduler import timer
from storage import subjects
from storage.seen import seen
from storage.timers import Due

LATE = timedelta(hours=4)


@timer(Tick.MORNING)
def morning(batch: Sequence[Due], session: Session, now: datetime) -> None:
    """Tell those who look after a partnership what there is to act on, if there is anything."""
    timely = [due for due in batch if now - due.planned_for <= LATE]
    found = seen(session, {subjects.number(due.subject) for due in timely})
    those = []
    for due in timely:
        scene = found.get(subjects.number(due.subject))
        _, who, day = read_once(due.once)
        if scene is not None:
            those.append(Morning(scene, who, day))
    mornings.say(session, those, now)
