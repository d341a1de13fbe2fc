"""Reports: reminded of on the working day before, due, and said to be late on the next working morning.

One rule: each is said once; after an outage what is due is said late, and nobody is called late for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from bot.actions import cadences, reports
from bot.rules.rhythm import Tick
from scheduler import timer
from storage.timers import Due


@timer(Tick.REPORT_SOON)
def remind(batch: Sequence[Due], session: Session, now: datetime) -> None:
    """Remind who owes them."""
    reports.remind(session, list(cadences.fallen_due(session, batch, now)), now)


@timer(Tick.REPORT_DUE)
def due(batch: Sequence[Due], session: Session, now: datetime) -> None:
    """Say in the rooms that they are due."""
    reports.due(session, list(cadences.fallen_due(session, batch, now)), now)


@timer(Tick.REPORT_LATE)
def late(batch: Sequence[Due], session: Session, now: datetime) -> None:
    """Tell the shepherds which are not marked as sent."""
    reports.late(session, list(cadences.fallen_due(session, batch, now)), now)
