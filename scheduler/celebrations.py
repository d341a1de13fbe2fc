"""When a celebration can no longer be edited, its cards say so by leaving the button out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from bot.actions import celebrations
from scheduler import timer
from storage import outbox
from storage.timers import Due


@timer(celebrations.FIXED)
def fix(batch: Sequence[Due], session: Session, now: datetime) -> None:
    """Draw the cards again."""
    for due in batch:
        outbox.redraw(session, now=now, subject=due.subject)
