"""Meetings: announced before they begin, and asked about when they end.

One rule: what comes after the meeting has begun is not announced any more; whether it was held is asked once, however late. What
was moved on its day has timers of its own, since those of the schedule come once a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from bot.actions import cadences, meetings
from bot.rules.rhythm import Tick
from scheduler import timer
from storage.timers import Due


@timer(Tick.MEETING_SOON)
def remind(batch: Sequence[Due], session: Session, now: datetime) -> None:
    """Announce them in the rooms."""
    meetings.remind(session, list(cadences.fallen_due(session, batch, now)), now)


@timer(Tick.MEETING_OVER)
def ask(batch: Sequence[Due], session: Session, now: datetime) -> None:
    """Ask the shepherds whether they were held."""
    meetings.ask(session, list(cadences.fallen_due(session, batch, now)), now)


@timer(meetings.SOON_AGAIN)
def remind_again(batch: Sequence[Due], session: Session, now: datetime) -> None:
    """Announce again those that were moved after they had been announced."""
    meetings.remind_again(session, list(cadences.fallen_due(session, batch, now)), now)


@timer(meetings.OVER_AGAIN)
def ask_again(batch: Sequence[Due], session: Session, now: datetime) -> None:
    """Ask about those that moved at the moment when they would have been asked about."""
    ask(batch, session, now)
