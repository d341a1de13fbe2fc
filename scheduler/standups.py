"""The clocks of standups: asking, reminding, asking again what was snoozed, closing.

One rule: a timer only says that it is time; who is still to be asked or waited for is read from what is there now.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from bot.actions import check_ins, standups
from bot.rules.rhythm import Tick, read_once
from scheduler import timer
from storage import check_ins as store
from storage import occurrences, subjects
from storage.timers import Due


@timer(Tick.ASK)
def ask(batch: Sequence[Due], session: Session, now: datetime) -> None:
    """Ask everybody whose morning it is."""
    standups.ask(session, now, standups.prompts(session, batch))


@timer(Tick.REMIND)
def remind(batch: Sequence[Due], session: Session, now: datetime) -> None:
    """Remind those who have not answered."""
    standups.remind(session, now, standups.prompts(session, batch))


@timer(store.AGAIN)
def again(batch: Sequence[Due], session: Session, now: datetime) -> None:
    """Bring back what was snoozed."""
    check_ins.again(session, now, batch)


@timer(Tick.END)
def end(batch: Sequence[Due], session: Session, now: datetime) -> None:
    """Close the standups whose last window the schedule says is over."""
    planned = {(cadence, day): due.planned_for for due in batch for cadence, _, day in [read_once(due.once)]}
    held = occurrences.at_spots(session, planned)
    standups.close(session, now, {row.id: planned[spot] for spot, row in held.items()})


@timer(standups.CLOSE)
def close(batch: Sequence[Due], session: Session, now: datetime) -> None:
    """Close the standups in which nobody is waited for any more."""
    standups.close(session, now, {subjects.number(due.subject): due.planned_for for due in batch})
