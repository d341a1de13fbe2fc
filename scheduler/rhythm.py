"""The schedule, carried on: a day further each day, and worked out anew when something that it is made of changed.

One rule: nothing but the schedule is done here; what it makes due has timers of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from bot.actions import rhythm
from bot.rules.rhythm import Tick
from scheduler import timer
from storage import subjects
from storage.timers import Due


@timer(Tick.PLAN)
def plan(batch: Sequence[Due], session: Session, now: datetime) -> None:
    """Carry it a day further."""
    rhythm.plan(session, {subjects.number(due.subject) for due in batch}, now)


@timer(Tick.REPLAN)
def replan(batch: Sequence[Due], session: Session, now: datetime) -> None:
    """Work it out anew."""
    rhythm.replan(session, {subjects.number(due.subject) for due in batch}, now)


@timer(Tick.BEGIN)
def begin(batch: Sequence[Due], session: Session, now: datetime) -> None:
    """Work every schedule out anew, slice by slice."""
    for due in batch:
        rhythm.begin_all(session, subjects.number(due.subject), now)
