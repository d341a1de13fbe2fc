"""When a digest is due in a room, it is posted there.

One rule: a batch is worked out in one go, however many partnerships it is of.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from bot.actions import digests
from bot.actions.digests import Post
from bot.rules.rhythm import Tick, read_once
from scheduler import timer
from storage import cadences
from storage.scenes import lock
from storage.seen import seen
from storage.timers import Due


@timer(Tick.DIGEST)
def post(batch: Sequence[Due], session: Session, now: datetime) -> None:
    """Post those of them whose cadence goes on and whose room is still there."""
    read = [(due, *read_once(due.once)) for due in batch]
    rows = cadences.several(session, {cadence for _, cadence, _, _ in read})
    those = {row.partnership_id for row in rows.values()}
    lock(session, those)  # what is said under a digest meanwhile finds it in the room, or is found here
    found = seen(session, those)
    wanted = []
    for due, cadence_id, room_id, day in read:
        cadence = rows.get(cadence_id)
        if cadence is None or cadence.paused_at or cadence.ended_at:
            continue
        scene = found[cadence.partnership_id]
        room = next((each for each in scene.places if each.id == room_id), None)
        if room is not None:
            wanted.append(Post(scene, cadence, room, day, due.planned_for))
    digests.post(session, now, wanted)
