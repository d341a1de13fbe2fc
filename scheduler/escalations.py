"""The clocks of escalations: what is due is carried out by the same action that people's buttons use.

One rule: a timer only says that it is time; what that means is asked of the state as it is now.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from bot.actions import Call, escalations, notifying
from bot.rules.escalation import Timer, falls_due
from scheduler import timer
from storage import escalations as store
from storage import outbox, subjects
from storage.scenes import Scene, scenes
from storage.tables import Escalation
from storage.timers import Due


def _loaded(batch: Sequence[Due], session: Session) -> list[tuple[Due, Escalation, Scene]]:
    rows = store.several(session, {subjects.number(due.subject) for due in batch})
    found = scenes(session, {row.partnership_id for row in rows.values()})
    pairs = ((due, rows.get(subjects.number(due.subject))) for due in batch)
    return [(due, row, found[row.partnership_id]) for due, row in pairs if row is not None]


@timer(Timer.UNANSWERED)
@timer(Timer.PROGRESS)
@timer(Timer.REOPEN)
@timer(Timer.SILENCE)
@timer(Timer.WAKE)
def ring(batch: Sequence[Due], session: Session, now: datetime) -> None:
    """Climb, repeat, stop, ask, lapse, confirm or wake, whatever the state calls for."""
    for due, escalation, scene in _loaded(batch, session):
        event = falls_due(store.state(escalation), Timer(due.kind), now)
        if event is not None:
            escalations.move(session, Call(now, scene), escalation, event)


@timer(Timer.FADE)
def fade(batch: Sequence[Due], session: Session, now: datetime) -> None:
    """Draw the card again, so that the time left on it stays true."""
    for due in batch:
        outbox.redraw(session, now=now, subject=due.subject)


@timer(notifying.NOTIFY)
def notify(batch: Sequence[Due], session: Session, now: datetime) -> None:
    """Write to those whose working time has begun, if it still waits for them; every card then shows the same time left."""
    for _, escalation, scene in _loaded(batch, session):
        notifying.notify(session, Call(now, scene), escalation)
        outbox.redraw(session, now=now, subject=escalation.subject)
